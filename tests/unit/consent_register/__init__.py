"""Who may state what about the use of whose data."""
