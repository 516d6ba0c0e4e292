"""The vault's question to the BRP over the network: a search gives numbers, the numbers give whom to compare."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from connectors.brp import BrpDown
from connectors.brp_client import BrpApi
from connectors.bsn import Bsn
from connectors.vault.brp_directory import candidate_of
from connectors.vault.directory import Candidate, DirectoryDown, TooMany

#: More who fit one description than this are not told apart by what a source knows.
MOST_FOUND = 100


@contextmanager
def _down() -> Iterator[None]:
    try:
        yield
    except BrpDown:
        raise DirectoryDown from None


class BrpSearch:
    """A `Directory` that asks Haal Centraal for RECOGNISING_FIELDS; by a partner's name nobody is found there."""

    def __init__(self, api: BrpApi) -> None:
        self._api = api

    def numbered(self, bsn: Bsn) -> Candidate | None:
        with _down():
            person = self._api.person(bsn)
        return None if person is None else candidate_of(person)

    def named(self, family_name: str, born_on: date) -> Sequence[Candidate]:
        with _down():
            return self._recognised(self._api.named(family_name, born_on))

    def at_address(self, postcode: str, house_number: str) -> Sequence[Candidate]:
        number = house_number.strip()
        if not (number.isascii() and number.isdigit() and 0 < len(number) <= 5):
            return ()
        with _down():
            return self._recognised(self._api.at_address(postcode, int(number)))

    def _recognised(self, found: Iterable[Bsn]) -> Sequence[Candidate]:
        numbers = list(dict.fromkeys(found))
        if len(numbers) > MOST_FOUND:
            raise TooMany
        persons = self._api.people(numbers)
        candidates = (candidate_of(persons[bsn]) for bsn in numbers if bsn in persons)
        return [each for each in candidates if each is not None]
