"""One assigned partition of a worker: what was offered for it, who works on it, and how long it owes a decision."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from streams.runtime.raw import Raw

FIRST_REST_S = 1.0


class Opened(Protocol):
    """What a worker asks of a transactor."""

    @property
    def visiting(self) -> bool: ...
    def open(self) -> None: ...
    def deliver(self, rows: list[Raw]) -> None: ...
    def tick(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Share:
    """One assigned partition."""

    partition: int
    transactor: Opened | None = None
    buffer: deque[Raw] = field(default_factory=deque)
    working: bool = False
    opening: bool = False
    in_hand_ms: int | None = None
    #: since when a partition that failed leaves something undecided, until it is open again
    left_ms: int | None = None
    opened_once: bool = False
    rest_until: float = 0.0
    rest_s: float = FIRST_REST_S
    confirm_after: float | None = None
    next_tick: float = 0.0

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest record of which this partition owes a decision was written."""
        stamps = [self.in_hand_ms, self.left_ms, self.buffer[0].timestamp_ms if self.buffer else None]
        return min((at for at in stamps if at is not None), default=None)
