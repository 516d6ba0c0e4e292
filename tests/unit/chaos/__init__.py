"""What judges the chaos run must be able to refuse."""
