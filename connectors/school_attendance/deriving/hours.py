"""What a missed lesson counts for: clock hours in primary, lesson hours in secondary education.

Source  duo.nl, verzuim melden in klok- of lesuren; kindindekijker.nl: a lesson hour has at most sixty minutes
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction

from connectors.school_attendance.deriving.absence_row import AbsenceRow

_HOUR_MIN = 60


class SchoolType(StrEnum):
    """Primary (PO) or secondary and vocational education (VO)."""

    PO = "po"
    VO = "vo"


def _counted(kind: SchoolType, row: AbsenceRow) -> Fraction:
    """[R] Of a lesson that was missed in part, its part; a lesson longer than an hour is more than one hour."""
    return Fraction(row.missed, _HOUR_MIN if kind is SchoolType.PO else min(row.length, _HOUR_MIN))


def unauthorised(kind: SchoolType, missed: Iterable[AbsenceRow]) -> Mapping[date, Fraction]:
    """The hours of absence without leave, per day.

    Units   hours, exact
    """
    hours: defaultdict[date, Fraction] = defaultdict(Fraction)
    for row in missed:
        if not row.allowed:
            hours[row.day] += _counted(kind, row)
    return dict(hours)
