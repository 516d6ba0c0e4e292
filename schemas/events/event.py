"""What every event carries beside its content: where on the log it stands."""

from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar


class Position(NamedTuple):
    """A place on the log; the in-memory log gives one too."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


NOWHERE = Position("", 0, -1)


@dataclass(frozen=True, slots=True)
class Event:
    """A record's content; `at` is no part of it and takes no part in comparison."""

    at: Position = field(default=NOWHERE, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Forgotten(Event):
    """A followed compacted topic says that an entity is no more (a null value)."""

    topic: str
    owner: str
    entity: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Emit a tombstone for one key of one topic."""

    topic: str
    owner: str
    entity: str


E = TypeVar("E", bound="Event")


def placed(event: E, at: Position) -> E:
    """A record just read, told where it stands; nobody else may hold it yet."""
    assert event.at is NOWHERE
    object.__setattr__(event, "at", at)
    return event
