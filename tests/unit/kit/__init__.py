"""Tests: what a source runs itself, and what certifies a connector."""
