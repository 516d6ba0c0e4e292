"""Who might be meant by a description: the question to the BRP, whoever answers it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from connectors.bsn import Bsn


class DirectoryDown(Exception):
    """It cannot be asked now: wait and ask again, nothing is guessed."""


class TooMany(Exception):
    """More persons fit than may be told apart: a human looks, with more to go by."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of the register, as far as it takes to recognise them.

    `born_on` is none where the register knows no whole date; `unsettled` says that the register itself is not sure
    (in onderzoek) or keeps this person no more (opgeschort: died, left the country).
    """

    bsn: Bsn = field(repr=False)
    family_name: str = field(default="", repr=False)
    prefix: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)
    partner_name: str = field(default="", repr=False)
    partner_prefix: str = field(default="", repr=False)
    born_on: date | None = field(default=None, repr=False)
    postcode: str = field(default="", repr=False)
    house_number: str = field(default="", repr=False)
    house_suffix: str = field(default="", repr=False)
    unsettled: bool = False


class Directory(Protocol):
    """The three questions, each of them one search of the BRP.

    Raises  DirectoryDown, TooMany (from every question)
    Source  BRP API Personen 2.7: RaadpleegMetBurgerservicenummer, ZoekMetGeslachtsnaamEnGeboortedatum,
            ZoekMetPostcodeEnHuisnummer
    """

    def numbered(self, bsn: Bsn) -> Candidate | None:
        """The person with this number."""

    def named(self, family_name: str, born_on: date) -> Sequence[Candidate]:
        """Everybody born on that day with this family name, without its prefix; the partner's name counts too."""

    def at_address(self, postcode: str, house_number: str) -> Sequence[Candidate]:
        """Everybody registered there, whatever follows the number."""


class Nobody:
    """A `Directory` that knows nobody: without a BRP every description goes to the manual queue."""

    def numbered(self, bsn: Bsn) -> Candidate | None:
        return None

    def named(self, family_name: str, born_on: date) -> Sequence[Candidate]:
        return ()

    def at_address(self, postcode: str, house_number: str) -> Sequence[Candidate]:
        return ()
