"""Quarantine without servers."""
