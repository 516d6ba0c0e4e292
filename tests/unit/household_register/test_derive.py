"""Who form a household: a table of families, told by names."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.household_register.derive import Group, NoHousehold, World, places
from connectors.household_register.read import look_around
from schemas.vocabulary import HouseholdRole, Protection
from tests.support.village import MUNICIPALITY, TODAY, Village, areas

SECRET = {"geheimhoudingPersoonsgegevens": True}
DOUBTED = {"inOnderzoek": {"datumIngangOnderzoek": {"type": "DatumOnbekend"}}}


def world(village: Village, *asked: str) -> World:
    residents, homes = look_around(village, map(village.bsn, asked), lambda _: frozenset())
    return World(residents, homes, TODAY, MUNICIPALITY, areas().of)


def households(village: Village, name: str) -> list[tuple[set[str], str, HouseholdRole]] | NoHousehold:
    """Members, area and role of each household of this person."""
    seen = world(village, name)
    found = places(seen, village.bsn(name))
    if isinstance(found, NoHousehold):
        return found
    return [(names(village, place.group), place.area, place.role) for place in found]


def names(village: Village, group: Group) -> set[str]:
    return {name for name, bsn in village.numbers.items() if bsn in group.members}


def together(village: Village, name: str) -> set[str] | NoHousehold:
    found = households(village, name)
    return found if isinstance(found, NoHousehold) else found[0][0]


def family() -> Village:
    village = Village().add("moeder", "huis").add("vader", "huis", partners=["moeder"])
    return village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"])


def test_parents_and_child_are_one_household_whoever_is_asked_about() -> None:
    for name in ("moeder", "vader", "kind"):
        assert together(family(), name) == {"moeder", "vader", "kind"}
    assert households(family(), "kind") == [({"moeder", "vader", "kind"}, "BU99900101", HouseholdRole.CHILD)]
    assert households(family(), "vader") == [({"moeder", "vader", "kind"}, "BU99900101", HouseholdRole.ADULT)]


def test_people_who_share_a_flat_without_a_relation_are_not_a_household() -> None:
    village = Village().add("ans", "flat").add("bea", "flat").add("cor", "flat", 1999)
    assert [together(village, name) for name in ("ans", "bea", "cor")] == [{"ans"}, {"bea"}, {"cor"}]


def test_two_families_under_one_roof_are_two_households() -> None:
    village = family().add("buurvrouw", "huis").add("buurkind", "huis", 2015, parents=["buurvrouw"])
    assert together(village, "kind") == {"moeder", "vader", "kind"}
    assert together(village, "buurkind") == {"buurvrouw", "buurkind"}


def test_an_unmarried_couple_is_tied_by_their_child_and_without_one_by_nothing() -> None:
    village = Village().add("ans", "huis").add("bert", "huis")
    assert together(village, "ans") == {"ans"}
    village.add("kind", "huis", 2020, parents=["ans", "bert"])
    assert together(village, "ans") == {"ans", "bert", "kind"}


def test_grandparents_who_live_in_belong_and_those_elsewhere_do_not() -> None:
    village = Village().add("oma", "huis", 1950).add("opa", "boerderij", 1950)
    village.add("moeder", "huis", parents=["oma", "opa"]).add("kind", "huis", 2014, parents=["moeder"])
    assert together(village, "kind") == {"oma", "moeder", "kind"}
    village.moves("moeder", "kade")
    assert together(village, "kind") == {"kind"}


def test_a_relation_counts_when_either_of_the_two_says_so() -> None:
    village = family()
    village.says("kind", ouders=[])
    assert together(village, "kind") == {"moeder", "vader", "kind"}
    village.says("moeder", kinderen=[], partners=[]).says("vader", kinderen=[], partners=[])
    assert together(village, "kind") == {"kind"}


def test_an_ended_marriage_is_no_tie() -> None:
    village = Village().add("ans", "huis").add("bert", "huis", partners=["ans"])
    assert together(village, "ans") == {"ans", "bert"}
    (partner,) = village.persons["bert"]["partners"]
    village.says("bert", partners=[{**partner, "ontbindingHuwelijkPartnerschap": {"datum": {}}}])
    village.says("ans", partners=[])
    assert together(village, "ans") == {"ans"}


def test_who_possibly_lives_there_does_not() -> None:
    village = family()
    village.possible["huis"] = ["vader"]
    assert together(village, "kind") == {"moeder", "kind"}


def test_an_adult_child_at_home_is_an_adult_of_the_household() -> None:
    village = family().add("zoon", "huis", 2002, parents=["moeder"])
    everybody = {"moeder", "vader", "kind", "zoon"}
    assert households(village, "zoon") == [(everybody, "BU99900101", HouseholdRole.ADULT)]
    assert together(village, "kind") == everybody


@pytest.mark.parametrize(
    ("born", "role"),
    [
        (date(2008, 3, 1), HouseholdRole.ADULT),
        (date(2008, 3, 2), HouseholdRole.CHILD),
        (date(2008, 2, 29), HouseholdRole.ADULT),
    ],
    ids=["18 today", "18 tomorrow", "leap day"],
)
def test_a_child_comes_of_age_on_the_eighteenth_birthday(born: date, role: HouseholdRole) -> None:
    village = Village().add("moeder", "huis").add("kind", "huis", born, parents=["moeder"])
    assert households(village, "kind") == [({"moeder", "kind"}, "BU99900101", role)]


def test_when_the_birth_year_alone_does_not_say_nothing_is_guessed() -> None:
    village = Village().add("moeder", "huis").add("kind", "huis", parents=["moeder"])
    for year, expected in ((2008, NoHousehold.AGE_UNKNOWN), (2012, HouseholdRole.CHILD)):
        village.says("kind", geboorte={"datum": {"type": "JaarDatum", "jaar": year}})
        found = households(village, "kind")
        assert found == expected or (not isinstance(found, NoHousehold) and found[0][2] is expected)
    village.says("moeder", geboorte={"datum": {"type": "DatumOnbekend", "onbekend": True}})
    assert households(village, "moeder")[0][2] is HouseholdRole.ADULT  # type: ignore[index]


def separated(**of_child: Any) -> Village:
    village = Village().add("moeder", "huis").add("vader", "kade")
    return village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"], **of_child)


def test_a_child_of_separated_parents_who_share_gezag_has_two_households() -> None:
    assert households(separated(), "kind") == [
        ({"moeder", "kind"}, "BU99900101", HouseholdRole.CHILD),
        ({"vader"}, "BU99900201", HouseholdRole.CO_PARENT),
    ]
    assert together(separated(), "vader") == {"vader"}
    assert together(separated(), "moeder") == {"moeder", "kind"}


def _one_holder(village: Village) -> None:
    holder = village.persons["kind"]["ouders"][0]
    village.says("kind", gezag=[{"type": "EenhoofdigOuderlijkGezag", "ouder": holder}])


def _in_doubt(village: Village) -> None:
    (gezag,) = village.persons["kind"]["gezag"]
    village.says("kind", gezag=[{**gezag, "inOnderzoek": {"type": True}}])


def _address_in_doubt(village: Village) -> None:
    village.persons["vader"]["verblijfplaats"]["inOnderzoek"] = {"type": True}


SECOND_HOME_REFUSED = {
    "gezag with one": _one_holder,
    "gezag in onderzoek": _in_doubt,
    "no gezag known": lambda v: v.says("kind", gezag=[]),
    "voogdij": lambda v: v.says("kind", gezag=[{"type": "Voogdij"}]),
    "child secret": lambda v: v.says("kind", **SECRET),
    "mother secret": lambda v: v.says("moeder", **SECRET),
    "father secret": lambda v: v.says("vader", **SECRET),
    "child in onderzoek": lambda v: v.says("kind", **DOUBTED),
    "mother in onderzoek": lambda v: v.says("moeder", **DOUBTED),
    "father's address in onderzoek": _address_in_doubt,
    "father's new partner secret": lambda v: v.add("partner", "kade", partners=["vader"], **SECRET),
    "mother's new partner secret": lambda v: v.add("partner", "huis", partners=["moeder"], **SECRET),
    "father not a parent": lambda v: v.says("kind", ouders=v.persons["kind"]["ouders"][:1]),
    "father elsewhere": lambda v: v.says("vader", gemeenteVanInschrijving={"code": "0344"}),
    "father at a letter address": lambda v: v.persons["vader"]["verblijfplaats"].update(functieAdres={"code": "B"}),
    "father in an institution": lambda v: v.many.add("kade"),
    "father dead": lambda v: v.says("vader", overlijden={"datum": {"type": "DatumOnbekend"}}),
    "child of age": lambda v: v.says("kind", geboorte={"datum": {"type": "Datum", "datum": "2008-03-01"}}),
    "child with neither holder": lambda v: v.moves("kind", "boerderij"),
}


@pytest.mark.parametrize("change", SECOND_HOME_REFUSED.values(), ids=SECOND_HOME_REFUSED)
def test_a_second_household_needs_shared_gezag_and_nobody_protected(change: Any) -> None:
    village = separated()
    change(village)
    found = households(village, "kind")
    assert not isinstance(found, NoHousehold) and len(found) == 1
    assert found[0][2] is not HouseholdRole.CO_PARENT


NOT_DERIVED = {
    NoHousehold.UNKNOWN_PERSON: lambda v: v.gone("kind"),
    NoHousehold.DIED: lambda v: v.says("kind", overlijden={"datum": {"type": "Datum", "datum": "2026-02-01"}}),
    NoHousehold.NO_LONGER_KEPT: lambda v: v.says("kind", opschortingBijhouding={"reden": {"code": "E"}}),
    NoHousehold.ELSEWHERE: lambda v: v.says("kind", gemeenteVanInschrijving={"code": "0344"}),
    NoHousehold.NO_HOME_ADDRESS: lambda v: v.persons["kind"]["verblijfplaats"].update(functieAdres={"code": "B"}),
    NoHousehold.MANY_RESIDENTS: lambda v: v.many.add("huis"),
    NoHousehold.INCOMPLETE: lambda v: v.possible.update(huis=["kind"]),
    NoHousehold.AGE_UNKNOWN: lambda v: v.says("kind", geboorte={}),
    NoHousehold.NO_AREA: lambda v: [v.moves(name, "elders") for name in ("moeder", "vader", "kind")],
}


@pytest.mark.parametrize("reason", NoHousehold)
def test_every_reason_to_derive_nothing_has_its_story(reason: NoHousehold) -> None:
    village = family()
    assert not isinstance(households(village, "kind"), NoHousehold)
    NOT_DERIVED[reason](village)
    assert households(village, "kind") is reason


@pytest.mark.parametrize("verblijfplaats", [None, {}, {"type": "Locatie"}, {"type": "VerblijfplaatsBuitenland"}])
def test_who_has_no_address_here_has_no_household(verblijfplaats: Any) -> None:
    assert households(family().says("kind", verblijfplaats=verblijfplaats), "kind") is NoHousehold.NO_HOME_ADDRESS


def test_sixteen_people_at_one_address_are_an_institution() -> None:
    village = Village()
    for number in range(15):
        village.add(f"bewoner {number}", "tehuis")
    assert together(village, "bewoner 0") == {"bewoner 0"}
    village.add("nog een", "tehuis")
    assert together(village, "bewoner 0") is NoHousehold.MANY_RESIDENTS


def test_a_resident_whose_answer_is_missing_leaves_the_household_undetermined() -> None:
    village = family()
    brp_knows = village.person
    village.person = lambda bsn: None if bsn == village.bsn("moeder") else brp_knows(bsn)  # type: ignore[method-assign]
    assert households(village, "kind") is NoHousehold.INCOMPLETE


def test_protections_are_those_of_the_person() -> None:
    village = family().says("kind", **SECRET, **DOUBTED)
    for name, expected in (("kind", (Protection.SECRECY, Protection.UNDER_INVESTIGATION)), ("moeder", ())):
        (place,) = places(world(village, name), village.bsn(name))  # type: ignore[misc]
        assert place.protections == expected


def test_looking_around_reads_nobody_beyond_what_decides() -> None:
    village = separated().add("buurman", "boerderij").add("oma", "flat", 1950).says("moeder", ouders=[])
    seen = world(village, "kind")
    assert {name for name, bsn in village.numbers.items() if bsn in seen.residents} == {"moeder", "vader", "kind"}


def test_a_home_that_the_brp_does_not_know_or_cannot_tell_leaves_the_household_undetermined() -> None:
    for said in (None, {"bewoners": "niemand"}):
        village = family()
        village.home = lambda _, said=said: said  # type: ignore[method-assign,misc]
        assert households(village, "kind") is NoHousehold.INCOMPLETE


def test_an_answer_about_somebody_else_is_not_taken_for_the_one_asked_about() -> None:
    village = family()
    other = village.persons["vader"]
    village.people = lambda bsns: dict.fromkeys(bsns, other)  # type: ignore[method-assign]
    assert households(village, "kind") is NoHousehold.UNKNOWN_PERSON


def test_the_other_parent_in_no_area_of_ours_gives_no_second_household() -> None:
    village = separated()
    assert isinstance(found := households(village, "kind"), list) and len(found) == 2
    nowhere = separated().moves("vader", "elders")
    assert isinstance(found := households(nowhere, "kind"), list) and len(found) == 1


def test_who_is_kept_no_more_ties_nobody_to_anybody() -> None:
    village = Village().add("moeder", "huis").add("kind", "huis", 2014, parents=["moeder"])
    village.add("zus", "huis", 2016, parents=["moeder"])
    assert together(village, "kind") == {"moeder", "kind", "zus"}
    village.says("moeder", opschortingBijhouding={"reden": {"code": "R"}})
    assert together(village, "kind") == {"kind"}
