"""An id outlives moves and splits: told by who lived together, and who does now."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from connectors.bsn import Bsn, digits_of
from connectors.household_register.derive import Group, group_of
from connectors.household_register.derive import World as Looked
from connectors.household_register.identity import continued
from connectors.household_register.read import look_around
from schemas.identity import HouseholdId
from tests.support.village import MUNICIPALITY, TODAY, Village, areas

OLD, OTHER = HouseholdId("1" * 32), HouseholdId("2" * 32)


def mark(bsn: Bsn) -> bytes:
    return hashlib.sha256(digits_of(bsn).encode()).digest()


def after(village: Village, known: dict[HouseholdId, set[str]], *looked: str) -> dict[str, HouseholdId | None]:
    """The id that each of these persons has now; None = a new one."""
    marks = {household: frozenset(mark(village.bsn(n)) for n in members) for household, members in known.items()}
    residents, homes = look_around(village, map(village.bsn, looked), lambda bsns: bsns)
    world = Looked(residents, homes, TODAY, MUNICIPALITY, areas().of)
    groups = {name: group_of(world, village.bsn(name)) for name in looked}
    every = {group for bsn in residents if isinstance(group := group_of(world, bsn), Group)}
    ids = continued(marks, sorted(every, key=lambda g: g.object_id), residents, mark, TODAY)
    return {name: ids.get(group) for name, group in groups.items() if isinstance(group, Group)}


def family() -> Village:
    village = Village().add("moeder", "huis", 1985).add("vader", "huis", 1980, partners=["moeder"])
    village.add("oudste", "huis", 2010, parents=["moeder", "vader"])
    return village.add("jongste", "huis", 2015, parents=["moeder", "vader"])


ALL = {"moeder", "vader", "oudste", "jongste"}


def test_a_household_that_moves_as_a_whole_stays_itself() -> None:
    village = family()
    for name in ALL:
        village.moves(name, "kade")
    assert after(village, {OLD: ALL}, "jongste", "vader") == {"jongste": OLD, "vader": OLD}


def test_mother_and_child_are_the_same_household_whoever_is_looked_up_first() -> None:
    assert after(family(), {OLD: ALL}, "moeder") == {"moeder": OLD}
    assert after(family(), {OLD: ALL}, "jongste") == {"jongste": OLD}


@pytest.mark.parametrize("first", ["moeder", "vader", "jongste", "oudste"])
def test_after_a_split_the_id_goes_with_the_youngest_child_whoever_is_looked_up(first: str) -> None:
    village = family().moves("moeder", "kade").moves("jongste", "kade")
    expected = {"moeder": OLD, "jongste": OLD, "vader": None, "oudste": None}
    assert after(village, {OLD: ALL}, first) == {first: expected[first]}


@pytest.mark.parametrize("first", ["ans", "bert"])
def test_after_a_split_without_children_the_id_goes_with_the_eldest(first: str) -> None:
    village = Village().add("ans", "huis", 1960).add("bert", "kade", 1950, partners=["ans"])
    assert after(village, {OLD: {"ans", "bert"}}, first) == {first: {"ans": None, "bert": OLD}[first]}


def test_an_adult_child_who_leaves_does_not_take_the_id_along() -> None:
    village = Village().add("moeder", "huis", 1970).add("zoon", "flat", 2000, parents=["moeder"])
    known = {OLD: {"moeder", "zoon"}}
    assert after(village, known, "zoon") == {"zoon": None}
    assert after(village, known, "moeder") == {"moeder": OLD}


def test_a_child_who_leaves_without_an_adult_gets_another_household() -> None:
    village = family().add("oma", "flat", 1950)
    village.says("moeder", ouders=[{"burgerservicenummer": digits_of(village.bsn("oma"))}])
    village.moves("jongste", "flat")
    assert after(village, {OLD: ALL}, "jongste", "moeder") == {"jongste": None, "moeder": OLD}


def test_who_dies_leaves_the_household_to_the_others() -> None:
    village = family().says("vader", overlijden={"datum": {"type": "Datum", "datum": "2026-01-01"}})
    assert after(village, {OLD: ALL}, "jongste") == {"jongste": OLD}


def test_who_marries_into_a_family_joins_the_household_of_the_youngest_child() -> None:
    village = Village().add("moeder", "huis", 1985).add("kind", "huis", 2015, parents=["moeder"])
    village.add("nieuwe", "huis", 1950, partners=["moeder"])
    known = {OLD: {"moeder", "kind"}, OTHER: {"nieuwe"}}
    assert after(village, known, "nieuwe", "kind") == {"nieuwe": OLD, "kind": OLD}


def test_strangers_who_move_in_do_not_take_the_id_of_an_address() -> None:
    village = family()
    for name in ALL:
        village.moves(name, "kade")
    village.add("nieuwe bewoner", "huis")
    assert after(village, {OLD: ALL}, "nieuwe bewoner") == {"nieuwe bewoner": None}


def test_a_child_alone_keeps_its_household_and_comes_of_age_in_it() -> None:
    village = Village().add("kind", "huis", 2014)
    assert after(village, {OLD: {"kind"}}, "kind") == {"kind": OLD}
    village.says("kind", geboorte={"datum": {"type": "Datum", "datum": date(2008, 3, 1).isoformat()}})
    assert after(village, {OLD: {"kind"}}, "kind") == {"kind": OLD}
