"""The append-only record of everything, and the walk through it."""
