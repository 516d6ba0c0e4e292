"""Worries that a wijkteam saw at an intake."""
