"""When sixteen hours within four lesson weeks were reached: the counting rule of the verzuimregister.

Source  duo.nl, soorten verzuim: the melding begins on the first day of absence and ends on the day that the sixteen
hours are reached; counting begins anew the day after; who stays away without a break is reported at most once per
seven calendar days. The choices that this leaves open are in ADR 0012.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from connectors.school_attendance.deriving.lesson_weeks import LessonWeeks

THRESHOLD_HOURS = 16
BETWEEN_REPORTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reached:
    """From the first day of absence to the day that the sixteen hours were reached."""

    begin: date
    end: date


@dataclass(slots=True)
class _Count:
    """Where the counting stands; `unbroken` means that no lesson day since the last report was attended."""

    last: date | None
    days: list[date]
    unbroken: bool = True
    held: Reached | None = None

    def restart(self, reached: Reached) -> Reached:
        self.last, self.days, self.unbroken, self.held = reached.end, [], True, None
        return reached


def reached(
    hours: Mapping[date, Fraction], weeks: LessonWeeks, reported_until: date | None = None
) -> tuple[Reached, ...]:
    """Every time that one pupil reached the sixteen hours, in order.

    Units   hours of unauthorised absence per lesson day
    Time    counting begins the day after *reported_until*, the end of the last melding that was made before
    """
    count, found = _Count(reported_until, []), list[Reached]()
    for day in weeks.days:
        if reported_until is not None and day <= reported_until:
            continue
        if not hours.get(day):
            if count.held is not None:
                found.append(count.restart(count.held))
            count.unbroken = False
            continue
        count.days = [each for each in (*count.days, day) if weeks.within_period(each, day)]
        if sum(hours[each] for each in count.days) < THRESHOLD_HOURS:
            continue
        now = Reached(count.days[0], day)
        if count.last is not None and count.unbroken and day < count.last + BETWEEN_REPORTS:
            count.held = now
        else:
            found.append(count.restart(now))
    return tuple(found)
