"""Whatever the BRP answers, normalising it raises nothing and guesses nothing."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.brp import identity
from connectors.bsn import digits_of
from connectors.household_register import normalise
from connectors.household_register.resident import Born
from tests.support.village import Village, house

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("9991-02-30"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def child() -> dict[str, Any]:
    village = Village().add("moeder", "huis").add("vader", "kade")
    village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"])
    return village.persons["kind"]


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, each in inside for path in paths(each, (*at, key)))]


PATHS = [path for path in paths(child()) if path]


@settings(max_examples=400, deadline=None)
@given(path=st.sampled_from(PATHS), junk=JUNK)
def test_junk_anywhere_in_an_answer_is_left_out_and_raises_nothing(path: tuple[Any, ...], junk: Any) -> None:
    answer = copy.deepcopy(child())
    holder = answer
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = junk
    normalise.resident(answer)
    identity(answer)


@settings(max_examples=100, deadline=None)
@given(junk=JUNK)
def test_junk_for_a_bewoning_is_no_home_or_one_without_the_junk(junk: Any) -> None:
    for name in ("adresseerbaarObjectIdentificatie", "bewoners", "indicatieVeelBewoners", "mogelijkeBewoners"):
        answer = {"adresseerbaarObjectIdentificatie": house("huis"), "bewoners": [], name: junk}
        normalise.home(answer)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"type": "Datum", "datum": "2014-02-28"}, Born(date(2014, 2, 28), date(2014, 2, 28))),
        ({"type": "JaarMaandDatum", "jaar": 2012, "maand": 2}, Born(date(2012, 2, 1), date(2012, 2, 29))),
        ({"type": "JaarDatum", "jaar": 2012}, Born(date(2012, 1, 1), date(2012, 12, 31))),
        ({"type": "DatumOnbekend", "onbekend": True}, None),
        ({"type": "Datum", "datum": "2014-02-30"}, None),
        ({"type": "JaarMaandDatum", "jaar": 2012, "maand": 13}, None),
        ({"datum": "2014-02-28"}, None),
        (None, None),
    ],
)
def test_a_date_is_the_days_it_may_mean(written: Any, expected: Born | None) -> None:
    assert normalise.born(written) == expected


@pytest.mark.parametrize("reason", ["E", "R", "M", "F", "W", "."])
def test_a_list_that_is_kept_no_more_is_in_no_household_and_ties_nobody(reason: str) -> None:
    village = Village().add("moeder", "huis").add("kind", "huis", 2014, parents=["moeder"])
    person = village.says("moeder", opschortingBijhouding={"reden": {"code": reason}}).persons["moeder"]
    found = normalise.resident(person)
    assert found is not None and not found.kept and found.died_on is None


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ({"overlijden": {"datum": {"type": "Datum", "datum": "2026-02-01"}}}, date(2026, 2, 1)),
        ({"opschortingBijhouding": {"reden": {"code": "O"}}}, date.min),
        (
            {"opschortingBijhouding": {"reden": {"code": "O"}, "datum": {"type": "JaarDatum", "jaar": 2025}}},
            date(2025, 1, 1),
        ),
        ({"overlijden": {"datum": {"type": "DatumOnbekend", "onbekend": True}}}, date.min),
        ({}, None),
    ],
)
def test_a_death_is_known_by_its_date_or_by_why_the_list_is_kept_no_more(
    said: dict[str, Any], on: date | None
) -> None:
    person = Village().add("oma", "huis", **said).persons["oma"]
    found = normalise.resident(person)
    assert found is not None and found.died_on == on


def test_gezag_that_a_parent_shares_with_another_is_held_by_both() -> None:
    village = Village().add("moeder", "huis").add("oom", "kade").add("kind", "huis", 2014, parents=["moeder"])
    mother, uncle = ({"burgerservicenummer": digits_of(village.bsn(name))} for name in ("moeder", "oom"))
    village.says("kind", gezag=[{"type": "GezamenlijkGezag", "ouder": mother, "derde": uncle}])
    found = normalise.resident(village.persons["kind"])
    assert found is not None and found.custody == {village.bsn("moeder"), village.bsn("oom")}
    village.says("kind", gezag=[{"type": "EenhoofdigOuderlijkGezag", "ouder": mother}])
    alone = normalise.resident(village.persons["kind"])
    assert alone is not None and alone.custody == frozenset()
