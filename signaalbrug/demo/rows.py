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


@dataclass(slots=True)
class Books:
    """All rows of one delivery, in the order of writing."""

    arrears: list[Arrears] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.arrears) + len(self.absences) + len(self.statements)

    def shuffle(self, chance: Random) -> None:
        """Sources do not sort by household; the consent register writes down in the order of time."""
        chance.shuffle(self.arrears)
        chance.shuffle(self.absences)
        self.statements.sort(key=lambda statement: (statement.recorded_at, statement.id))
