"""What one person may contribute to one household."""

from dataclasses import dataclass
from datetime import date

from schemas.events.event import Event
from schemas.events.register import Move
from schemas.identity import (
    AreaCode,
    ConsentId,
    HouseholdId,
    PersonPseudonym,
    SignalId,
    VersionId,
)
from schemas.vocabulary import (
    ContributionKind,
    HouseholdRole,
    LifeDomain,
    Mark,
    Sector,
    SignalKind,
    Source,
)


@dataclass(frozen=True, slots=True)
class ContributedSignal:
    """A signal that may be used, with the ground that allows it."""

    signal: SignalId
    version: VersionId
    source: Source
    sector: Sector
    life_domain: LifeDomain
    signal_kind: SignalKind
    observed_on: date
    crisis: bool
    ground: str
    consent: ConsentId | None
    usable_until: date
    marks: tuple[Mark, ...] = ()
    inform_by: date | None = None


@dataclass(frozen=True, slots=True)
class Contribution(Event):
    """What one person may contribute to one household; replaces the previous one."""

    kind: ContributionKind
    household: HouseholdId
    person: PersonPseudonym
    number: int
    area: AreaCode | None
    role: HouseholdRole
    since: date | None
    policy_hash: str
    signals: tuple[ContributedSignal, ...]
    move: Move | None = None
