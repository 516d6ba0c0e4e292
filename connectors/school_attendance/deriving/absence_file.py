"""A school's absence file as a whole: its lesson days, its pupils, and every row that contradicts another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from connectors.connector import RawRecord, Refused
from connectors.csv_rows import walk
from connectors.reading import rows_of
from connectors.school_attendance.deriving.absence_row import (
    BORN,
    DAY,
    PERSON,
    PROFILE,
    PUPIL,
    AbsenceRow,
    absence_row,
)
from connectors.school_attendance.deriving.school_holidays import DaysOff
from schemas.vocabulary import Refusal

LARGEST_FILE = 67_108_864


@dataclass(slots=True)
class Pupil:
    """One pupil of the file: who it is, until when a melding was made before, and which lessons were missed."""

    number: str = field(repr=False)
    person: str = field(default="", repr=False)
    born: date = field(default=date.max, repr=False)
    reported_until: date | None = None
    missed: list[AbsenceRow] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class AbsenceFile:
    """Everything that the file says, in its order; `refused` is every row that could not be used."""

    lesson_days: dict[date, int]
    free_days: dict[date, int]
    pupils: dict[str, Pupil]
    refused: tuple[Refused, ...]


class _Gathering:
    """What was read so far."""

    def __init__(self, off: DaysOff) -> None:
        self._off = off
        self.days: dict[str, dict[date, int]] = {"lesdag": {}, "lesvrij": {}}
        self.pupils: dict[str, Pupil] = {}
        self._owner: dict[str, str] = {}
        self._lessons: set[tuple[str, date, int]] = set()

    def add(self, row: AbsenceRow) -> tuple[Refusal, str] | None:
        """Take the row in, or say why it cannot stand beside the others."""
        if row.sort in self.days:
            return self._day(row)
        pupil = self.pupils.setdefault(row.pupil, Pupil(row.pupil))
        if row.sort == "gemeld":
            pupil.reported_until = max(row.day, pupil.reported_until or row.day)
            return None
        return self._known(pupil, row) or self._lesson(pupil, row)

    def _day(self, row: AbsenceRow) -> tuple[Refusal, str] | None:
        if any(row.day in days for days in self.days.values()):
            return Refusal.DUPLICATE_IN_FILE, DAY
        if row.sort == "lesdag" and row.day in self._off.binding:
            return Refusal.DATE_INVALID, DAY
        self.days[row.sort][row.day] = row.row
        return None

    def _known(self, pupil: Pupil, row: AbsenceRow) -> tuple[Refusal, str] | None:
        """Whether pupil and person are one in the whole file: else hours would be added up wrongly."""
        if self._owner.setdefault(row.person, row.pupil) != row.pupil:
            return Refusal.FIELD_INVALID, PUPIL
        if not pupil.person:
            pupil.person, pupil.born = row.person, row.born
        if pupil.person != row.person:
            return Refusal.FIELD_INVALID, PERSON
        return (Refusal.FIELD_INVALID, BORN) if pupil.born != row.born else None

    def _lesson(self, pupil: Pupil, row: AbsenceRow) -> tuple[Refusal, str] | None:
        lesson = (row.pupil, row.day, row.lesson)
        if lesson in self._lessons:
            return Refusal.DUPLICATE_IN_FILE, DAY
        self._lessons.add(lesson)
        pupil.missed.append(row)
        return None

    def outside_lessons(self) -> Iterator[Refused]:
        """Absence on a day that the file does not call a lesson day."""
        for pupil in self.pupils.values():
            for row in pupil.missed:
                if row.day not in self.days["lesdag"]:
                    yield Refused(row.row, Refusal.DATE_INVALID, DAY)


def absence_file(file: BinaryIO, off: DaysOff, today: date) -> AbsenceFile:
    """Read the whole file; rows that are refused carry no content."""
    gathered, refused = _Gathering(off), list[Refused]()
    for each in rows_of(walk(file, LARGEST_FILE, PROFILE)):
        row = absence_row(each, today) if isinstance(each, RawRecord) else each
        if isinstance(row, Refused):
            refused.append(row)
        elif (fault := gathered.add(row)) is not None:
            refused.append(Refused(row.row, *fault))
    refused += gathered.outside_lessons()
    days = gathered.days
    return AbsenceFile(
        days["lesdag"], days["lesvrij"], gathered.pupils, tuple(sorted(refused, key=lambda one: one.row))
    )
