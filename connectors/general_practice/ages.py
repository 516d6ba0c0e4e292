"""Whether who agreed may do so for this patient, and until which birthday.

Source  BW 7:447 and 7:450; law.md 7.3. [R] The table is that of the consent register for what a GP knows; a test
holds them equal
"""

from datetime import date

from connectors.general_practice.said import ConsentSaid
from connectors.general_practice.times import day_of

SELF, REPRESENTATIVE = "self", "representative"
#: From each age on, who must agree.
NEEDED = ((0, frozenset({REPRESENTATIVE})), (12, frozenset({SELF, REPRESENTATIVE})), (16, frozenset({SELF})))


def needed_at(age: int) -> frozenset[str]:
    """Who must agree at this age."""
    return [voices for first, voices in NEEDED if first <= max(age, 0)][-1]


def age_on(born: date, day: date) -> int:
    """Whole years; who was born on 29 February has a birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def agreed_by(said: ConsentSaid) -> frozenset[str]:
    """Who agreed; where nobody is named the patient did."""
    return frozenset(said.performers) or frozenset({SELF})


def suffices_on(said: ConsentSaid, day: date) -> bool:
    """Whether who agreed is enough on this day; without a birth date the patient is an adult who speaks alone.

    Raises  ValueError where the birth date cannot be read
    """
    if not said.born:
        return agreed_by(said) == {SELF}
    return needed_at(age_on(day_of(said.born), day)) <= agreed_by(said)


def suffices_until(said: ConsentSaid, first: date) -> date:
    """The birthday on which who agreed is no longer enough, counted from a day on which they are.

    Raises  ValueError
    """
    if not said.born:
        return date.max
    born = day_of(said.born)
    age = age_on(born, first)
    later = [_birthday(born, limit) for limit, voices in NEEDED if limit > age and not voices <= agreed_by(said)]
    return min(later, default=date.max)


def _birthday(born: date, age: int) -> date:
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
