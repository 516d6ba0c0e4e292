"""Convenant, routing and rules as data, each rule with examples that run when it is loaded."""
