"""Every event as a frozen dataclass, one file a family, kept equal to its .avsc by a test."""
