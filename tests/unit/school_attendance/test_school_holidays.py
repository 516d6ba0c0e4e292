"""The table of school holidays is that of the ministry, whole, and says nothing twice."""

import tomllib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import holidays
import pytest

import connectors.school_attendance.deriving as deriving
from connectors.school_attendance.deriving.school_holidays import Region, days_off

TABLE = tomllib.loads((Path(deriving.__file__).parent / "school_holidays.toml").read_text())
ROWS = TABLE["holiday"]


def days(row: dict[str, list[date]], region: Region) -> set[date]:
    first, last = row[region.value]
    return {first + timedelta(days=each) for each in range((last - first).days + 1)}


@pytest.mark.parametrize("region", Region)
def test_the_table_agrees_with_another_that_was_made_from_the_same_rule(region: Region) -> None:
    other = holidays.country_holidays(
        "NL", subdiv=region.value.capitalize(), years=range(2025, 2028), categories=("school",), language="nl"
    )
    ours = {day: row["name"].split()[0] for row in ROWS for day in days(row, region)}
    first, last = min(ours), max(ours)
    assert ours == {day: name for day, name in other.items() if first <= day <= last}


@pytest.mark.parametrize("region", Region)
def test_holidays_run_from_a_saturday_to_a_sunday_in_order_and_never_overlap(region: Region) -> None:
    spans = [row[region.value] for row in ROWS]
    assert all((first.weekday(), last.weekday()) == (5, 6) for first, last in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_the_holidays_that_bind_are_those_that_the_ministry_sets() -> None:
    binding = {row["name"].split()[0] for row in ROWS if row["binding"]}
    assert binding == {"Kerstvakantie", "Meivakantie", "Zomervakantie"}
    assert TABLE["version"] and TABLE["source"]


def test_public_holidays_are_off_everywhere_and_good_friday_is_up_to_the_school() -> None:
    for region in Region:
        off = days_off(region)
        assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2027, 4, 27)} <= off.binding
        assert date(2026, 4, 3) in off.free - off.binding
        assert date(2026, 3, 2) not in off.free
        assert off.first < date(2025, 8, 1) and off.last > date(2027, 8, 1)
