"""Whether who declares may consent for this person, and until which birthday.

Source  law.md 7.3; BRP gezag (formats.md 5.1); UAVG art. 5(2) for curatele; bad_inputs.md H4
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import date
from types import MappingProxyType

from connectors.ages import AGES, Voice, Voices, age_on, birthday
from schemas.vocabulary import Refusal

#: Who declares: whether the person does, and how many representatives do.
DECLARES: Mapping[str, tuple[bool, int]] = MappingProxyType(
    {
        "zelf": (True, 0),
        "vertegenwoordiger": (False, 1),
        "beide_vertegenwoordigers": (False, 2),
        "beiden": (True, 1),
        "zelf_en_beide_vertegenwoordigers": (True, 2),
    }
)
#: How many representatives must declare under this gezag; None: nobody can, a human finds out.
REPRESENTATIVES: Mapping[str, int | None] = MappingProxyType(
    {
        "eenhoofdig": 1,
        "gezamenlijk": 2,
        "voogdij": 1,
        "curatele": 1,
        "tijdelijk_geen": None,
        "niet_te_bepalen": None,
        "in_onderzoek": None,
    }
)
CURATELE, ADULT = "curatele", 18


@dataclass(frozen=True, slots=True)
class Declared:
    """What a line says of who consents; no birth date means that the register knows an adult."""

    bron: str
    giver: str
    custody: str | None
    born: date | None = hidden(repr=False)
    on: date
    valid_from: date


def consents_until(said: Declared) -> date | tuple[Refusal, str] | None:
    """The first day on which this giver no longer suffices (None: no such day), or why they do not suffice at all.

    Time    the giver must suffice on the day of declaring and on the first day of use
    """
    missing = _missing(said)
    if missing is not None:
        return Refusal.FIELD_MISSING, missing
    first = max(said.on, said.valid_from)
    if not all(_suffices(said, _age(said, day)) for day in (said.on, first)):
        return Refusal.MAY_NOT_CONSENT, "gegevenDoor"
    age = _age(said, first)
    if said.born is None or age is None or said.custody == CURATELE:
        return None
    ends = (each for each in AGES.changes_after(said.bron, age) if not _suffices(said, each))
    end = next(ends, None)
    return None if end is None else birthday(said.born, end)


def _age(said: Declared, day: date) -> int | None:
    return None if said.born is None else age_on(said.born, day)


def _missing(said: Declared) -> str | None:
    """What must be known before a representative can be believed."""
    _, representatives = DECLARES[said.giver]
    if not representatives or said.custody == CURATELE:
        return None
    if said.born is None:
        return "geboortedatum"
    return "gezag" if said.custody is None and age_on(said.born, said.on) < ADULT else None


def _needed(said: Declared, age: int | None) -> Voices | None:
    """Who must be heard; None when the line contradicts itself."""
    if said.custody == CURATELE:
        return frozenset({Voice.REPRESENTATIVE}) if age is None or age >= ADULT else None
    return AGES.needed(said.bron, ADULT if age is None else age)


def _heard(said: Declared) -> Voices:
    self_too, representatives = DECLARES[said.giver]
    enough = REPRESENTATIVES[said.custody] if said.custody is not None else None
    represented = enough is not None and representatives >= enough
    spoke = {Voice.SELF: self_too, Voice.REPRESENTATIVE: represented}
    return frozenset(voice for voice, heard in spoke.items() if heard)


def _suffices(said: Declared, age: int | None) -> bool:
    needed = _needed(said, age)
    return needed is not None and needed <= _heard(said)
