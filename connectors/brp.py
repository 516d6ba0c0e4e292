"""What the BRP answers, read from files in the shape of Haal Centraal; the network client answers the same.

Source  BRP API Personen 2.7.0 and Bewoning 2.1.0; formats.md 5.1 and 5.2
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from connectors.bsn import Bsn, digits_of

LARGEST_ANSWER = 1_000_000
_OBJECT = re.compile(r"[0-9]{16}")

Answer = Mapping[str, Any]


class BrpDown(Exception):
    """The BRP cannot be asked now: wait and ask again, nothing is guessed; `code` is safe to log."""

    def __init__(self, code: str = "down") -> None:
        super().__init__(code)
        self.code = code


class Brp(Protocol):
    """Who a person is and who lives where.

    Raises  BrpDown
    """

    def person(self, bsn: Bsn) -> Answer | None:
        """The `Persoon` with this number, None when the BRP does not know it or its answer cannot be read."""

    def people(self, bsns: Iterable[Bsn]) -> Mapping[Bsn, Answer]:
        """Those of these numbers that the BRP knows, in as few questions as it allows."""

    def home(self, object_id: str) -> Answer | None:
        """The present `Bewoning` of an adresseerbaar object."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What *toon gegevens* shows, and nothing more; none of it can be printed by accident."""

    name: str = field(repr=False)
    birth_year: int | None = field(repr=False)
    street: str = field(repr=False)
    postcode: str = field(repr=False)
    place: str = field(repr=False)
    secrecy: bool


def person_file(bsn: Bsn) -> str:
    """The name of a person's file: it must not hold the number."""
    return hashlib.sha256(digits_of(bsn).encode()).hexdigest()[:32] + ".json"


class BrpAnswers:
    """A `Brp` whose answers lie in `personen/` and `bewoningen/` of a folder."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)

    def person(self, bsn: Bsn) -> Answer | None:
        persons = listed(self._read("personen", person_file(bsn)), "personen")
        return next((each for each in persons if each.get("burgerservicenummer") == digits_of(bsn)), None)

    def people(self, bsns: Iterable[Bsn]) -> Mapping[Bsn, Answer]:
        found = {bsn: self.person(bsn) for bsn in bsns}
        return {bsn: person for bsn, person in found.items() if person is not None}

    def home(self, object_id: str) -> Answer | None:
        if not is_object(object_id):
            return None
        homes = listed(self._read("bewoningen", f"{object_id}.json"), "bewoningen")
        return next((each for each in homes if each.get("adresseerbaarObjectIdentificatie") == object_id), None)

    def _read(self, kind: str, name: str) -> Any:
        folder = self._folder / kind
        if not folder.is_dir():
            raise BrpDown
        try:
            with open(folder / name, "rb") as answer:
                return json.loads(answer.read(LARGEST_ANSWER))
        except FileNotFoundError:
            return None
        except OSError:
            raise BrpDown from None
        except (ValueError, RecursionError):
            return None


def is_object(object_id: str) -> bool:
    """Whether this may be the number of an adresseerbaar object; the BRP refuses sixteen noughts."""
    return _OBJECT.fullmatch(object_id) is not None and object_id != "0" * 16


def listed(answer: Any, name: str) -> list[Answer]:
    """The objects of a list in an answer; what is none is left out."""
    found = answer.get(name) if isinstance(answer, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def part(answer: Any, *names: str) -> Any:
    """What stands at a dotted path, or None."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def identity(person: Answer) -> Identity:
    """Name, birth year and address of a `Persoon`."""
    born = part(person, "geboorte", "datum") or {}
    year = str(part(born, "datum") or "")[:4] or part(born, "jaar")
    home = part(person, "verblijfplaats", "verblijfadres")
    number = (_text(home, "huisnummer"), _text(home, "huisletter"), _text(home, "huisnummertoevoeging"))
    street = _text(home, "officieleStraatnaam") or _text(home, "korteStraatnaam")
    return Identity(
        name=_text(person, "naam", "volledigeNaam"),
        birth_year=int(year) if re.fullmatch("[0-9]{4}", str(year)) else None,
        street=f"{street} {''.join(number)}".strip(),
        postcode=_text(home, "postcode"),
        place=_text(home, "woonplaats"),
        secrecy=person.get("geheimhoudingPersoonsgegevens") is True,
    )


def _text(answer: Any, *names: str) -> str:
    value = part(answer, *names)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
