"""Speeds, one command each; what they came to stands in README.md with machine, commit and range."""
