"""Which days were lesson days, and whether a file says of every day of the last four lesson weeks what it was.

A lesson week is a week (Monday to Sunday) with a lesson in it: [R] a week of holiday is no part of "four
consecutive lesson weeks", wherever it falls.

Source  duo.nl, soorten verzuim; onderwijsinspectie.nl, registreren en melden van ongeoorloofd verzuim
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.school_attendance.deriving.school_holidays import DaysOff

PERIOD_DAYS = 28
_WEEKEND = 2


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class LessonWeeks:
    """The lesson days of a school in order, and the Mondays of the weeks that they lie in."""

    days: tuple[date, ...]
    mondays: tuple[date, ...]

    def position(self, day: date) -> int:
        """Which day it is when only days of lesson weeks are counted, from 0."""
        return bisect_left(self.mondays, _monday(day)) * 7 + day.weekday()

    def within_period(self, begin: date, end: date) -> bool:
        """Whether two lesson days lie in one period of four consecutive lesson weeks."""
        return self.position(end) - self.position(begin) < PERIOD_DAYS


def lesson_weeks(days: Iterable[date]) -> LessonWeeks:
    """The lesson weeks of these lesson days."""
    ordered = tuple(sorted(set(days)))
    return LessonWeeks(ordered, tuple(sorted({_monday(day) for day in ordered})))


def covers_period(weeks: LessonWeeks, school_free: frozenset[date], off: DaysOff) -> bool:
    """Whether the file says what every weekday was of the four lesson weeks that end on its last lesson day.

    Of a day that the file leaves out only the holiday table can say that it was free.
    """
    if not weeks.days:
        return False
    first, last = min({*school_free, weeks.days[0]}), weeks.days[-1]
    if first < off.first or last > off.last:
        return False
    known = school_free | off.free | frozenset(weeks.days)
    span = (first + timedelta(days=each) for each in range((last - first).days + 1))
    if any(day.weekday() < 5 and day not in known for day in span):
        return False
    begin = first if _monday(first) in weeks.mondays else weeks.mondays[0]
    # Before a Monday lies a weekend, of which nothing needs to be said.
    said_from = weeks.position(begin) - (_WEEKEND if begin.weekday() == 0 else 0)
    return weeks.position(last) - said_from >= PERIOD_DAYS - 1
