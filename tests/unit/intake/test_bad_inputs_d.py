"""bad_inputs.md D1 and D2: days and moments that cannot be, that are late, and that lie ahead of our clock."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from connectors.intake import take_in
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NOW, Door, arrears, ddas_file, duo_file, melding

DEBT, SCHOOL = "debt_services", "school_attendance"
TODAY = NOW.date()


def reasons(door: Door, source: str, content: bytes) -> list[tuple[int, str]]:
    return [(each.row, each.reason.value) for each in door.send(source, content).refused]


def debt(on: str, name: str = "VS-1") -> bytes:
    return ddas_file(arrears(name, signaaldatum=on, ontstaansdatum=None))


@pytest.mark.parametrize("late", [0, 1, 90, 365])
def test_d1_a_late_signal_is_taken_by_the_day_it_happened_on(late: int) -> None:
    door, on = Door(), TODAY - timedelta(days=late)
    assert reasons(door, DEBT, debt(on.isoformat())) == []
    assert [each.observed_on for each in door.log.events(Signal)] == [on]


@pytest.mark.parametrize(
    "written",
    [
        *("2025-02-29", "2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "0001-01-01", "10000-01-01"),
        *(
            "1767225600",
            "1767225600000",
            "2026-01-01T00:00:00Z",
            "01-02-2026",
            "2026-1-1",
            "٢٠٢٦-٠١-٠١",
            " 2026-01-01",
        ),
    ],
)
def test_d1_a_day_that_cannot_be_or_is_written_otherwise_is_refused_and_never_repaired(written: str) -> None:
    assert reasons(Door(), DEBT, debt(written)) == [(1, Refusal.DATE_INVALID.value)]


def test_d1_a_leap_day_is_a_day() -> None:
    assert reasons(Door(), DEBT, debt("2024-02-29")) == []


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("2026-04-02T08:00:00", Refusal.DATE_INVALID),
        ("2026-04-02 08:00:00Z", Refusal.DATE_INVALID),
        ("2026-04-02T25:00:00Z", Refusal.DATE_INVALID),
        ("1775116800", Refusal.DATE_INVALID),
    ],
)
def test_d1_a_moment_without_a_zone_or_that_is_none_refuses_the_file(stated: str, reason: Refusal) -> None:
    assert reasons(Door(), DEBT, ddas_file(arrears(), stated=stated)) == [(0, reason.value)]


@pytest.mark.parametrize(
    ("mutated", "refused"),
    [
        ("2026-03-29T01:59:59.999", False),
        ("2026-03-29T02:30:00.000", True),
        ("2026-03-29T03:00:00.000", False),
        ("2025-10-26T02:30:00.000", False),
    ],
)
def test_d1_the_hour_that_summer_time_skips_is_no_moment_and_the_doubled_one_is(
    mutated: str, refused: bool
) -> None:
    said = reasons(Door(), SCHOOL, duo_file(melding(mutated=mutated)))
    assert said == ([(1, Refusal.DATE_INVALID.value)] if refused else [])


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [
        (timedelta(minutes=1), True),
        (timedelta(minutes=15), True),
        (timedelta(minutes=15, seconds=1), False),
        (timedelta(days=1), False),
        (timedelta(days=3650), False),
    ],
)
def test_d2_a_clock_may_run_ahead_a_quarter_of_an_hour_and_no_more(ahead: timedelta, taken: bool) -> None:
    at = NOW + ahead
    file = ddas_file(arrears(), stated=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert reasons(Door(), DEBT, file) == ([] if taken else [(0, Refusal.DATE_IN_FUTURE.value)])
    row = duo_file(melding(mutated=(at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.000")))
    assert reasons(Door(), SCHOOL, row) == ([] if taken else [(1, Refusal.DATE_IN_FUTURE.value)])


def test_d2_whose_clock_runs_ahead_is_told_and_what_it_sent_is_taken() -> None:
    told = list[str]()

    def sent(minutes: int) -> None:
        door, at = Door(), NOW + timedelta(minutes=minutes)
        file = ddas_file(arrears(), stated=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        effects = replace(door.effects(), ahead=told.append)
        take_in(CONNECTORS[DEBT], BytesIO(file), len(file), effects)
        row = duo_file(melding(mutated=(at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.000")))
        take_in(CONNECTORS[SCHOOL], BytesIO(row), len(row), effects)

    for minutes in (-1, 0, 16):
        sent(minutes)
    assert told == []
    sent(10)
    assert told == [DEBT, SCHOOL]


@pytest.mark.parametrize(("days", "taken"), [(0, True), (1, False), (3650, False)])
def test_d2_a_day_may_not_lie_ahead_at_all(days: int, taken: bool) -> None:
    on = (TODAY + timedelta(days=days)).isoformat()
    assert reasons(Door(), DEBT, debt(on)) == ([] if taken else [(1, Refusal.DATE_IN_FUTURE.value)])
