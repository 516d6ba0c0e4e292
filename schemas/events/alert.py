"""What a team gets to see, and what it decides."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.event import Event
from schemas.identity import (
    AlertId,
    AreaCode,
    DecisionId,
    HouseholdId,
    PersonPseudonym,
    SignalId,
    TeamId,
    VersionId,
)
from schemas.vocabulary import (
    AlertKind,
    AlertReason,
    AlertStatus,
    LifeDomain,
    Mark,
    RecipientRole,
    Sector,
    SignalKind,
    Source,
    TeamDecisionKind,
    TeamOutcome,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a team may call about one source, a function and never a person."""

    source: Source
    label: str
    reach: str


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal as one recipient role may see it."""

    observed_on: date
    source: Source
    life_domain: LifeDomain | None
    signal_kind: SignalKind | None
    ground: str
    marks: tuple[Mark, ...] = ()
    inform_by: date | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The alert as one recipient role may see it."""

    role: RecipientRole
    title: str
    why: str
    life_domains: tuple[LifeDomain, ...]
    sectors: tuple[Sector, ...]
    sources: tuple[Source, ...]
    not_used: tuple[Source, ...]
    since: date
    window_start: date
    window_end: date
    lines: tuple[SignalLine, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class UsedSignal:
    """A signal version that an alert revision rests on."""

    signal: SignalId
    version: VersionId
    person: PersonPseudonym
    source: Source
    number: int
    ground: str


@dataclass(frozen=True, slots=True)
class Alert(Event):
    """One revision of one alert to the one team that may act."""

    kind: AlertKind
    alert: AlertId
    household: HouseholdId
    theme: str
    revision: int
    status: AlertStatus
    reason: AlertReason
    team: TeamId
    area: AreaCode
    urgency: Urgency
    rule: str
    rule_version: str
    policy_hash: str
    opened_on: date
    changed_on: date
    respond_before: date | None
    answers: DecisionId | None
    signals: tuple[UsedSignal, ...]
    members: tuple[PersonPseudonym, ...]
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class TeamDecision(Event):
    """What a team decided about one revision of an alert."""

    kind: TeamDecisionKind
    decision: DecisionId
    alert: AlertId
    household: HouseholdId
    team: TeamId
    revision: int
    outcome: TeamOutcome | None
    to_team: TeamId | None
    until: date | None
    decided_at: datetime
