"""The registers on real servers."""
