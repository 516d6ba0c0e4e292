"""Days and times of a melding: as the register writes them, in the time of the Netherlands (bad_inputs.md D1)."""

from datetime import UTC, date, datetime

import pytest

from tests.unit.school_attendance.written import BOTH, TODAY, Write, drafted


@BOTH
def test_a_holiday_without_leave_may_be_reported_with_the_day_that_it_will_end(write: Write) -> None:
    assert drafted(write(kind="L", begin="2026-04-28", end="2026-05-15")).ended_on == date(2026, 5, 15)


@BOTH
def test_absence_may_begin_and_end_on_one_day_and_that_may_be_today(write: Write) -> None:
    draft = drafted(write(begin=str(TODAY), end=str(TODAY)))
    assert (draft.observed_on, draft.ended_on) == (TODAY, TODAY)


@BOTH
@pytest.mark.parametrize("day", ["2024-02-29", "2026-01-31", "2009-08-01"])
def test_a_leap_day_and_the_edge_of_a_month_are_days(write: Write, day: str) -> None:
    assert drafted(write(begin=day)).observed_on == date.fromisoformat(day)


@BOTH
@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        ("2026-02-02", "08:00:00.125", datetime(2026, 2, 2, 7, 0, 0, 125_000, UTC)),
        ("2026-04-02", "08:00:00", datetime(2026, 4, 2, 6, tzinfo=UTC)),
        ("2025-10-26", "02:30:00", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("2026-03-29", "03:00:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "the doubled hour", "after the skipped hour"],
)
def test_a_time_without_a_zone_is_that_of_the_netherlands(
    write: Write, day: str, clock: str, utc: datetime
) -> None:
    assert drafted(write(changed_on=day, changed_at=clock)).mutated_at == utc
