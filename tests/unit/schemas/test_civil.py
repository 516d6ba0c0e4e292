"""The civil day: Amsterdam's, whatever zone a moment is told in."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from schemas.civil import AMSTERDAM, civil_day


def test_half_past_eleven_in_the_evening_in_utc_is_the_next_day_in_winter_and_in_summer() -> None:
    assert civil_day(datetime(2026, 1, 20, 23, 30, tzinfo=UTC)) == date(2026, 1, 21)
    assert civil_day(datetime(2026, 7, 20, 22, 30, tzinfo=UTC)) == date(2026, 7, 21)
    assert civil_day(datetime(2026, 1, 20, 22, 30, tzinfo=UTC)) == date(2026, 1, 20)


def test_the_zone_in_which_a_moment_is_told_makes_no_difference() -> None:
    moment = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    zones = (UTC, AMSTERDAM, timezone(timedelta(hours=-9)), timezone(timedelta(hours=12)))
    assert {civil_day(moment.astimezone(zone)) for zone in zones} == {date(2026, 3, 29)}


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        civil_day(datetime(2026, 1, 20, 23, 30))  # noqa: DTZ001
