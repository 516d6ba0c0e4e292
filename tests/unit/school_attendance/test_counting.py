"""Sixteen hours in four lesson weeks: cases worked out by hand, and a slow counting that anybody can follow."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.school_attendance.deriving.counting import Reached, reached
from connectors.school_attendance.deriving.lesson_weeks import LessonWeeks, lesson_weeks
from tests.unit.school_attendance.meldingen import weekdays

#: Four weeks of March, a fifth, and Good Friday and Easter Monday off (3 and 6 April 2026).
SPRING = [*weekdays("2026-03-02", "2026-04-02"), *weekdays("2026-04-07", "2026-04-24")]
#: Two weeks of lessons, a week of autumn holiday (19-25 October 2026), three weeks of lessons.
AUTUMN = [*weekdays("2026-10-05", "2026-10-16"), *weekdays("2026-10-26", "2026-11-13")]
#: The last three weeks before a summer and the first three after it.
SUMMER = [*weekdays("2026-06-29", "2026-07-17"), *weekdays("2026-08-31", "2026-09-18")]

Hours = dict[str, str]

CASES: dict[str, tuple[Sequence[date], Hours, list[tuple[str, str]]]] = {
    "nothing missed": (SPRING, {}, []),
    "exactly sixteen": (
        SPRING,
        {"2026-03-02": "8", "2026-03-19": "8"},
        [("2026-03-02", "2026-03-19")],
    ),
    "a minute short of sixteen": (SPRING, {"2026-03-02": "8", "2026-03-19": "479/60"}, []),
    "sixteen lessons of fifty minutes, a minute missing of one": (
        SPRING,
        {"2026-03-02": "15", "2026-03-19": "49/50"},
        [],
    ),
    "in one day": (SPRING, {"2026-03-04": "16"}, [("2026-03-04", "2026-03-04")]),
    "the last day of four weeks": (
        # Wednesday to Tuesday, 28 days: the Wednesday after is one too many.
        SPRING,
        {"2026-03-04": "8", "2026-03-31": "8"},
        [("2026-03-04", "2026-03-31")],
    ),
    "a day later than four weeks": (SPRING, {"2026-03-04": "8", "2026-04-01": "8"}, []),
    "what lies too far back does not begin it": (
        SPRING,
        {"2026-03-02": "8", "2026-03-10": "8/2", "2026-03-31": "12"},
        [("2026-03-10", "2026-03-31")],
    ),
    "over a public holiday, which is no week": (
        SPRING,
        {"2026-03-31": "8", "2026-04-24": "8"},
        [("2026-03-31", "2026-04-24")],
    ),
    "over a week of holiday, which does not count": (
        # 7 October + 28 days = 3 November; with the week of holiday between, 10 November.
        AUTUMN,
        {"2026-10-07": "8", "2026-11-10": "8"},
        [("2026-10-07", "2026-11-10")],
    ),
    "over a week of holiday and a day too late": (AUTUMN, {"2026-10-07": "8", "2026-11-11": "8"}, []),
    "over a summer": (SUMMER, {"2026-07-10": "8", "2026-09-16": "8"}, [("2026-07-10", "2026-09-16")]),
    "the hour that summer time takes and gives back is no hour of absence": (
        # 29 March 2026 and 25 October 2026 are Sundays.
        [*SPRING],
        {"2026-03-27": "8", "2026-03-30": "8"},
        [("2026-03-27", "2026-03-30")],
    ),
    "counting begins anew the day after": (
        SPRING,
        {"2026-03-03": "10", "2026-03-05": "10", "2026-03-10": "10", "2026-03-17": "5", "2026-03-24": "1"},
        [("2026-03-03", "2026-03-05"), ("2026-03-10", "2026-03-24")],
    ),
    "what was left over of the day that it was reached is not counted again": (
        SPRING,
        {"2026-03-03": "15", "2026-03-05": "8", "2026-03-19": "9"},
        [("2026-03-03", "2026-03-05")],
    ),
    "over the edge of a month": (
        SPRING,
        {"2026-03-30": "6", "2026-03-31": "6", "2026-04-01": "6"},
        [("2026-03-30", "2026-04-01")],
    ),
    "without a break: at most once per seven days": (
        # Eight hours a day from Monday 2 to Friday 20 March. Reached on the 3rd; then on the 5th, but a second one
        # may not come before the 10th, and a third not before the 17th; the rest waits for a next file.
        SPRING[:15],
        {str(day): "8" for day in SPRING[:15]},
        [("2026-03-02", "2026-03-03"), ("2026-03-04", "2026-03-10"), ("2026-03-11", "2026-03-17")],
    ),
    "without a break, and then back at school": (
        # The second sixteen hours (4 and 5 March) wait for the seven days; on Monday 9 March the pupil is back.
        SPRING,
        {str(day): "8" for day in SPRING[:5]},
        [("2026-03-02", "2026-03-03"), ("2026-03-04", "2026-03-06")],
    ),
    "with a break: at once, also within seven days": (
        SPRING,
        {"2026-03-02": "8", "2026-03-03": "8", "2026-03-05": "8", "2026-03-06": "8"},
        [("2026-03-02", "2026-03-03"), ("2026-03-05", "2026-03-06")],
    ),
    "the seventh day is late enough": (
        SPRING[:7],
        {"2026-03-02": "8", "2026-03-03": "8", **{str(day): "4" for day in SPRING[2:7]}},
        [("2026-03-02", "2026-03-03"), ("2026-03-04", "2026-03-10")],
    ),
}


def counted(lessons: Sequence[date], hours: Hours, until: str | None = None) -> list[tuple[str, str]]:
    exact = {date.fromisoformat(day): Fraction(said) for day, said in hours.items()}
    found = reached(exact, lesson_weeks(lessons), date.fromisoformat(until) if until else None)
    return [(str(each.begin), str(each.end)) for each in found]


@pytest.mark.parametrize("case", CASES)
def test_a_case_worked_out_by_hand(case: str) -> None:
    lessons, hours, expected = CASES[case]
    assert counted(lessons, hours) == expected


def test_what_was_reported_before_is_not_counted_again() -> None:
    hours = {"2026-03-03": "10", "2026-03-05": "10", "2026-03-10": "10", "2026-03-17": "6"}
    assert counted(SPRING, hours) == [("2026-03-03", "2026-03-05"), ("2026-03-10", "2026-03-17")]
    assert counted(SPRING, hours, "2026-03-05") == [("2026-03-10", "2026-03-17")]
    assert counted(SPRING, hours, "2026-03-17") == []


def test_the_seven_days_also_hold_after_a_melding_that_was_made_before() -> None:
    hours = {str(day): "8" for day in SPRING[:8]}
    assert counted(SPRING[:8], hours, "2026-03-03") == [("2026-03-04", "2026-03-10")]


def _numbered(weeks: LessonWeeks) -> dict[date, int]:
    """Every day of a week with a lesson in it, numbered one by one."""
    taught = {day.isocalendar()[:2] for day in weeks.days}
    first, last = weeks.days[0] - timedelta(days=7), weeks.days[-1]
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return {day: number for number, day in enumerate(day for day in days if day.isocalendar()[:2] in taught)}


def slowly(hours: dict[date, Fraction], weeks: LessonWeeks, last: date | None) -> list[Reached]:
    """The same rule, said the other way: look for the next melding from the beginning every time."""
    after = [day for day in weeks.days if last is None or day > last]
    away = [day for day in after if hours.get(day)]
    number = _numbered(weeks)

    def full(end: date) -> date | None:
        """The first day of absence of a period that ends here with sixteen hours in it."""
        for begin in away:
            if begin <= end and number[end] - number[begin] + 1 <= 28:
                enough = sum(hours[day] for day in away if begin <= day <= end) >= 16
                return begin if enough else None
        return None

    ends = [day for day in away if full(day)]
    if not ends:
        return []
    end = ends[0]
    attended = [day for day in after if day not in away]
    if last is not None and not any(day < end for day in attended):
        # Away since the last melding without a break: not before the seventh day, or at the end of the stretch.
        stretch = [day for day in after if not attended or day < attended[0]]
        late = [day for day in stretch if day in ends and day >= last + timedelta(days=7)]
        if late:
            end = late[0]
        elif attended:
            end = stretch[-1]
        else:
            return []
    begin = full(end)
    assert begin is not None
    return [Reached(begin, end), *slowly(hours, weeks, end)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[date], dict[date, Fraction]]:
    """Some twelve weeks, a few of them off, days off here and there, and absence now in stretches, now in bits."""
    monday = date(2026, 1, 5) + timedelta(weeks=draw(st.integers(0, 40)))
    off = draw(st.sets(st.integers(0, 11), max_size=4))
    lessons = [
        monday + timedelta(weeks=week, days=day)
        for week in range(12)
        if week not in off
        for day in draw(st.sets(st.integers(0, 4), min_size=3))
    ]
    missed = draw(
        st.lists(
            st.sampled_from([0, 0, 0, 1, 50, 90, 240, 479, 480, 960]),
            min_size=len(lessons),
            max_size=len(lessons),
        )
        | st.lists(st.sampled_from([240, 480, 480, 480, 0]), min_size=len(lessons), max_size=len(lessons))
    )
    lessons.sort()
    return lessons, {day: Fraction(minutes, 60) for day, minutes in zip(lessons, missed, strict=True) if minutes}


@settings(max_examples=200, deadline=None)
@given(histories(), st.none() | st.integers(0, 30))
def test_fast_and_slow_counting_agree(history: tuple[list[date], dict[date, Fraction]], before: int | None) -> None:
    lessons, hours = history
    last = lessons[min(before, len(lessons) - 1)] if before is not None else None
    weeks = lesson_weeks(lessons)
    assert list(reached(hours, weeks, last)) == slowly(hours, weeks, last)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_no_two_meldingen_share_a_day_and_each_has_its_sixteen_hours(
    history: tuple[list[date], dict[date, Fraction]],
) -> None:
    lessons, hours = history
    found = reached(hours, lesson_weeks(lessons))
    for one, next_one in pairwise(found):
        assert one.end < next_one.begin
    for each in found:
        assert sum(said for day, said in hours.items() if each.begin <= day <= each.end) >= 16
        assert hours[each.begin] and hours[each.end]
