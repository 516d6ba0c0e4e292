"""Invented people and houses in the shape of BRP answers, in memory or as the files of BRP_LAYOUT."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from stdnum.nl import bsn as rules

from connectors.brp import Answer, BrpDown, person_file
from connectors.bsn import Bsn, digits_of
from connectors.household_register.areas import Areas

MUNICIPALITY = "9990"
TODAY = date(2026, 3, 1)
HOUSES = ("huis", "flat", "boerderij", "kade", "tehuis", "elders")
AREAS = {
    "area": [
        {"code": "BU99900101", "postcodes": ["9990AA", "9990AB", "9990AE"]},
        {"code": "BU99900201", "postcodes": ["9990AC", "9990AD"]},
    ]
}
_POSTCODES = dict(zip(HOUSES, ("9990AA", "9990AB", "9990AC", "9990AD", "9990AE", "9999ZZ"), strict=True))


def areas() -> Areas:
    return Areas.of_table(AREAS)


def house(name: str) -> str:
    """The adresseerbaar object of a house."""
    return f"999001{HOUSES.index(name) + 1:010d}"


def _numbers() -> Iterable[Bsn]:
    return (Bsn(str(n)) for n in range(999_100_000, 999_999_999) if rules.is_valid(str(n)))


def _day(day: date) -> dict[str, Any]:
    return {"type": "Datum", "datum": day.isoformat(), "langFormaat": "een dag"}


class Village:
    """A `Brp`: who lives where, whose child they are, and what the BRP says beside."""

    def __init__(self) -> None:
        self._fresh = iter(_numbers())
        self.numbers: dict[str, Bsn] = {}
        self.persons: dict[str, dict[str, Any]] = {}
        self.possible: dict[str, list[str]] = {}
        self.many: set[str] = set()
        self.down = False

    def bsn(self, name: str) -> Bsn:
        if name not in self.numbers:
            self.numbers[name] = next(self._fresh)  # type: ignore[call-overload]
        return self.numbers[name]

    def add(
        self,
        name: str,
        at: str | None,
        born: int | date = 1985,
        parents: Iterable[str] = (),
        partners: Iterable[str] = (),
        custody: Iterable[str] = (),
        since: date = date(2020, 1, 1),
        **extra: Any,
    ) -> Village:
        """A person; `custody` names who hold gezag over them together."""
        day = born if isinstance(born, date) else date(born, 6, 1)
        self.persons[name] = {
            "burgerservicenummer": digits_of(self.bsn(name)),
            "naam": {"volledigeNaam": f"{name.title()} Ester"},
            "geboorte": {"datum": _day(day)},
            "gemeenteVanInschrijving": {"code": MUNICIPALITY},
            "ouders": [self._number(each) for each in parents],
            "kinderen": [],
            "partners": [self._number(each) for each in partners],
            "gezag": [],
            **extra,
        }
        for parent in parents:
            if parent in self.persons:
                self.persons[parent]["kinderen"].append(self._number(name))
        for partner in partners:
            if partner in self.persons:
                self.persons[partner]["partners"].append(self._number(name))
        holders = list(custody)
        if holders:
            self.persons[name]["gezag"] = [
                {
                    "type": "GezamenlijkOuderlijkGezag",
                    "minderjarige": self._number(name),
                    "ouders": [self._number(each) for each in holders],
                }
            ]
        return self.moves(name, at, since)

    def moves(self, name: str, to: str | None, since: date = TODAY) -> Village:
        self.persons[name]["verblijfplaats"] = _address(to, since) if to else {"type": "VerblijfplaatsOnbekend"}
        return self

    def says(self, name: str, **extra: Any) -> Village:
        """Change what the BRP says of a person."""
        self.persons[name] |= extra
        return self

    def gone(self, name: str) -> Village:
        del self.persons[name]
        return self

    def _number(self, name: str) -> dict[str, str]:
        return {"burgerservicenummer": digits_of(self.bsn(name))}

    def person(self, bsn: Bsn) -> Answer | None:
        if self.down:
            raise BrpDown
        return next((p for p in self.persons.values() if p["burgerservicenummer"] == digits_of(bsn)), None)

    def people(self, bsns: Iterable[Bsn]) -> Mapping[Bsn, Answer]:
        found = {bsn: self.person(bsn) for bsn in bsns}
        return {bsn: person for bsn, person in found.items() if person is not None}

    def home(self, object_id: str) -> Answer | None:
        if self.down:
            raise BrpDown
        at = next((name for name in HOUSES if house(name) == object_id), None)
        return self._home(at) if at else None

    def _home(self, at: str) -> dict[str, Any]:
        lives = [name for name, p in self.persons.items() if self._at(p) == house(at)]
        possible = self.possible.get(at, [])
        return {
            "adresseerbaarObjectIdentificatie": house(at),
            "bewoners": [self._number(name) for name in lives if name not in possible],
            "mogelijkeBewoners": [self._number(name) for name in possible],
            **({"indicatieVeelBewoners": True} if at in self.many else {}),
        }

    @staticmethod
    def _at(person: dict[str, Any]) -> str | None:
        return (person["verblijfplaats"] or {}).get("adresseerbaarObjectIdentificatie")

    def write(self, folder: Path) -> Path:
        """Lay the answers down as files."""
        for kind in ("personen", "bewoningen"):
            (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, person in self.persons.items():
            answer = {"type": "RaadpleegMetBurgerservicenummer", "personen": [person]}
            _put(folder / "personen" / person_file(self.bsn(name)), answer)
        for at in HOUSES:
            _put(folder / "bewoningen" / f"{house(at)}.json", {"bewoningen": [self._home(at)]})
        return folder


def _address(to: str, since: date) -> dict[str, Any]:
    return {
        "type": "Adres",
        "adresseerbaarObjectIdentificatie": house(to),
        "functieAdres": {"code": "W"},
        "datumVan": _day(since),
        "verblijfadres": {
            "officieleStraatnaam": "Teststraat",
            "huisnummer": 1,
            "postcode": _POSTCODES[to],
            "woonplaats": "Waterrijk",
        },
    }


def _put(path: Path, answer: Any) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(answer), encoding="utf-8")
    beside.replace(path)
