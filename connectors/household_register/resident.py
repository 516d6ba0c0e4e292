"""A person, a home and an address as the register reasons about them, before and without any pseudonym."""

from dataclasses import dataclass, field
from datetime import date

from connectors.bsn import Bsn

ADULT_AT = 18


@dataclass(frozen=True, slots=True)
class Born:
    """When somebody was born, as far as the BRP knows."""

    earliest: date
    latest: date

    def adult_on(self, day: date) -> bool | None:
        """Whether 18 or older; None when that depends on what is not known."""
        answers = {_birthday(born) <= day for born in (self.earliest, self.latest)}
        return answers.pop() if len(answers) == 1 else None


def _birthday(born: date) -> date:
    try:
        return born.replace(year=born.year + ADULT_AT)
    except ValueError:  # 29 February: of age on the 1st of March
        return date(born.year + ADULT_AT, 3, 1)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is registered to live."""

    object_id: str = field(repr=False)
    postcode: str = field(repr=False)
    number: int = field(repr=False)
    since: date | None


@dataclass(frozen=True, slots=True)
class Resident:
    """What of a person decides about households.

    `kept` is whether their list is still kept up, `custody` who hold gezag over a minor together.
    """

    bsn: Bsn
    born: Born | None
    died_on: date | None
    kept: bool
    municipality: str
    address: Address | None
    secrecy: bool
    under_investigation: bool
    parents: frozenset[Bsn]
    children: frozenset[Bsn]
    partners: frozenset[Bsn]
    former_partners: frozenset[Bsn]
    custody: frozenset[Bsn]

    @property
    def protected(self) -> bool:
        return self.secrecy or self.under_investigation

    def adult_on(self, day: date) -> bool | None:
        """Whether an adult; who has a child or partner is taken for one when the birth date does not say."""
        known = self.born.adult_on(day) if self.born else None
        return True if known is None and (self.children or self.partners) else known

    def related_to(self, other: "Resident") -> bool:
        """Parent, child or partner, when either of the two says so."""
        return other.bsn in (self.parents | self.children | self.partners) or self.bsn in (
            other.parents | other.children | other.partners
        )


@dataclass(frozen=True, slots=True)
class Home:
    """Who live at one adresseerbaar object; those who possibly do are left out."""

    object_id: str = field(repr=False)
    residents: frozenset[Bsn]
    many: bool
