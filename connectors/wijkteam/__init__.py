"""What a wijkteam sees of its alerts, and what it decides about them."""
