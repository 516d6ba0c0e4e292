"""What the BRP would answer about the people of Waterrijk, as Haal Centraal says it; no file is named by a BSN."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from signaalbrug.demo.people import MUNICIPALITY, TOWN, Custody, Person

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
    "november", "december",
)  # fmt: skip


def write_answers(folder: Path, people: Iterable[Person], today: date) -> int:
    """One answer per person and per dwelling; returns how many files.

    Source  formats.md 5.1-5.2
    """
    (folder / "personen").mkdir(parents=True, exist_ok=True)
    (folder / "bewoningen").mkdir(parents=True, exist_ok=True)
    at_home: dict[str, list[Person]] = defaultdict(list)
    written = 0
    for person in people:
        if person.in_register:
            at_home[person.address.object_id].append(person)
            _write(folder / "personen" / f"{_name(person)}.json", _answer(person))
            written += 1
    for dwelling, residents in at_home.items():
        _write(folder / "bewoningen" / f"{dwelling}.json", _occupancy(dwelling, residents, today))
    return written + len(at_home)


def _name(person: Person) -> str:
    return hashlib.sha256(person.bsn.encode()).hexdigest()[:32]


def _write(file: Path, answer: Mapping[str, Any]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    new.replace(file)


def _day(day: date) -> dict[str, str]:
    long = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return {"type": "Datum", "datum": day.isoformat(), "langFormaat": long}


def _number(person: Person) -> dict[str, str]:
    return {"burgerservicenummer": person.bsn}


def _answer(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = {
        **_number(person),
        "geslacht": {"code": "V" if person.woman else "M", "omschrijving": "vrouw" if person.woman else "man"},
        "naam": _naam(person),
        "geboorte": {"datum": _day(person.born)},
        "gemeenteVanInschrijving": {"code": MUNICIPALITY, "omschrijving": TOWN},
        "verblijfplaats": _residence(person),
        "ouders": [
            {"ouderAanduiding": str(place), **_number(parent)}
            for place, parent in enumerate(person.parents, start=1)
        ],
        "kinderen": [_number(child) for child in person.children],
        "partners": _partners(person),
        "gezag": _custody(person),
    }
    if person.secret:
        found["geheimhoudingPersoonsgegevens"] = True
    if person.under_investigation:
        found["inOnderzoek"] = {
            "burgerservicenummer": True,
            "datumIngangOnderzoekPersoon": _day(person.lives_there_since),
        }
    return {"type": "RaadpleegMetBurgerservicenummer", "personen": [found]}


def _naam(person: Person) -> dict[str, str]:
    surname = f"{person.prefix} {person.family}".strip()
    name = {
        "voornamen": person.given,
        "voorletters": f"{person.given[0]}.",
        "geslachtsnaam": person.family,
        "volledigeNaam": f"{person.given} {surname}",
    }
    return name | ({"voorvoegsel": person.prefix} if person.prefix else {})


def _residence(person: Person) -> dict[str, Any]:
    home = person.address
    return {
        "type": "Adres",
        "adresseerbaarObjectIdentificatie": home.object_id,
        "nummeraanduidingIdentificatie": home.number_id,
        "functieAdres": {"code": "W", "omschrijving": "woonadres"},
        "datumVan": _day(person.lives_there_since),
        "verblijfadres": {
            "officieleStraatnaam": home.street,
            "huisnummer": home.number,
            "postcode": home.postcode,
            "woonplaats": TOWN,
        },
    }


def _partners(person: Person) -> list[dict[str, Any]]:
    if person.partner is None:
        return []
    return [{**_number(person.partner), "soortVerbintenis": {"code": "H", "omschrijving": "huwelijk"}}]


def _custody(person: Person) -> list[dict[str, Any]]:
    minor = {"minderjarige": _number(person)}
    if person.custody is Custody.BOTH:
        return [{"type": "GezamenlijkOuderlijkGezag", **minor, "ouders": [_number(p) for p in person.parents]}]
    if person.custody is Custody.ONE:
        return [{"type": "EenhoofdigOuderlijkGezag", **minor, "ouder": _number(person.parents[0])}]
    return []


def _occupancy(dwelling: str, residents: list[Person], today: date) -> dict[str, Any]:
    found = {
        "adresseerbaarObjectIdentificatie": dwelling,
        "periode": {"datumVan": today.isoformat(), "datumTot": (today + timedelta(days=1)).isoformat()},
        "bewoners": [_number(person) for person in residents],
        "mogelijkeBewoners": [],
    }
    return {"bewoningen": [found]}


def area_table(people: Iterable[Person]) -> str:
    """Which neighbourhood a postcode lies in, as TOML."""
    postcodes: dict[str, set[str]] = defaultdict(set)
    for person in people:
        if person.address.area is not None:
            postcodes[person.address.area].add(person.address.postcode)
    lines = ["# Welke buurt bij welke postcode hoort, in Waterrijk."]
    for area in sorted(postcodes):
        listed = ", ".join(f'"{code}"' for code in sorted(postcodes[area]))
        lines += ["", "[[area]]", f'code = "{area}"', f"postcodes = [{listed}]"]
    return "\n".join(lines) + "\n"
