"""From what a model says of a value to one closed reason and a place in the format."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

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


def first_fault(invalid: ValidationError, special: Mapping[str, Refusal]) -> tuple[Refusal, str | None]:
    """The reason and place of the first fault; a name that is not allowed goes before everything else.

    `special` says which last names have a reason of their own.
    """
    faults = invalid.errors(include_url=False, include_context=False, include_input=False)
    worst = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    where = _place(worst)
    last = (where or "").rpartition(".")[2]
    reason = _REASON.get(worst["type"]) or special.get(last, Refusal.FIELD_INVALID)
    return reason, where
