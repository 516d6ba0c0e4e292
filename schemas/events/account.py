"""What is written down so that every decision can be explained and taken again."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.event import Event
from schemas.identity import (
    AlertId,
    ConsentId,
    HouseholdId,
    PersonPseudonym,
    SignalId,
    VersionId,
)
from schemas.vocabulary import (
    OutcomeKind,
    ProcessingStatus,
    Purpose,
    Reason,
    SignalKind,
    Source,
)


@dataclass(frozen=True, slots=True)
class Outcome(Event):
    """What became of one signal, as one writer sees it."""

    kind: OutcomeKind
    reason: Reason
    signal: SignalId
    version: VersionId
    person: PersonPseudonym
    writer: str
    number: int
    source: Source
    decided_on: date


@dataclass(frozen=True, slots=True)
class AccessDecision(Event):
    """One authorisation decision about one signal, allowed or not."""

    person: PersonPseudonym
    signal: SignalId
    version: VersionId
    source: Source
    signal_kind: SignalKind
    observed_on: date
    purpose: Purpose
    subject: str
    allowed: bool
    reason: Reason
    ground: str | None
    consent: ConsentId | None
    policy_hash: str
    decided_on: date
    household: HouseholdId | None
    alert: AlertId | None
    revision: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a state, so that an erased person can be taken out alone."""

    name: str
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Emitted:
    """Topic and hash of one record that was emitted."""

    topic: str
    hash: str


@dataclass(frozen=True, slots=True)
class Evidence(Event):
    """From what one decision followed: enough to take it again."""

    step: str
    owner: str
    cause_topic: str
    cause_partition: int
    cause_offset: int
    cause_hash: str
    today: date
    policy_hash: str
    before: tuple[Part, ...]
    emitted: tuple[Emitted, ...]


@dataclass(frozen=True, slots=True)
class ProcessingLine(Event):
    """One line of Logboek Dataverwerkingen: one action on one data subject."""

    name: str
    activity: str
    person: PersonPseudonym
    component: str
    trace_id: str
    span_id: str
    parent_span_id: str | None
    started_at: datetime
    ended_at: datetime
    status: ProcessingStatus
    error_code: str | None
