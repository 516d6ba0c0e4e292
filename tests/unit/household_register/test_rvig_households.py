"""RvIG's test persons: a table of households derived by hand, held against what the register derives."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.brp import Brp
from connectors.brp_client import BrpApi, Entrance
from connectors.bsn import Bsn, digits_of
from connectors.household_register import normalise
from connectors.household_register.derive import NoHousehold, World, places
from connectors.household_register.identity import continued
from connectors.household_register.read import look_around
from schemas.identity import AreaCode, HouseholdId
from schemas.vocabulary import HouseholdRole, Protection
from signaalbrug.local.brp_contract import contract
from signaalbrug.local.brp_server import StandIn, picked, serving
from tests.support.rvig import TestPersons, rows_of

REFERENCE = Path(__file__).resolve().parents[4] / "shared/reference/brp/testpersonen-rvig.csv"
TABLE = tomllib.loads((Path(__file__).parent / "rvig_households.toml").read_text(encoding="utf-8"))["address"]
DAY = date(2022, 5, 2)
ANYWHERE = AreaCode("BU99900101")

pytestmark = pytest.mark.skipif(not REFERENCE.is_file(), reason="RvIG's test persons are not beside this checkout")


@cache
def persons() -> TestPersons:
    return TestPersons(REFERENCE)


@pytest.fixture(scope="module")
def network() -> Iterator[BrpApi]:
    with serving(StandIn(persons())) as url:
        api = BrpApi(Entrance(url, url), lambda: DAY)
        yield api
        api.close()


def derived(brp: Brp, number: str, municipality: str) -> tuple[set[str], HouseholdRole, set[Protection]] | str:
    """Members of one's own household, one's role in it and protections; or why there is none."""
    residents, homes = look_around(brp, [Bsn(number)], lambda _: frozenset())
    world = World(residents, homes, DAY, municipality, lambda _: ANYWHERE)
    found = places(world, Bsn(number))
    if isinstance(found, NoHousehold):
        return found.value
    (own,) = found  # nobody in the set has a second household
    return set(map(digits_of, own.group.members)), own.role, set(own.protections)


def expected(row: Mapping[str, Any]) -> dict[str, tuple[set[str], HouseholdRole, set[Protection]] | str]:
    said: dict[str, tuple[set[str], HouseholdRole, set[Protection]] | str] = {}
    for members in row.get("households", ()):
        for number in members:
            role = HouseholdRole.CHILD if number in row.get("minors", ()) else HouseholdRole.ADULT
            held = {Protection.SECRECY: "secret", Protection.UNDER_INVESTIGATION: "investigated"}
            said[number] = set(members), role, {each for each, name in held.items() if number in row.get(name, ())}
    return said | row.get("waits", {})


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["why"][:60])
def test_the_households_are_those_derived_by_hand(row: Mapping[str, Any], network: BrpApi) -> None:
    for number, wanted in expected(row).items():
        assert derived(persons(), number, row["municipality"]) == wanted, number
        assert derived(network, number, row["municipality"]) == wanted, number


def test_nobody_at_these_addresses_was_left_out_of_the_table() -> None:
    for row in TABLE:
        listed = {each["burgerservicenummer"] for each in persons().home(row["object"])["bewoners"]}
        assert listed <= set(expected(row)) or "many_residents" in row.get("waits", {}).values(), row["why"]


def test_the_six_pairs_at_one_address_stay_six_households_under_six_ids() -> None:
    (row,) = [each for each in TABLE if each["object"] == "0599010000145114"]
    asked = [Bsn(number) for pair in row["households"] for number in pair]
    residents, homes = look_around(persons(), asked, lambda _: frozenset())
    world = World(residents, homes, DAY, "0599", lambda _: ANYWHERE)
    groups = {place.group for bsn in asked for place in places(world, bsn) if not isinstance(place, str)}
    assert len(groups) == 6 and {len(group.members) for group in groups} == {2}
    ordered = sorted(groups, key=lambda group: sorted(map(digits_of, group.members)))
    mark = lambda bsn: digits_of(bsn).encode()  # noqa: E731
    known = {
        HouseholdId(f"{number:032x}"): frozenset(map(mark, group.members)) for number, group in enumerate(ordered)
    }
    again = continued(known, ordered, residents, mark, DAY)
    assert [again[group] for group in ordered] == list(known)


def test_every_reason_about_a_person_is_in_the_table() -> None:
    reasons = {reason for row in TABLE for reason in row.get("waits", {}).values()}
    # The other three need an answer that this set does not hold: test_derive.py has them.
    assert reasons == set(NoHousehold) - {NoHousehold.UNKNOWN_PERSON, NoHousehold.AGE_UNKNOWN, NoHousehold.NO_AREA}


def test_secrecy_1_to_7_is_secrecy_and_0_is_none() -> None:
    kinds: dict[str, set[bool]] = {}
    for rows in rows_of(REFERENCE):
        answer = persons().person(found) if (found := Bsn.parse(rows[0]["01.01.20"])) else None
        person = normalise.resident(answer) if answer else None
        if person is not None:
            kinds.setdefault(rows[0]["07.70.10"], set()).add(person.secrecy)
    assert kinds == {"0": {False}} | {kind: {True} for kind in "123567"}


def test_every_person_as_the_network_gives_them_is_what_the_contract_promises() -> None:
    everything = [[name] for name in ("burgerservicenummer", "geboorte", "overlijden", "verblijfplaats", "gezag")]
    related = [["ouders"], ["kinderen"], ["partners"], ["gemeenteVanInschrijving"]]
    validator = Draft202012Validator(contract("brp_personen").response_of("RaadpleegMetBurgerservicenummer"))
    said = [picked(each, [*everything, *related]) for each in persons().everybody()]
    assert len(said) == 680
    validator.validate({"type": "RaadpleegMetBurgerservicenummer", "personen": said})


def test_everybody_in_the_set_is_understood_and_nobody_brings_the_register_down() -> None:
    for number, person in persons().persons.items():
        municipality = person["gemeenteVanInschrijving"]["code"]
        found = derived(persons(), number, municipality) if municipality else NoHousehold.ELSEWHERE
        assert isinstance(found, str) or number in found[0]
