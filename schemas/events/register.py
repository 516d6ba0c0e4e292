"""What the registers say: who lives with whom, what may be used, who is gone."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.event import Event
from schemas.identity import (
    AreaCode,
    ConsentId,
    HouseholdId,
    MoveId,
    PersonPseudonym,
    ReceiptId,
)
from schemas.vocabulary import (
    ConsentKind,
    GivenBy,
    HouseholdRole,
    LifecycleKind,
    MembershipKind,
    Protection,
    Purpose,
    Source,
)


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a household: `movers` statements that belong together and take effect on one day.

    Source  docs/adr/0020-wait-for-the-whole-move.md
    """

    move: MoveId
    on: date
    movers: int


@dataclass(frozen=True, slots=True)
class Membership(Event):
    """One person is, or is no longer, a member of one household."""

    kind: MembershipKind
    person: PersonPseudonym
    household: HouseholdId
    area: AreaCode
    role: HouseholdRole
    protections: tuple[Protection, ...]
    since: date
    until: date | None
    recorded_at: datetime
    receipt: ReceiptId
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Consent(Event):
    """One statement by or for one person about the use of their own data."""

    kind: ConsentKind
    consent: ConsentId
    person: PersonPseudonym
    source: Source | None
    purpose: Purpose
    valid_from: date
    valid_until: date | None
    given_by: GivenBy
    recorded_at: datetime
    receipt: ReceiptId
    row: int


@dataclass(frozen=True, slots=True)
class PersonLifecycle(Event):
    """A person was erased, merged into another pseudonym, or died."""

    kind: LifecycleKind
    person: PersonPseudonym
    merged_into: PersonPseudonym | None
    happened_on: date
    recorded_at: datetime
