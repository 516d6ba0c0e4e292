"""BRP answers on disk, and the table of areas."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.brp import BrpAnswers, BrpDown, identity, person_file
from connectors.bsn import digits_of
from connectors.household_register.areas import Areas
from connectors.household_register.resident import Address
from tests.support.village import Village, house


@pytest.fixture
def village() -> Village:
    return Village().add("moeder", "huis")


def test_answers_on_disk_are_what_was_written(village: Village, tmp_path: Path) -> None:
    brp = BrpAnswers(village.write(tmp_path))
    assert brp.person(village.bsn("moeder")) == village.persons["moeder"]
    assert brp.home(house("huis")) == village.home(house("huis"))
    assert brp.person(village.bsn("niemand")) is None
    assert brp.home("9990010000009999") is None


def test_no_file_name_holds_a_number(village: Village, tmp_path: Path) -> None:
    village.write(tmp_path)
    assert not any(digits_of(village.bsn("moeder")) in path.name for path in tmp_path.rglob("*"))
    assert (tmp_path / "personen" / person_file(village.bsn("moeder"))).exists()


def test_without_its_folder_the_brp_is_down_and_says_nothing_of_anybody(village: Village, tmp_path: Path) -> None:
    brp = BrpAnswers(tmp_path / "weg")
    with pytest.raises(BrpDown):
        brp.person(village.bsn("moeder"))
    with pytest.raises(BrpDown):
        brp.home(house("huis"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"personen": {}}', '{"personen": [3]}', "[" * 100_000])
def test_an_answer_that_cannot_be_read_is_no_answer(village: Village, tmp_path: Path, content: str) -> None:
    brp = BrpAnswers(village.write(tmp_path))
    (tmp_path / "personen" / person_file(village.bsn("moeder"))).write_text(content)
    assert brp.person(village.bsn("moeder")) is None


def test_an_answer_about_somebody_else_is_no_answer(village: Village, tmp_path: Path) -> None:
    village.add("vader", "huis").write(tmp_path)
    folder = tmp_path / "personen"
    other = (folder / person_file(village.bsn("vader"))).read_text()
    (folder / person_file(village.bsn("moeder"))).write_text(other)
    assert BrpAnswers(tmp_path).person(village.bsn("moeder")) is None


@pytest.mark.parametrize(
    "object_id", ["../personen/x", "", "1", "9990010000000001/..", "９９９００１００００００００１"]
)
def test_an_object_id_that_is_none_opens_no_file(village: Village, tmp_path: Path, object_id: str) -> None:
    assert BrpAnswers(village.write(tmp_path)).home(object_id) is None


def test_an_identity_is_name_birth_year_and_address_and_cannot_be_printed(village: Village) -> None:
    who = identity(village.persons["moeder"])
    assert (who.name, who.birth_year, who.street, who.postcode, who.place) == (
        "Moeder Ester",
        1985,
        "Teststraat 1",
        "9990AA",
        "Waterrijk",
    )
    assert "Ester" not in repr(who) and "1985" not in repr(who)
    assert identity({}).birth_year is None


TABLE = """
[[area]]
code = "BU99900101"
objects = ["9990010000000001"]
postcodes = ["9990AA"]
[[area]]
code = "BU99900201"
ranges = [{ postcode = "9990AA", from = 10, to = 19 }]
"""


def test_an_area_is_found_by_object_then_number_then_postcode(tmp_path: Path) -> None:
    (tmp_path / "areas.toml").write_text(TABLE)
    areas = Areas.read(tmp_path / "areas.toml")
    assert areas.of(Address("9990010000000001", "9990AA", 15, None)) == "BU99900101"
    assert areas.of(Address("9990010000000002", "9990AA", 15, None)) == "BU99900201"
    assert areas.of(Address("9990010000000002", "9990AA", 9, None)) == "BU99900101"
    assert areas.of(Address("9990010000000002", "9990ZZ", 9, None)) is None


@pytest.mark.parametrize("content", ["", "[[area]]", '[[area]]\ncode = "met spatie"', "geen toml"])
def test_a_table_that_is_none_ends_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "areas.toml").write_text(content)
    with pytest.raises(SystemExit) as refused:
        Areas.read(tmp_path / "areas.toml")
    assert refused.value.code == 2
