"""The rebuild command on real books."""
