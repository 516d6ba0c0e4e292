"""From a school's absence file to the meldingen that it must make, and nothing else of what the file holds."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO

from connectors.connector import Refused
from connectors.school_attendance.deriving.absence_file import Pupil, absence_file
from connectors.school_attendance.deriving.counting import Reached, reached
from connectors.school_attendance.deriving.hours import SchoolType, unauthorised
from connectors.school_attendance.deriving.lesson_weeks import LessonWeeks, covers_period, lesson_weeks
from connectors.school_attendance.deriving.levering import Melding, as_csv, as_xml
from connectors.school_attendance.deriving.school_holidays import Region, days_off
from schemas.vocabulary import Refusal

_BRIN = re.compile(r"[0-9]{2}[A-Z]{2}")
#: Below which age, on the day that the hours were reached, a melding is of which kind; from 23 on: none.
#: Source  duo.nl, soorten verzuim; the task of RMC ends at 23
_KIND_BELOW_AGE = ((18, "V3"), (23, "V4"))


class Output(StrEnum):
    """In which format the levering is written."""

    XML = "xml"
    CSV = "csv"


_WRITE: Mapping[Output, Callable[[Sequence[Melding]], bytes]] = MappingProxyType(
    {Output.XML: as_xml, Output.CSV: as_csv}
)


@dataclass(frozen=True, slots=True)
class Derived:
    """The meldingen of one file and the levering that says them; none is an empty levering: nothing to deliver."""

    meldingen: tuple[Melding, ...]
    levering: bytes = field(repr=False)
    first_day: date
    last_day: date


def derive(
    file: BinaryIO, region: Region, school_type: SchoolType, brin: str, today: date, output: Output = Output.CSV
) -> Derived | tuple[Refused, ...]:
    """The meldingen of sixteen hours in four lesson weeks, or every row because of which none can be made.

    Shapes  the CSV of deriving/absence_row.py; *brin* is the school, as `99XX`
    Time    the file must say what every day was of the four lesson weeks that end on its last lesson day
    Raises  ValueError for a *brin* that is none
    """
    if _BRIN.fullmatch(brin) is None:
        raise ValueError("brin")
    off = days_off(region)
    read = absence_file(file, off, today)
    if read.refused:
        return read.refused
    weeks = lesson_weeks(read.lesson_days)
    if not covers_period(weeks, frozenset(read.free_days), off):
        return (Refused(0, Refusal.WINDOW_INCOMPLETE, "Datum"),)
    meldingen = tuple(
        melding for pupil in read.pupils.values() for melding in _meldingen(pupil, school_type, weeks, brin)
    )
    levering = _WRITE[output](meldingen) if meldingen else b""
    return Derived(meldingen, levering, weeks.days[0], weeks.days[-1])


def _meldingen(pupil: Pupil, school_type: SchoolType, weeks: LessonWeeks, brin: str) -> list[Melding]:
    hours = unauthorised(school_type, pupil.missed)
    return [
        Melding(_number(brin, pupil, each), pupil.person, kind, each.begin, each.end)
        for each in reached(hours, weeks, pupil.reported_until)
        if (kind := _kind(pupil.born, each.end)) is not None
    ]


def _kind(born: date, day: date) -> str | None:
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((kind for below, kind in _KIND_BELOW_AGE if age < below), None)


def _number(brin: str, pupil: Pupil, span: Reached) -> str:
    """The same absence gets the same number in every file: a later end then corrects, and is no second melding."""
    digest = hashlib.sha256(f"{brin}|{pupil.number}|{span.begin.isoformat()}".encode()).hexdigest()
    return f"AF-{brin}-{digest[:24]}"
