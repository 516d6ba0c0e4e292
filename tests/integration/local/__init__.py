"""The local servers themselves, killed and started again."""
