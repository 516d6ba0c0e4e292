"""The vault's question to the BRP, answered from files in the shape of Haal Centraal."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from connectors.brp import LARGEST_ANSWER, Answer, BrpAnswers, BrpDown, part
from connectors.bsn import Bsn
from connectors.vault.directory import Candidate, Directory, DirectoryDown, Nobody
from connectors.vault.names import folded, surname


def directory_of(folder: Path | None) -> Directory:
    """The directory that these settings mean."""
    return Nobody() if folder is None else BrpFiles(folder)


def candidate_of(person: Answer) -> Candidate | None:
    """What of a `Persoon` it takes to recognise somebody; None when it has no number."""
    bsn = Bsn.parse(str(person.get("burgerservicenummer")))
    if bsn is None:
        return None
    name, partner = part(person, "naam"), part(_partner(person), "naam")
    home = part(person, "verblijfplaats", "verblijfadres")
    return Candidate(
        bsn=bsn,
        family_name=_text(name, "geslachtsnaam"),
        prefix=_text(name, "voorvoegsel"),
        given_names=_text(name, "voornamen"),
        partner_name=_text(partner, "geslachtsnaam"),
        partner_prefix=_text(partner, "voorvoegsel"),
        born_on=_whole_day(part(person, "geboorte", "datum")),
        postcode=_text(home, "postcode"),
        house_number=_text(home, "huisnummer"),
        house_suffix=_text(home, "huisletter") + _text(home, "huisnummertoevoeging"),
        unsettled=_unsettled(person),
    )


def _partner(person: Answer) -> Answer | None:
    """The present one: a marriage that ended gave a name that may no longer be used."""
    partners = person.get("partners")
    together = [
        each
        for each in (partners if isinstance(partners, list) else ())
        if isinstance(each, dict) and part(each, "ontbindingHuwelijkPartnerschap") is None
    ]
    return together[0] if len(together) == 1 else None


def _unsettled(person: Answer) -> bool:
    """Kept no more, or name or birth in onderzoek."""
    places = (person, part(person, "naam"), part(person, "geboorte"))
    return part(person, "opschortingBijhouding") is not None or any(
        bool(part(each, "inOnderzoek")) for each in places
    )


def _whole_day(said: Any) -> date | None:
    try:
        return date.fromisoformat(said["datum"]) if part(said, "type") == "Datum" else None
    except (KeyError, TypeError, ValueError):
        return None


def _text(answer: Any, name: str) -> str:
    value = part(answer, name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


class BrpFiles:
    """A `Directory` over the persons in `personen/` of a folder; every search reads them all."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._answers = folder / "personen", BrpAnswers(folder)

    def numbered(self, bsn: Bsn) -> Candidate | None:
        try:
            person = self._answers.person(bsn)
        except BrpDown:
            raise DirectoryDown from None
        return None if person is None else candidate_of(person)

    def named(self, family_name: str, born_on: date) -> Sequence[Candidate]:
        return [each for each in self._everybody() if each.born_on == born_on and _called(each, family_name)]

    def at_address(self, postcode: str, house_number: str) -> Sequence[Candidate]:
        place = _squeezed(postcode), house_number.strip()
        return [each for each in self._everybody() if (_squeezed(each.postcode), each.house_number) == place]

    def _everybody(self) -> Iterator[Candidate]:
        try:
            files = sorted(self._folder.iterdir())
            read = [json.loads(file.read_bytes()[:LARGEST_ANSWER]) for file in files if file.suffix == ".json"]
        except (OSError, ValueError, RecursionError):
            raise DirectoryDown from None
        for answer in read:
            persons = part(answer, "personen")
            for each in persons if isinstance(persons, list) else ():
                if isinstance(each, dict) and (found := candidate_of(each)) is not None:
                    yield found


def _called(person: Candidate, family_name: str) -> bool:
    own, partner = surname(person.family_name, "")[1], surname(person.partner_name, "")[1]
    return surname(family_name, "")[1] in (own, partner or own)


def _squeezed(text: str) -> str:
    return folded(text).replace(" ", "")
