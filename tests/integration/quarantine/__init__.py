"""Quarantine on the real broker."""
