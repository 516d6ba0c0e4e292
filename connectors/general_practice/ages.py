"""Whether who agreed may do so for this patient, and until which birthday, by the table of ages.

Source  BW 7:447 and 7:450; law.md 7.3
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from connectors.ages import AGES, Voice, Voices, age_on, birthday
from connectors.general_practice.said import ConsentSaid
from connectors.general_practice.times import day_of

_BRON = "huisarts"
_VOICE: Mapping[str, Voice] = MappingProxyType({"self": Voice.SELF, "representative": Voice.REPRESENTATIVE})
SELF_ALONE: Voices = frozenset({Voice.SELF})


def agreed_by(said: ConsentSaid) -> Voices:
    """Who agreed; where nobody is named the patient did."""
    return frozenset(_VOICE[each] for each in said.performers if each in _VOICE) if said.performers else SELF_ALONE


def suffices_on(said: ConsentSaid, day: date) -> bool:
    """Whether who agreed is enough on this day; without a birth date the patient is an adult who speaks alone.

    Raises  ValueError where the birth date cannot be read
    """
    if "other" in said.performers:
        return False  # nobody knows for whom they speak
    if not said.born:
        return agreed_by(said) == SELF_ALONE
    return AGES.needed(_BRON, age_on(day_of(said.born), day)) <= agreed_by(said)


def suffices_until(said: ConsentSaid, first: date) -> date:
    """The birthday on which who agreed is no longer enough, counted from a day on which they are.

    Raises  ValueError
    """
    if not said.born:
        return date.max
    born, voices = day_of(said.born), agreed_by(said)
    later = AGES.changes_after(_BRON, age_on(born, first))
    return next((birthday(born, age) for age in later if not AGES.needed(_BRON, age) <= voices), date.max)
