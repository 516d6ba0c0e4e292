"""The one shape of a step, and what a decision may say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from schemas.events.event import Event, Forget
from streams.core.policy import Policy

State = TypeVar("State")
OwnerKind = Literal["person", "household"]


@dataclass(frozen=True, slots=True)
class Context:
    """What every owner of a partition is told: which day it is and which policy holds there."""

    today: date
    policy: Policy


@dataclass(frozen=True, slots=True)
class Decision(Generic[State]):
    """What follows for one owner: what to remember, what to publish, when to look again."""

    state: State | None
    emits: tuple[Event | Forget, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """One pure decision and where it stands in the flow."""

    name: str
    owner: OwnerKind
    reads: tuple[type[Event], ...]
    emits: tuple[type[Event], ...]
    decide: Callable[[State | None, Event, Context], Decision[State]]
    #: topics it follows, its changelog, and how a state is wrapped there and taken apart for evidence
    topics: tuple[str, ...]
    changelog: str
    wrap: Callable[[State, date | None], Any]
    unwrap: Callable[[Any], State]
