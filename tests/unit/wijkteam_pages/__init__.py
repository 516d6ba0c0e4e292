"""The pages of the inbox, rendered from invented view models."""
