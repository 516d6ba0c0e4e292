"""One row of a school's own absence file: a day with or without lessons, an earlier melding, or a lesson missed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from connectors.bsn import Bsn
from connectors.connector import RawRecord, Refused
from connectors.csv_rows import Profile
from connectors.moments import day_in
from connectors.reading import unseen
from connectors.refusing import Faulty
from connectors.school_attendance.school_number import is_school_number
from schemas.vocabulary import Refusal

SORT, DAY, PUPIL, PERSON, BORN = "Soort", "Datum", "Leerlingnummer", "Persoonsgebonden nummer", "Geboortedatum"
LESSON, LENGTH, MISSED, ALLOWED = "Lesuur", "Minuten les", "Minuten gemist", "Geoorloofd"

#: Which columns are filled on a row of each sort; the others must be empty.
FILLED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "lesdag": frozenset({SORT, DAY}),
        "lesvrij": frozenset({SORT, DAY}),
        "gemeld": frozenset({SORT, DAY, PUPIL}),
        "verzuim": frozenset({SORT, DAY, PUPIL, PERSON, BORN, LESSON, LENGTH, MISSED, ALLOWED}),
    }
)
PROFILE = Profile(required=FILLED["verzuim"], separator=";", most_rows=500_000)

_PUPIL = re.compile(r"[A-Za-z0-9-]{1,40}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_LONGEST_LESSON = 480
_MOST_LESSONS = 20


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """What one row says; of a day only its sort and date."""

    row: int
    sort: str
    day: date
    pupil: str = field(default="", repr=False)
    person: str = field(default="", repr=False)
    born: date = field(default=date.max, repr=False)
    lesson: int = 0
    length: int = 0
    missed: int = 0
    allowed: bool = True


def absence_row(record: RawRecord, today: date) -> AbsenceRow | Refused:
    """The row, or why it is none."""
    try:
        return _row(record.row, record.content, today)
    except Faulty as faulty:
        return Refused(record.row, *faulty.faults[0])


def _row(row: int, cells: Mapping[str, str], today: date) -> AbsenceRow:
    for name, text in cells.items():
        if unseen(text):
            raise Faulty((Refusal.CONTROL_CHARACTER, name))
    sort = cells[SORT]
    if sort not in FILLED:
        raise Faulty((Refusal.FIELD_INVALID if sort else Refusal.FIELD_MISSING, SORT))
    for name in sorted(cells):
        if bool(cells[name]) != (name in FILLED[sort]):
            raise Faulty((Refusal.FIELD_INVALID if cells[name] else Refusal.FIELD_MISSING, name))
    day = _day(cells, DAY, today)
    if sort in ("lesdag", "lesvrij"):
        return AbsenceRow(row, sort, day)
    pupil = _that(cells, PUPIL, lambda text: _PUPIL.fullmatch(text) is not None)
    if sort == "gemeld":
        return AbsenceRow(row, sort, day, pupil)
    person = cells[PERSON]
    if not is_school_number(person) and Bsn.parse(person) is None:
        raise Faulty((Refusal.BSN_INVALID, PERSON))
    length = _number(cells, LENGTH, _LONGEST_LESSON)
    return AbsenceRow(
        row,
        sort,
        day,
        pupil,
        person,
        born=_day(cells, BORN, today),
        lesson=_number(cells, LESSON, _MOST_LESSONS),
        length=length,
        missed=_number(cells, MISSED, length),
        allowed=_that(cells, ALLOWED, lambda text: text in ("ja", "nee")) == "ja",
    )


def _that(cells: Mapping[str, str], name: str, holds: Callable[[str], bool]) -> str:
    if not holds(cells[name]):
        raise Faulty((Refusal.FIELD_INVALID, name))
    return cells[name]


def _number(cells: Mapping[str, str], name: str, most: int) -> int:
    return int(_that(cells, name, lambda text: _COUNT.fullmatch(text) is not None and int(text) <= most))


def _day(cells: Mapping[str, str], name: str, today: date) -> date:
    try:
        day = day_in(cells[name])
    except ValueError:
        raise Faulty((Refusal.DATE_INVALID, name)) from None
    if day > today:
        raise Faulty((Refusal.DATE_IN_FUTURE, name))
    return day
