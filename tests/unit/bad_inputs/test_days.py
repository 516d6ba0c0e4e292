"""bad_inputs.md D1 and D2 over every source: days that cannot be, and days that lie ahead of us."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.sources import SOURCES
from schemas.civil import civil_day
from schemas.vocabulary import Refusal
from tests.support.deliveries import NOW, Door
from tests.support.stories import Said, absence, agreed, arrears, at, dawn, joined, open_alerts, told
from tests.unit.bad_inputs.places import Place, named

#: What happened on a day, and when it was written down.
HAPPENED: dict[str, tuple[str, ...]] = {
    "debt_services": ("signaaldatum", "ontstaansdatum"),
    "school_attendance": ("DatumBeginVerzuim", "DatumEindeVerzuim", "Begindatum verzuim", "Einddatum verzuim"),
    "consent_register": ("vastgelegdOp",),
    "general_practice": ("authoredOn",),
    "veilig_thuis": ("datumOverdracht", "datumVastlegging"),
    "wijkteam_intake": ("gezienOp",),
}
WRITTEN_DOWN: dict[str, tuple[str, ...]] = {
    "school_attendance": ("DatumLaatsteMutatie", "Datum laatste mutatie"),
    "general_practice": ("lastUpdated",),
    "veilig_thuis": ("gewijzigdOp",),
    "wijkteam_intake": ("vastgelegdOp",),
}
DAYS = tuple(each for source in SOURCES for each in named(source, *HAPPENED[source]))
MOMENTS = tuple(each for source, names in WRITTEN_DOWN.items() for each in named(source, *names))
TODAY = civil_day(NOW)


def reasons(place: Place, value: str) -> set[Refusal]:
    return {each.reason for each in Door().send(place.source, place.with_value(value)).refused}


def test_every_source_has_days_and_every_name_stands_in_a_sample() -> None:
    assert {each.source for each in DAYS} == set(SOURCES)
    named_here = {
        (source, name) for table in (HAPPENED, WRITTEN_DOWN) for source in table for name in table[source]
    }
    assert {(each.source, each.path[-1]) for each in (*DAYS, *MOMENTS)} == named_here


@pytest.mark.parametrize(
    "written",
    ["2026-02-30", "2025-02-29", "2026-13-01", "0000-01-01", "10000-01-01", "1767225600", "1767225600000"],
)
@pytest.mark.parametrize("place", [*DAYS, *MOMENTS], ids=lambda place: place.name)
def test_d1_a_day_that_cannot_be_is_refused_in_every_date_of_every_source(place: Place, written: str) -> None:
    refused = reasons(place, written)
    assert Refusal.DATE_INVALID in refused


#: Days that need not have come, and days of people.
ALSO_LIVED = (
    *named("consent_register", "geldigVanaf", "geboortedatum"),
    *named("general_practice", "start", "birthDate", "dateTime"),
    *named("debt_services", "contact_gezocht_op", "schriftelijk_herinnerd_op"),
)


@pytest.mark.parametrize("place", [*DAYS, *ALSO_LIVED], ids=lambda place: place.name)
def test_d1_a_year_in_which_nobody_lived_who_is_meant_is_refused(place: Place) -> None:
    assert Refusal.DATE_INVALID in reasons(place, "0001-01-01")


@pytest.mark.parametrize("written", ["01-02-2026", "2026/02/01", "2026-2-1", "٢٠٢٦-٠١-٠١", "gisteren"])
@pytest.mark.parametrize("place", DAYS, ids=lambda place: place.name)
def test_d1_a_day_that_is_written_otherwise_is_not_guessed_at(place: Place, written: str) -> None:
    refused = reasons(place, written)
    assert Refusal.DATE_INVALID in refused


#: These hang together with another day of the row, and are refused for that first.
_TIED = ("DatumEindeVerzuim", "Einddatum verzuim", "datumVastlegging")


@pytest.mark.parametrize("days", [1, 3650])
@pytest.mark.parametrize("place", DAYS, ids=lambda place: place.name)
def test_d2_what_was_seen_lies_in_no_future_of_any_source(place: Place, days: int) -> None:
    """A holiday without leave alone may be reported with the day that it will end, within the year."""
    refused = reasons(place, _written(place, TODAY + timedelta(days=days)))
    if place.path[-1] not in _TIED:
        assert Refusal.DATE_IN_FUTURE in refused
    elif days > 366:
        assert refused & {Refusal.DATE_IN_FUTURE, Refusal.DATE_INVALID}


def _written(place: Place, day: date) -> str:
    """As the format writes it; a moment where it wants one."""
    return f"{day}T10:00:00Z" if place.path[-1] == "vastgelegdOp" else day.isoformat()


@pytest.mark.parametrize("place", [each for each in MOMENTS if each.kind == "json"], ids=lambda place: place.name)
def test_d2_a_moment_of_writing_may_be_a_quarter_of_an_hour_ahead_and_no_more(place: Place) -> None:
    for minutes, ahead in ((14, False), (16, True)):
        refused = reasons(place, (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert (Refusal.DATE_IN_FUTURE in refused) == ahead


@pytest.mark.parametrize("place", [each for each in MOMENTS if each.kind == "json"], ids=lambda place: place.name)
def test_d1_a_moment_has_a_zone(place: Place) -> None:
    assert Refusal.DATE_INVALID in reasons(place, "2026-04-02T08:00:00")
    assert Refusal.DATE_INVALID not in reasons(place, "2026-04-02T08:00:00Z")


@pytest.mark.parametrize(
    "place",
    [each for each in DAYS if each.source != "veilig_thuis" and each.path[-1] not in _TIED],
    ids=lambda place: place.name,
)
@pytest.mark.parametrize("late", [50, 90])
def test_d1_a_day_that_is_one_is_not_refused_for_being_late(place: Place, late: int) -> None:
    """The check that must refuse: of the same place, ninety days ago is a day."""
    refused = reasons(place, _written(place, TODAY - timedelta(days=late)))
    assert not refused & {Refusal.DATE_INVALID, Refusal.DATE_IN_FUTURE}


def told_of(*said: Said) -> int:
    """How many alerts a family has of whom this is told."""
    return len(open_alerts(told([joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=1), *said])))


@pytest.mark.parametrize(("apart", "one"), [(0, True), (58, True), (59, True), (60, False), (61, False)])
def test_d1_the_edge_of_a_window_is_a_day_and_no_moment(apart: int, one: bool) -> None:
    """Of sixty days the first and the last both count, at whatever hour something was written down."""
    first, last = absence("kind", on=5), arrears("ouder", on=5 + apart)
    for minute in (0, 1):
        late = replace(last, mutated_at=at(5 + apart, 60 * 12 + minute))
        assert told_of(first, late, dawn(120)) == one


@pytest.mark.parametrize("days", [20, 100, 150])
def test_d1_what_comes_late_counts_on_the_day_it_happened(days: int) -> None:
    debt, late = arrears("ouder", on=12), absence("kind", on=10)
    assert told_of(debt, dawn(days), late, dawn(days + 1)) == told_of(late, debt, dawn(days), dawn(days + 1)) == 1
