"""A description and its candidates as they are sealed, and the one spelling by which a question is found again."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from connectors.bsn import Bsn, digits_of
from connectors.connector import Described
from connectors.vault.directory import Candidate
from connectors.vault.names import folded, surname

_TEXTS = tuple(each.name for each in fields(Described) if each.name not in ("born_on", "number"))
_CANDIDATE_TEXTS = tuple(
    each.name for each in fields(Candidate) if each.name not in ("bsn", "born_on", "unsettled")
)


def described_out(person: Described) -> dict[str, str | None]:
    """As JSON."""
    texts: dict[str, str | None] = {name: getattr(person, name) for name in _TEXTS}
    number = None if person.number is None else digits_of(person.number)
    return texts | {"born_on": _day(person.born_on), "number": number}


def described_into(value: Any) -> Described:
    """Raises ValueError, KeyError or TypeError when it is none."""
    number = value["number"]
    return Described(
        **{name: _text(value[name]) for name in _TEXTS},
        born_on=_born(value["born_on"]),
        number=None if number is None else Bsn(_text(number)),
    )


def candidate_out(person: Candidate) -> dict[str, Any]:
    """As JSON."""
    texts = {name: getattr(person, name) for name in _CANDIDATE_TEXTS}
    return {"bsn": digits_of(person.bsn), "born_on": _day(person.born_on), "unsettled": person.unsettled} | texts


def candidate_into(value: Any) -> Candidate:
    """Raises ValueError, KeyError or TypeError when it is none."""
    return Candidate(
        bsn=Bsn(_text(value["bsn"])),
        **{name: _text(value[name]) for name in _CANDIDATE_TEXTS},
        born_on=_born(value["born_on"]),
        unsettled=value["unsettled"] is True,
    )


def canonical(person: Described) -> bytes:
    """The same for every way of writing the same description, so that it is asked once."""
    prefix, name = surname(person.family_name, person.prefix)
    squeezed = (person.postcode, person.house_number, person.house_suffix, person.school_number)
    said = (
        prefix,
        name,
        folded(person.given_names),
        folded(person.initials),
        _day(person.born_on),
        *(folded(each).replace(" ", "") for each in squeezed),
        None if person.number is None else digits_of(person.number),
    )
    return json.dumps(said).encode()


def packed(persons: Sequence[Candidate]) -> bytes:
    """The candidates in one piece."""
    return json.dumps([candidate_out(each) for each in persons]).encode()


def unpacked(content: bytes) -> tuple[Candidate, ...]:
    """What `packed` packed."""
    return tuple(map(candidate_into, json.loads(content)))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _born(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(_text(value))
