"""The people of Waterrijk as a register knows them: who they are, where they live, and who belongs to whom."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

MUNICIPALITY = "9990"
TOWN = "Waterrijk"
FIRST_BSN, LAST_BSN = 999_900_000, 999_999_999
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def test_numbers() -> list[str]:
    """All numbers of the range that nobody has which pass the elfproef: 9,091 of them.

    Source  formats.md 5.4
    """
    return [str(number) for number in range(FIRST_BSN, LAST_BSN + 1) if passes(str(number))]


def passes(digits: str) -> bool:
    """The elfproef."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


class Custody(Enum):
    """Who decides for a minor (BRP `gezag`)."""

    NONE = "none"
    ONE = "one"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Address:
    """One addressable object (BAG) in one neighbourhood."""

    object_id: str
    number_id: str
    street: str
    number: int
    postcode: str
    area: str | None


@dataclass(slots=True, eq=False)
class Person:
    """One invented person; relations are filled in while the household is put together."""

    bsn: str = field(repr=False)
    given: str
    prefix: str
    family: str
    woman: bool
    born: date
    address: Address
    lives_there_since: date
    parents: list["Person"] = field(default_factory=list, repr=False)
    children: list["Person"] = field(default_factory=list, repr=False)
    partner: "Person | None" = field(default=None, repr=False)
    custody: Custody = Custody.NONE
    secret: bool = False
    under_investigation: bool = False
    in_register: bool = True

    def age_on(self, day: date) -> int:
        """Whole years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(slots=True, eq=False)
class Household:
    """Who lives together as family at one address."""

    adults: list[Person]
    children: list[Person]
    area: str | None

    @property
    def people(self) -> list[Person]:
        return [*self.adults, *self.children]
