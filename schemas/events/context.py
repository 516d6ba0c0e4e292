"""What every partition is told: which day it is and which policy holds."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.event import Event
from schemas.vocabulary import (
    CalendarKind,
    PolicyKind,
)


@dataclass(frozen=True, slots=True)
class DayBegan(Event):
    """A civil day in Europe/Amsterdam began."""

    kind: CalendarKind
    day: date


@dataclass(frozen=True, slots=True)
class PolicyPublished(Event):
    """The whole policy in force from here on: bundle and switches."""

    kind: PolicyKind
    policy_hash: str
    bundle: str
    stopped: tuple[str, ...]
    signature: str | None
    recorded_at: datetime
