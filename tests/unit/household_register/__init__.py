"""The household register, purely."""
