"""Worries that a wijkteam saw at an intake: in which life domain and when; never what was said."""
