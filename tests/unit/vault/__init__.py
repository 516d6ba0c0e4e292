"""The vault without servers."""
