"""Against a real broker: reading it whole."""
