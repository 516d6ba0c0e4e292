"""From what is wrong with a value to closed reasons and places in the format, for every fault of a row."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.connector import RawRecord, Refused
from schemas.vocabulary import Refusal

_REASON: Mapping[str, Refusal] = MappingProxyType(
    {"missing": Refusal.FIELD_MISSING, "extra_forbidden": Refusal.FIELD_NOT_ALLOWED}
)

Fault = tuple[Refusal, str | None]
T = TypeVar("T")


class Faulty(Exception):
    """Why a row is none, and where: closed reasons and names of the format, all of them at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0][0].value)
        self.faults = faults


class Reading:
    """Reads field after field, so that who must mend a row hears of every fault in it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def of(self, read: Callable[..., T], *given: object) -> T | None:
        """What *read* makes of it; none where that is a fault."""
        try:
            return read(*given)
        except Faulty as faulty:
            self._faults += faulty.faults
            return None

    def done(self, more: Iterable[Fault] = ()) -> None:
        """Raises Faulty: with every fault so far, and of the others those in fields that were not at fault yet"""
        known = {field for _, field in self._faults}
        self._faults += [each for each in more if each[1] not in known]
        if self._faults:
            raise Faulty(*self._faults)


def _place(error: Any) -> str | None:
    """Where it went wrong, in names of the format alone: a name that the sender made up is left out."""
    names = [part for part in error["loc"] if isinstance(part, str)]
    if error["type"] == "extra_forbidden":
        names = names[:-1]
    return ".".join(names) or None


def all_faults(invalid: ValidationError, special: Mapping[str, Refusal]) -> tuple[Fault, ...]:
    """The reason and place of every fault, each once; a name that is not allowed goes before everything else.

    `special` says which last names have a reason of their own.
    """
    faults = invalid.errors(include_url=False, include_context=False, include_input=False)
    faults.sort(key=lambda each: each["type"] != "extra_forbidden")
    return tuple(dict.fromkeys(_reason_and_place(each, special) for each in faults))


def _reason_and_place(fault: Any, special: Mapping[str, Refusal]) -> Fault:
    where = _place(fault)
    last = (where or "").rpartition(".")[2]
    return _REASON.get(fault["type"]) or special.get(last, Refusal.FIELD_INVALID), where


def refused_for(record: RawRecord, faults: Iterable[Fault]) -> Refused:
    """The row refused for the first of its faults, with all the others beside it."""
    (reason, where), *others = faults
    return Refused(record.row, reason, where, record.raw, tuple(others))


def refused_by(record: RawRecord, invalid: ValidationError, special: Mapping[str, Refusal]) -> Refused:
    """The row refused for what its model says of it."""
    return refused_for(record, all_faults(invalid, special))


def first_fault(invalid: ValidationError, special: Mapping[str, Refusal]) -> Fault:
    """The reason and place of the first fault alone."""
    return all_faults(invalid, special)[0]
