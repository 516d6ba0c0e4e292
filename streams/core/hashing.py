"""A short name for content, equal exactly when the content is equal."""

import hashlib
from typing import Any


def content_hash(*content: Any) -> str:
    """SHA-256 of the written form of plain values, enums, dates and dataclasses of those."""
    return hashlib.sha256(repr(content).encode()).hexdigest()
