"""From what a model says of a value to one closed reason and a place in the format."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from connectors.connector import RawRecord, Refused
from schemas.vocabulary import Refusal

_REASON: Mapping[str, Refusal] = MappingProxyType(
    {"missing": Refusal.FIELD_MISSING, "extra_forbidden": Refusal.FIELD_NOT_ALLOWED}
)


def _place(error: Any) -> str | None:
    """Where it went wrong, in names of the format alone: a name that the sender made up is left out."""
    names = [part for part in error["loc"] if isinstance(part, str)]
    if error["type"] == "extra_forbidden":
        names = names[:-1]
    return ".".join(names) or None


def all_faults(
    invalid: ValidationError, special: Mapping[str, Refusal]
) -> tuple[tuple[Refusal, str | None], ...]:
    """The reason and place of every fault, each once; a name that is not allowed goes before everything else.

    `special` says which last names have a reason of their own.
    """
    faults = invalid.errors(include_url=False, include_context=False, include_input=False)
    faults.sort(key=lambda each: each["type"] != "extra_forbidden")
    return tuple(dict.fromkeys(_reason_and_place(each, special) for each in faults))


def _reason_and_place(fault: Any, special: Mapping[str, Refusal]) -> tuple[Refusal, str | None]:
    where = _place(fault)
    last = (where or "").rpartition(".")[2]
    return _REASON.get(fault["type"]) or special.get(last, Refusal.FIELD_INVALID), where


def refused_by(record: RawRecord, invalid: ValidationError, special: Mapping[str, Refusal]) -> Refused:
    """The row refused for the first of its faults, with all the others beside it."""
    (reason, where), *others = all_faults(invalid, special)
    return Refused(record.row, reason, where, record.raw, tuple(others))


def first_fault(invalid: ValidationError, special: Mapping[str, Refusal]) -> tuple[Refusal, str | None]:
    """The reason and place of the first fault alone."""
    return all_faults(invalid, special)[0]
