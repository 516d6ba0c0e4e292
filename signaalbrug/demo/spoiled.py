"""What really goes wrong in deliveries: rows and whole files that must be refused, each for a reason of its own."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from signaalbrug.demo import ddas_files, verzuim_files
from signaalbrug.demo.people import MUNICIPALITY, passes
from signaalbrug.demo.rows import Books

Row = dict[str, Any]


def failing_number(number: str) -> str:
    """The same number with its last digit wrong: it fails the elfproef."""
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    assert not passes(wrong)
    return wrong


def _debts(chance: Random, today: date) -> Mapping[str, Callable[[Row], Row]]:
    tomorrow = (today + timedelta(days=3)).isoformat()
    at_address = {"postcode": f"{MUNICIPALITY}AA", "huisnummer": str(chance.randrange(1, 99))}
    return {
        "bsn_invalid": lambda row: row | {"client": _number(failing_number(row["client"]["burgerservicenummer"]))},
        "bsn_lost_zero": lambda row: row | {"client": _number(row["client"]["burgerservicenummer"][1:])},
        "identity_uncertain": lambda row: row | {"client": at_address},
        "date_in_future": lambda row: row | {"signaaldatum": tomorrow},
        "field_missing": lambda row: {name: row[name] for name in row if name != "signaalpartner"},
        "field_invalid": lambda row: row | {"signaalpartner": {"type": "Sportschool"}},
        "field_not_allowed": lambda row: row | {"nationaliteit": "onbekend"},
    }


def _number(digits: str) -> dict[str, str]:
    return {"burgerservicenummer": digits}


def spoiled_debts(rows: list[Row], chance: Random, today: date) -> list[Row]:
    """One spoiled copy per reason, under an id of its own, put in among the good ones."""
    spoiled = [
        spoil(dict(rows[index]) | {"ID": f"VS-FOUT-{index:03d}"})
        for index, spoil in enumerate(_debts(chance, today).values())
    ]
    return _among(rows, spoiled, chance)


_SCHOOL: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "kind_not_accepted": {"Verzuimsoort": "V1"},
        "kind_not_accepted_either": {"Verzuimsoort": "V2"},
        "field_missing": {"DatumBeginVerzuim": None},
        "date_invalid": {"DatumBeginVerzuim": "2026-02-30"},
        "bsn_missing": {"BSN": None},
        "field_invalid": {"StatusMeldingRelatiefVerzuim": "D"},
    }
)


def spoiled_absences(books: Books, chance: Random) -> list[str]:
    """All meldingen of a delivery with a spoiled one per reason among them."""
    spoiled = []
    for index, change in enumerate(_SCHOOL.values()):
        model = books.absences[index]
        fields = verzuim_files.fields_of(model) | {"NummerMeldingRelatiefVerzuim": f"{920_000_000 + index}"}
        kept = {name: change.get(name, value) for name, value in fields.items()}
        told = {name: value for name, value in kept.items() if value is not None}
        spoiled.append(verzuim_files.melding(told, model.changed_at))
    return _among(verzuim_files.rows_of(books.absences), spoiled, chance)


def spoiled_statements(lines: list[Row], chance: Random) -> list[Row]:
    """All statements of a delivery with a few that say nothing clear."""
    first = lines[0]
    spoiled = [
        first | {"id": "TS-FOUT-1", "verklaring": "misschien"},
        first | {"id": "TS-FOUT-2", "burgerservicenummer": failing_number(first["burgerservicenummer"])},
        {name: value for name, value in first.items() if name != "geldigVanaf"} | {"id": "TS-FOUT-3"},
    ]
    return _among(lines, spoiled, chance)


def _among(rows: list[Any], spoiled: list[Any], chance: Random) -> list[Any]:
    mixed = list(rows)
    for row in spoiled:
        mixed.insert(chance.randrange(len(mixed) + 1), row)
    return mixed


def broken_files(good: Mapping[str, bytes], today: date, now: datetime) -> Mapping[str, tuple[str, bytes]]:
    """Whole files that must be refused, and one that was delivered before: name → source and content."""
    debts, school = good["debt_services"], good["school_attendance"]
    other = ddas_files.delivery([], today, now, municipality="9991")
    return {
        "afgebroken.json": ("debt_services", debts[: len(debts) // 2]),
        "leeg.json": ("debt_services", b""),
        "andere-gemeente.json": ("debt_services", _with_row(other, debts)),
        "nogmaals.json": ("debt_services", debts),
        "doctype.xml": ("school_attendance", _with_doctype(school)),
        "latin1.xml": ("school_attendance", school.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")),
        "leeg.jsonl": ("consent_register", b""),
    }


def _with_row(content: bytes, donor: bytes) -> bytes:
    delivery, rows = json.loads(content), json.loads(donor)
    delivery["leveringen"][0]["vroegsignalen"] = rows["leveringen"][0]["vroegsignalen"][:1]
    return json.dumps(delivery, ensure_ascii=False).encode()


def _with_doctype(school: bytes) -> bytes:
    declaration, rest = school.split(b"\n", 1)
    return declaration + b'\n<!DOCTYPE levering [<!ENTITY wie SYSTEM "file:///etc/hostname">]>\n' + rest
