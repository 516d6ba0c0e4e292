"""The persons of RvIG's test set as the BRP API would answer them: from rows of LO-GBA elements to `Persoon`.

A row's column `0x.H` says what the next row holds of that category: `5x` an older version, `0x` another instance.
Source  ../shared/reference/brp/testpersonen-rvig.csv (BRP-API/Haal-Centraal-BRP-bevragen, EUPL); read in place
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.brp import Answer, is_object, part
from connectors.bsn import Bsn, digits_of

Row = Mapping[str, str]
_UNKNOWN = "00000000"
_BELONGS_NOT_HERE = "089999"


def rows_of(path: Path) -> Iterator[list[Row]]:
    """The rows of each person; a repeated column keeps its first value."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        names = next(lines)
        person: list[Row] = []
        for line in lines:
            row: dict[str, str] = {}
            for name, value in zip(names, line, strict=True):
                row.setdefault(name, value)
            if row[""] and person:
                yield person
                person = []
            person.append(row)
        yield person


def _instances(rows: Sequence[Row], category: str) -> Iterator[Row]:
    """The newest version of every instance of a category."""
    newest = True
    for row in rows:
        if newest and any(value for name, value in row.items() if name.startswith(category)):
            yield row
        if not (follows := row[f"{category}.H"]):
            return
        newest = not follows.startswith("5")


def day(written: str) -> dict[str, Any] | None:
    """A GBA date; noughts are what is not known."""
    if not written:
        return None
    year, month, of_month = written[:4], written[4:6], written[6:]
    if written == _UNKNOWN or year == "0000":
        return {"type": "DatumOnbekend", "onbekend": True, "langFormaat": "onbekend"}
    if month == "00":
        return {"type": "JaarDatum", "jaar": int(year), "langFormaat": year}
    if of_month == "00":
        return {"type": "JaarMaandDatum", "jaar": int(year), "maand": int(month), "langFormaat": f"{month} {year}"}
    return {"type": "Datum", "datum": f"{year}-{month}-{of_month}", "langFormaat": f"{of_month} {month} {year}"}


def persoon(rows: Sequence[Row]) -> dict[str, Any]:
    """What the API would say of the person whose rows these are, as far as households need it."""
    first = rows[0]
    parents = [
        {"ouderAanduiding": str(n - 1), **_number(first, f"{n:02}")} for n in (2, 3) if first[f"{n:02}.01.20"]
    ]
    partners = [_number(row, "05") | _ended(row) for row in _instances(rows, "05") if row["05.01.20"]]
    said: dict[str, Any] = {
        **_number(first, "01"),
        "geboorte": _dated(first["01.03.10"]),
        "gemeenteVanInschrijving": {"code": first["08.09.10"]},
        "verblijfplaats": _residence(first),
        "ouders": parents,
        "kinderen": [_number(row, "09") for row in _instances(rows, "09") if row["09.01.20"]],
        "partners": partners[:1],
        "gezag": _custody(first, parents),
    }
    if first["06.08.10"]:
        said["overlijden"] = _dated(first["06.08.10"])
    if first["07.67.20"]:
        said["opschortingBijhouding"] = {"reden": {"code": first["07.67.20"]}, **_dated(first["07.67.10"])}
    if first["07.70.10"] not in ("", "0"):
        said["geheimhoudingPersoonsgegevens"] = True
    if _investigated(first, "01"):
        said["inOnderzoek"] = {
            "burgerservicenummer": True,
            **_dated(first["01.83.20"], "datumIngangOnderzoekPersoon"),
        }
    return said


def _dated(written: str, name: str = "datum") -> dict[str, Any]:
    date = day(written)
    return {} if date is None else {name: date}


def _number(row: Row, category: str) -> dict[str, str]:
    return {"burgerservicenummer": row[f"{category}.01.20"]}


def _ended(row: Row) -> dict[str, Any]:
    ended = _dated(row["05.07.10"])
    return {"ontbindingHuwelijkPartnerschap": ended} if ended else {}


def _investigated(row: Row, category: str) -> bool:
    return bool(row[f"{category}.83.10"]) and not row[f"{category}.83.30"]


def _residence(row: Row) -> dict[str, Any]:
    if row["08.13.10"]:
        return {"type": "VerblijfplaatsBuitenland"}
    if not is_object(row["08.11.80"]):
        return {"type": "Locatie" if row["08.12.10"] else "VerblijfplaatsOnbekend"}
    said: dict[str, Any] = {
        "type": "Adres",
        "adresseerbaarObjectIdentificatie": row["08.11.80"],
        "functieAdres": {"code": row["08.10.10"]},
        **_dated(row["08.10.30"], "datumVan"),
        "verblijfadres": {"postcode": row["08.11.60"], "huisnummer": int(row["08.11.20"] or 0)},
    }
    if _investigated(row, "08"):
        said["inOnderzoek"] = {"type": True}
    if row["08.83.10"] == _BELONGS_NOT_HERE:
        said["indicatieVastgesteldVerblijftNietOpAdres"] = True
    return said


def _custody(row: Row, parents: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Element 11.32.10: `12` is both parents, `1` or `2` one of them."""
    minor = {"minderjarige": _number(row, "01")}
    holders = [each for each in parents if each["ouderAanduiding"] in row["11.32.10"]]
    if not holders or "D" in row["11.32.10"]:
        return []
    numbers = [{"burgerservicenummer": each["burgerservicenummer"]} for each in holders]
    if len(numbers) == 2:
        return [{"type": "GezamenlijkOuderlijkGezag", **minor, "ouders": numbers}]
    return [{"type": "EenhoofdigOuderlijkGezag", **minor, "ouder": numbers[0]}]


class TestPersons:
    """A `Brp` over the whole test set; who has no valid number of their own is left out."""

    __test__ = False

    def __init__(self, path: Path) -> None:
        self.persons: dict[str, dict[str, Any]] = {}
        self._homes: defaultdict[str, list[str]] = defaultdict(list)
        self._possible: defaultdict[str, list[str]] = defaultdict(list)
        for rows in rows_of(path):
            number = rows[0]["01.01.20"]
            if Bsn.parse(number) is None or number in self.persons:
                continue
            self.persons[number] = said = persoon(rows)
            lives = said["verblijfplaats"]
            if lives["type"] != "Adres" or lives["functieAdres"]["code"] != "W" or "opschortingBijhouding" in said:
                continue
            homes = self._homes if part(lives, "datumVan", "type") == "Datum" else self._possible
            homes[lives["adresseerbaarObjectIdentificatie"]].append(number)

    def person(self, bsn: Bsn) -> Answer | None:
        return self.persons.get(digits_of(bsn))

    def people(self, bsns: Iterable[Bsn]) -> Mapping[Bsn, Answer]:
        return {bsn: self.persons[digits_of(bsn)] for bsn in bsns if digits_of(bsn) in self.persons}

    def home(self, object_id: str) -> Answer | None:
        return {
            "adresseerbaarObjectIdentificatie": object_id,
            "bewoners": [{"burgerservicenummer": each} for each in self._homes.get(object_id, ())],
            "mogelijkeBewoners": [{"burgerservicenummer": each} for each in self._possible.get(object_id, ())],
        }

    def everybody(self) -> Iterable[Answer]:
        return self.persons.values()

    def occupancies(self, object_id: str) -> Sequence[Answer]:
        found = self.home(object_id)
        return [] if found is None else [found]
