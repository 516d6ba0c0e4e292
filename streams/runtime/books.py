"""What is committed of one partition: its owners, how far each topic is decided, which day and policy hold."""

import dataclasses
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from schemas.events.context import PolicyPublished
from schemas.events.event import Event
from schemas.events.state import Cursor, FanOut, TopicPosition
from schemas.vocabulary import StateKind
from streams.core.step import Step
from streams.runtime.applying import Cause
from streams.runtime.raw import Raw


@dataclass(frozen=True, slots=True)
class Kept:
    """What one owner is remembered by."""

    state: Any
    due: date | None


@dataclass(slots=True, eq=False)
class Unread:
    """The same as the changelog has it, read when first asked for: most owners are not asked for today."""

    value: bytes | None = field(repr=False)
    due: date | None
    read: Callable[[bytes], Any]
    _state: Any = field(default=None, init=False, repr=False)

    @property
    def state(self) -> Any:
        """What is remembered.

        Raises  what `read` raises
        """
        if self.value is not None:
            self._state, self.value = self.read(self.value), None
        return self._state


Remembered = Kept | Unread


@dataclass(frozen=True, slots=True)
class InForce:
    """The day and the policy of a partition, with the offsets of the records that said so."""

    today: date | None = None
    calendar_offset: int | None = None
    policy: PolicyPublished | None = None
    policy_offset: int | None = None

    @property
    def complete(self) -> bool:
        """Whether both are known; before that nothing is decided."""
        return self.today is not None and self.policy is not None


@dataclass(slots=True)
class Visit:
    """A partition-wide record on its way along the owners, in key order."""

    cause: Cause
    raw: Raw
    last_owner: str | None = None
    ahead: list[str] = field(default_factory=list)
    index: int = 0

    def joined(self, owner: str) -> None:
        """An owner who came into being meanwhile is visited too if the round has not passed."""
        if self.last_owner is None or owner > self.last_owner:
            insort(self.ahead, owner, lo=self.index)


@dataclass(slots=True)
class Books:
    """The committed memory of one partition of one step; it changes after a commit and only then."""

    step: Step[Any]
    partition: int
    owners: dict[str, Remembered] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    in_force: InForce = InForce()
    visit: Visit | None = None

    def begin_visit(self, cause: Cause, raw: Raw, last_owner: str | None = None) -> None:
        """Every owner behind *last_owner* is to be visited; nobody there is nothing to do."""
        ahead = sorted(owner for owner in self.owners if last_owner is None or owner > last_owner)
        self.visit = Visit(cause, raw, last_owner, ahead) if ahead else None

    def remember(self, changes: Mapping[str, Kept | None]) -> None:
        """Take over what was committed."""
        for owner, kept in changes.items():
            if kept is None:
                self.owners.pop(owner, None)
                continue
            if self.visit is not None and owner not in self.owners:
                self.visit.joined(owner)
            self.owners[owner] = kept


def cursor_record(
    carries: type[Event],
    books: Books,
    positions: Mapping[str, int],
    in_force: InForce,
    fan_out: FanOut | None,
    now: datetime,
) -> Event:
    """The cursor as it stands on the changelog beside the states."""
    cursor = Cursor(
        step=books.step.name,
        partition=books.partition,
        committed_at=now,
        positions=tuple(TopicPosition(topic, positions[topic]) for topic in sorted(positions)),
        calendar_offset=in_force.calendar_offset,
        policy_offset=in_force.policy_offset,
        fan_out=fan_out,
    )
    names = [each.name for each in dataclasses.fields(carries) if each.init]
    empty: dict[str, Any] = dict.fromkeys(names)
    return carries(**{**empty, "kind": StateKind.CURSOR, "cursor": cursor})
