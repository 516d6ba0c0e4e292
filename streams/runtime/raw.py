"""A record as whoever delivers it hands it over: bytes and a place, nothing decoded yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.admission import RawHeaders
from schemas.events.event import Position


@dataclass(frozen=True, slots=True)
class Raw:
    """One committed record of an input topic."""

    at: Position
    key: bytes | None
    value: bytes | None
    headers: RawHeaders
    timestamp_ms: int

    @property
    def size(self) -> int:
        return len(self.key or b"") + len(self.value or b"")


def by_topic(rows: Iterable[Raw]) -> dict[str, list[Raw]]:
    """The same rows apart, each topic in the order of its offsets."""
    apart: dict[str, list[Raw]] = {}
    for raw in rows:
        apart.setdefault(raw.at.topic, []).append(raw)
    for those in apart.values():
        those.sort(key=lambda raw: raw.at.offset)
    return apart
