"""What the repository says of itself."""
