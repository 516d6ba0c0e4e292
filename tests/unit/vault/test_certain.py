"""Who is meant: a table by hand, each row with what must come of it (ADR 0018; bad_inputs.md C2, C4)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.connector import Described
from connectors.vault.api import Doubt
from connectors.vault.brp_directory import BrpFiles, candidate_of
from connectors.vault.certain import certain
from connectors.vault.directory import Candidate, DirectoryDown, Nobody
from connectors.vault.names import folded, surname
from tests.support.brp_people import PEOPLE, STRANGER, WHO, described, nameless, written

EVERYBODY = [found for each in PEOPLE if (found := candidate_of(each)) is not None]
BY_NUMBER = {bsn: name for name, bsn in WHO.items()}


def meant(person: Described) -> str:
    found = certain(person, EVERYBODY)
    return BY_NUMBER[found.bsn] if isinstance(found, Candidate) else found.value


CERTAIN = {
    "birth date, name and address": (described(), "anna"),
    "no address, but a given name": (described(postcode="", house_number=""), "anna"),
    "no given name, but an address": (described(given_names="", initials=""), "anna"),
    "only initials, and an address": (described(given_names=""), "anna"),
    "initials without dots": (described(given_names="", initials="AM"), "anna"),
    "initials with spaces": (described(given_names="", initials="A. M."), "anna"),
    "one initial of two": (described(given_names="", initials="A."), "anna"),
    "the first of two given names": (described(given_names="Anna"), "anna"),
    "an initial where the given name goes": (described(given_names="A", initials=""), "anna"),
    "prefix before the name": (described(family_name="van der Berg", prefix=""), "anna"),
    "prefix behind a comma": (described(family_name="Berg, van der", prefix=""), "anna"),
    "prefix left out": (described(prefix=""), "anna"),
    "prefix shortened": (described(prefix="v.d."), "anna"),
    "prefix in one word": (described(prefix="vander"), "anna"),
    "other case": (described(family_name="BERG", prefix="VAN DER", given_names="anna maria"), "anna"),
    "postcode with a space": (described(postcode="9990 aa"), "anna"),
    "diacritics left out": (
        described(
            family_name="Unal",
            prefix="",
            given_names="Sara",
            initials="",
            born="2010-03-01",
            postcode="9990AB",
            house_number="7",
        ),
        "sara",
    ),
    "diacritics decomposed": (
        described(
            family_name="U\u0308nal",
            prefix="",
            given_names="Sam",
            initials="S",
            born="2010-03-01",
            postcode="9990AB",
            house_number="7",
        ),
        "sam",
    ),
    "namesakes told apart by their address": (
        described(
            family_name="Jansen",
            prefix="",
            given_names="Jan",
            initials="J.",
            born="1970-01-01",
            postcode="9990AD",
            house_number="9",
        ),
        "other_jan",
    ),
    "no name: birth date and address": (nameless(born="1985-02-02", postcode="9990AE", house_number="3"), "fatima"),
    "the partner's name": (nameless(family_name="de Vries", given_names="Fatima", born="1985-02-02"), "fatima"),
    "own and partner's name": (
        nameless(family_name="El Amrani-de Vries", given_names="Fatima", born="1985-02-02"),
        "fatima",
    ),
    "partner's and own name": (
        nameless(family_name="Vries-El Amrani", prefix="de", given_names="Fatima", born="1985-02-02"),
        "fatima",
    ),
    "given and family name in each other's place": (
        nameless(
            family_name="Fatima", given_names="El Amrani", born="1985-02-02", postcode="9990AE", house_number="3"
        ),
        "fatima",
    ),
    "with the suffix": (
        nameless(born="1985-02-02", postcode="9990AE", house_number="3", house_suffix="a"),
        "fatima",
    ),
    "C2: number, birth date and name agree": (described(number=WHO["anna"]), "anna"),
    "C2: number and birth date agree, no name": (nameless(born="1980-05-05", number=WHO["anna"]), "anna"),
    "C2: number and name agree, no birth date": (described(born="", number=WHO["anna"]), "anna"),
    "C2: number and name agree, moved since": (described(postcode="9990ZZ", number=WHO["anna"]), "anna"),
}

DOUBTFUL = {
    "C2: number with another's birth date": (
        described(number=WHO["anna"], born="1980-05-06"),
        Doubt.BIRTH_DATE_DIFFERS,
    ),
    "C2: number with another's name": (described(number=WHO["jan"], born="1970-01-01"), Doubt.NAME_DIFFERS),
    "C2: number with another's given name": (
        described(number=WHO["anna"], given_names="Bea", initials=""),
        Doubt.NAME_DIFFERS,
    ),
    "C2: number that nobody has": (described(number=STRANGER), Doubt.NUMBER_UNKNOWN),
    "C2: number and nothing to hold it against": (nameless(born="", number=WHO["anna"]), Doubt.TOO_LITTLE),
    "C2: number of who died": (
        nameless(family_name="Smit", born="1940-04-04", number=WHO["piet"]),
        Doubt.UNSETTLED,
    ),
    "C4: twins without a given name": (
        described(
            family_name="Ünal",
            prefix="",
            given_names="",
            initials="",
            born="2010-03-01",
            postcode="9990AB",
            house_number="7",
        ),
        Doubt.SEVERAL,
    ),
    "C4: twins with one initial": (
        described(
            family_name="Ünal",
            prefix="",
            given_names="",
            initials="S.",
            born="2010-03-01",
            postcode="9990AB",
            house_number="7",
        ),
        Doubt.SEVERAL,
    ),
    "C4: twins without any name": (nameless(born="2010-03-01", postcode="9990AB", house_number="7"), Doubt.SEVERAL),
    "C4: Ali and Alicia, shortened alike": (
        nameless(family_name="de Boer", initials="A", born="1999-09-09", postcode="9990AH", house_number="4"),
        Doubt.SEVERAL,
    ),
    "C4: namesakes without an address": (
        nameless(family_name="Jansen", given_names="Jan", born="1970-01-01"),
        Doubt.SEVERAL,
    ),
    "C4: typing error in the name": (described(family_name="Bergh"), Doubt.NAME_DIFFERS),
    "C4: another prefix": (described(prefix="van den"), Doubt.NAME_DIFFERS),
    "C4: another given name, a sister maybe": (described(given_names="Ada", initials=""), Doubt.NAME_DIFFERS),
    "C4: the second given name alone": (described(given_names="Maria", initials=""), Doubt.NAME_DIFFERS),
    "C4: initials that are others": (described(given_names="", initials="B."), Doubt.NAME_DIFFERS),
    "C4: given name and initials that disagree": (described(initials="B."), Doubt.NAME_DIFFERS),
    "C4: typing error in the birth date": (described(born="1980-05-06"), Doubt.BIRTH_DATE_DIFFERS),
    "C4: typing error in the house number": (described(house_number="21"), Doubt.ADDRESS_DIFFERS),
    "C4: another suffix": (
        nameless(family_name="El Amrani", born="1985-02-02", postcode="9990AE", house_number="3", house_suffix="B"),
        Doubt.ADDRESS_DIFFERS,
    ),
    "C4: an address alone": (nameless(born="", postcode="9990AA", house_number="12"), Doubt.NO_BIRTH_DATE),
    "C4: name and address without a birth date": (described(born=""), Doubt.NO_BIRTH_DATE),
    "C4: initials without an address": (
        described(given_names="", postcode="", house_number=""),
        Doubt.TOO_LITTLE,
    ),
    "C4: family name and birth date alone": (nameless(family_name="Berg", born="1980-05-05"), Doubt.TOO_LITTLE),
    "C4: a birth date alone, that one person has": (nameless(born="1991-11-11"), Doubt.TOO_LITTLE),
    "C4: a school's own number": (described(school_number="100000001"), Doubt.SCHOOL_NUMBER),
    "C4: nobody like that": (
        nameless(family_name="Niemand", given_names="Nul", born="1901-01-01"),
        Doubt.NOBODY,
    ),
    "C4: the register has only a year of birth": (
        nameless(family_name="Saïd", given_names="Mohammed", born="1960-06-06"),
        Doubt.TOO_LITTLE,
    ),
    "C3: who died": (
        nameless(family_name="Smit", given_names="Piet", born="1940-04-04"),
        Doubt.UNSETTLED,
    ),
}


@pytest.mark.parametrize("row", CERTAIN)
def test_one_person_is_certain(row: str) -> None:
    person, name = CERTAIN[row]
    assert meant(person) == name


@pytest.mark.parametrize("row", DOUBTFUL)
def test_a_human_looks(row: str) -> None:
    person, doubt = DOUBTFUL[row]
    assert meant(person) == doubt.value


def test_every_doubt_has_a_row() -> None:
    assert {doubt for _, doubt in DOUBTFUL.values()} == set(Doubt)


def test_where_many_live_a_birth_date_and_an_address_are_not_enough() -> None:
    anna = EVERYBODY[0]
    others = [replace(anna, bsn=WHO["sara"], born_on=date(1950, 1, day)) for day in range(1, 11)]
    person = nameless(born="1980-05-05", postcode="9990AA", house_number="12")
    assert certain(person, [anna, *others[:-1]]) == anna
    assert certain(person, [anna, *others]) is Doubt.TOO_LITTLE
    assert certain(described(), [anna, *others]) == anna


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ünal", "unal"),
        ("D’Hondt", "DHondt"),
        ("Øster", "oster"),
        ("Weiß", "WEISS"),
        ("Jean-Luc", "jean luc"),
        ("Ĳsbrand", "IJsbrand"),
    ],
)
def test_marks_case_and_punctuation_do_not_make_another_name(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(
    ("family", "prefix"),
    [("van der Berg", ""), ("Berg, van der", ""), ("Berg", "van der"), ("VAN DER BERG", ""), ("Berg,van  der", "")],
)
def test_a_prefix_stands_where_a_source_puts_it(family: str, prefix: str) -> None:
    assert surname(family, prefix) == ("van der", "berg")


def test_a_name_is_never_alike_by_sound() -> None:
    assert folded("Jansen") != folded("Janssen") and folded("Müller") != folded("Mueller")


def test_the_files_answer_the_three_questions(tmp_path: Path) -> None:
    register = BrpFiles(written(tmp_path))
    born = described().born_on
    assert born is not None
    assert [BY_NUMBER[each.bsn] for each in register.named("berg", born)] == ["anna"]
    assert sorted(BY_NUMBER[each.bsn] for each in register.at_address("9990 ag", "2")) == ["ida", "piet"]
    found = register.numbered(WHO["fatima"])
    assert found is not None and (found.partner_prefix, found.partner_name) == ("de", "Vries")
    assert register.numbered(STRANGER) is None


def test_a_marriage_that_ended_gives_no_name_and_a_person_without_a_number_is_nobody() -> None:
    ended = {
        **PEOPLE[5],
        "partners": [{**PEOPLE[5]["partners"][0], "ontbindingHuwelijkPartnerschap": {"datum": "x"}}],
    }
    found = candidate_of(ended)
    assert found is not None and found.partner_name == ""
    assert candidate_of({"naam": {}}) is None
    inquired = candidate_of({**PEOPLE[0], "naam": {**PEOPLE[0]["naam"], "inOnderzoek": {"geslachtsnaam": True}}})
    assert inquired is not None and inquired.unsettled


def test_a_register_that_is_not_there_is_down_and_one_that_nobody_set_knows_nobody(tmp_path: Path) -> None:
    born = described().born_on
    assert born is not None
    gone = BrpFiles(tmp_path / "weg")
    for ask in (
        lambda: gone.named("berg", born),
        lambda: gone.numbered(STRANGER),
        lambda: gone.at_address("9990AA", "1"),
    ):
        with pytest.raises(DirectoryDown):
            ask()
    nobody = Nobody()
    assert (nobody.numbered(STRANGER), nobody.named("x", born), nobody.at_address("x", "1")) == (None, (), ())
