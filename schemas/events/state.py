"""What the steps remember, as it stands on their changelog topics."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.alert import UsedSignal
from schemas.events.contribution import ContributedSignal
from schemas.events.event import Event
from schemas.events.register import Move
from schemas.identity import (
    AlertId,
    AreaCode,
    ConsentId,
    HouseholdId,
    PersonPseudonym,
    SignalId,
    TeamId,
    VersionId,
)
from schemas.vocabulary import (
    AlertStatus,
    Attestation,
    ConsentKind,
    ContributionKind,
    HouseholdRole,
    LifeDomain,
    Mark,
    MembershipKind,
    OutcomeKind,
    Protection,
    Purpose,
    Reason,
    Sector,
    SignalKind,
    Source,
    StateKind,
    Urgency,
    VersionKind,
)


@dataclass(frozen=True, slots=True)
class TopicPosition:
    """How far one partition of one topic was decided."""

    topic: str
    next_offset: int


@dataclass(frozen=True, slots=True)
class FanOut:
    """A partition-wide record that is under way."""

    topic: str
    offset: int
    last_owner: str | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The transactor's books of one partition."""

    step: str
    partition: int
    committed_at: datetime
    positions: tuple[TopicPosition, ...]
    calendar_offset: int | None
    policy_offset: int | None
    fan_out: FanOut | None


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """The newest version of a signal and what was last said about it."""

    kind: VersionKind
    signal: SignalId
    version: VersionId
    source: Source
    sector: Sector
    life_domain: LifeDomain
    signal_kind: SignalKind
    observed_on: date
    crisis: bool
    mutated_at: datetime
    content_hash: str
    told_kind: OutcomeKind | None
    told_reason: Reason | None
    marks: tuple[Mark, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    inform_by: date | None = None


@dataclass(frozen=True, slots=True)
class KeptMembership:
    """The newest version of a membership."""

    kind: MembershipKind
    household: HouseholdId
    area: AreaCode
    role: HouseholdRole
    protections: tuple[Protection, ...]
    since: date
    until: date | None
    recorded_at: datetime
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """The newest version of a statement."""

    kind: ConsentKind
    consent: ConsentId
    source: Source | None
    purpose: Purpose
    valid_from: date
    valid_until: date | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SentContribution:
    """The contribution that a household last got."""

    household: HouseholdId
    number: int
    kind: ContributionKind
    content_hash: str


@dataclass(frozen=True, slots=True)
class PersonState:
    """Everything step person knows about one person."""

    person: PersonPseudonym
    number: int
    died_on: date | None
    erased_on: date | None
    signals: tuple[KeptSignal, ...]
    memberships: tuple[KeptMembership, ...]
    consents: tuple[KeptConsent, ...]
    contributions: tuple[SentContribution, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """The latest contribution of one member."""

    person: PersonPseudonym
    number: int
    area: AreaCode | None
    role: HouseholdRole
    since: date | None
    policy_hash: str
    signals: tuple[ContributedSignal, ...]
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """How far a move of this household has arrived; who `left` by it is no member now."""

    move: Move
    arrived: tuple[PersonPseudonym, ...]
    left: tuple[PersonPseudonym, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """The open or settled episode of one theme."""

    theme: str
    alert: AlertId
    status: AlertStatus
    revision: int
    rule: str
    rule_version: str
    urgency: Urgency
    team: TeamId
    area: AreaCode
    opened_on: date
    changed_on: date
    content_hash: str
    signals: tuple[UsedSignal, ...]
    settled: tuple[SignalId, ...]


@dataclass(frozen=True, slots=True)
class ToldOutcome:
    """The outcome that this household last published about a signal."""

    signal: SignalId
    person: PersonPseudonym
    version: VersionId
    kind: OutcomeKind
    reason: Reason
    number: int


@dataclass(frozen=True, slots=True)
class HouseholdState:
    """Everything step household knows about one household."""

    household: HouseholdId
    members: tuple[Member, ...]
    episodes: tuple[Episode, ...]
    told: tuple[ToldOutcome, ...]
    moving: tuple[Moving, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRecord(Event):
    """A record of state.person.v1: the state of one person, or the books of a partition."""

    kind: StateKind
    due: date | None
    person: PersonState | None
    cursor: Cursor | None


@dataclass(frozen=True, slots=True)
class HouseholdRecord(Event):
    """A record of state.household.v1: the state of one household, or the books of a partition."""

    kind: StateKind
    due: date | None
    household: HouseholdState | None
    cursor: Cursor | None
