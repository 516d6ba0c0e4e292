"""A file must say what every day of the four last lesson weeks was; only the holidays of its region go without."""

from datetime import date

import pytest

from connectors.school_attendance.deriving import Region
from schemas.vocabulary import Refusal
from tests.unit.school_attendance.absence_files import MARCH, derived, refused
from tests.unit.school_attendance.meldingen import absence, free_day, reported, weekdays

COMPLETE = {
    "four whole weeks": absence(lessons=MARCH),
    "more than four": absence(lessons=weekdays("2026-02-23", "2026-03-25")),
    "a study day that is said": absence(free_day("2026-03-10"), lessons=[d for d in MARCH if d.day != 10]),
    "over a public holiday": absence(
        lessons=[d for d in weekdays("2026-03-16", "2026-04-17") if d.day not in (3, 6)]
    ),
    "over a holiday of the region": absence(
        lessons=[*weekdays("2026-01-26", "2026-02-13"), *weekdays("2026-02-23", "2026-02-27")]
    ),
    "a second May week of the school's own": absence(
        *map(free_day, weekdays("2026-04-20", "2026-04-24")),
        lessons=[d for d in weekdays("2026-03-23", "2026-04-17") if d.isoformat()[5:] not in ("04-03", "04-06")],
    ),
    "weeks that begin with a free Monday": absence(free_day("2026-03-02"), lessons=MARCH[1:]),
    "a lesson on Good Friday": absence(
        lessons=[d for d in weekdays("2026-03-16", "2026-04-10") if d.isoformat()[5:] != "04-06"]
    ),
    "a week of holiday first": absence(
        *map(free_day, weekdays("2026-02-16", "2026-02-20")), lessons=weekdays("2026-02-23", "2026-03-20")
    ),
}


@pytest.mark.parametrize("name", COMPLETE)
def test_a_file_that_says_what_every_day_was(name: str) -> None:
    assert derived(COMPLETE[name]).meldingen == ()


INCOMPLETE = {
    "three weeks": absence(lessons=MARCH[:15]),
    "a day short of four weeks": absence(lessons=MARCH[:-1]),
    "four weeks that begin on a Tuesday": absence(lessons=MARCH[1:]),
    "a weekday that nothing is said of": absence(lessons=[d for d in MARCH if d.day != 10]),
    "three weeks and a holiday": absence(
        lessons=[*weekdays("2026-01-26", "2026-02-13"), *weekdays("2026-02-23", "2026-02-26")]
    ),
    "only days off": absence(*map(free_day, MARCH)),
    "only earlier meldingen": absence(reported("2026-03-04")),
    "before the table of holidays": absence(lessons=weekdays("2025-03-03", "2025-03-28")),
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_a_file_that_does_not_cover_the_whole_window_gives_nothing(name: str) -> None:
    assert refused(INCOMPLETE[name]) == [(0, Refusal.WINDOW_INCOMPLETE, "Datum")]


def test_a_file_of_beyond_the_table_of_holidays_waits_for_a_newer_table() -> None:
    later = absence(lessons=weekdays("2027-10-04", "2027-10-29"))
    assert refused(later, today=date(2027, 11, 1)) == [(0, Refusal.WINDOW_INCOMPLETE, "Datum")]


def test_the_holidays_are_those_of_the_region() -> None:
    # The week of 16 February 2026 was free in the middle and the south, that of 23 February in the north.
    weeks = [*weekdays("2026-01-26", "2026-02-13"), *weekdays("2026-02-23", "2026-02-27")]
    assert derived(absence(lessons=weeks), region=Region.ZUID)
    assert refused(absence(lessons=weeks), Region.NOORD)
    north = [*weekdays("2026-01-26", "2026-02-20")]
    assert derived(absence(lessons=north), region=Region.NOORD)
