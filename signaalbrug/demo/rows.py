"""What the sources of Waterrijk have written down, before it takes the shape of a file."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from signaalbrug.demo.people import Person


@dataclass(frozen=True, slots=True)
class Arrears:
    """One vroegsignaal (DDAS vroegsignalering v1.2)."""

    id: str = field(repr=False)
    person: Person
    partner: str
    amount: int
    arose_on: date
    signalled_on: date
    crisis: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """One melding relatief verzuim (DUO); `status` R registered, I taken back."""

    number: str = field(repr=False)
    person: Person
    kind: str
    begin: date
    end: date
    changed_at: datetime
    status: str = "R"


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the consent register."""

    id: str
    person: Person
    kind: str
    source: str | None
    valid_from: date
    valid_until: date | None
    given_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over by Veilig Thuis; those in `gone` are taken back."""

    number: str = field(repr=False)
    people: tuple[Person, ...]
    handed_on: date
    changed_at: datetime
    informed: bool = False
    gone: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral by a GP and the consent that the patient gave for it; `reason` is an ICPC code or nothing.

    No `consent_until`: nobody consented. `withdrawn_at`: the patient took the consent back.
    """

    id: str = field(repr=False)
    person: Person
    referred_at: datetime
    consent_until: date | None
    reason: str | None = None
    role: str = "verwijzer"
    status: str = "active"
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worry:
    """One worry that a wijkteam saw at an intake."""

    id: str
    person: Person
    seen_on: date
    domain: str
    recorded_at: datetime


@dataclass(slots=True)
class Books:
    """All rows of one delivery, in the order of writing."""

    arrears: list[Arrears] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    worries: list[Worry] = field(default_factory=list)

    @property
    def rows(self) -> int:
        signals = (self.arrears, self.absences, self.handovers, self.referrals, self.worries)
        return sum(len(rows) for rows in signals) + len(self.statements)

    def shuffle(self, chance: Random) -> None:
        """Sources do not sort by household; the consent register writes down in the order of time."""
        for rows in (self.arrears, self.absences, self.handovers, self.referrals, self.worries):
            chance.shuffle(rows)
        self.statements.sort(key=lambda statement: (statement.recorded_at, statement.id))
