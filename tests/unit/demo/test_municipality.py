"""The invented municipality: the same every time, large enough, and made of nobody."""

import io
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.connector import Refused
from connectors.sources import SOURCES, connectors_for
from schemas.scrubbing import passes_elfproef
from signaalbrug.demo.municipality import File, Waterrijk, waterrijk
from signaalbrug.demo.people import test_numbers as numbers_of_nobody
from signaalbrug.uplift import areas_of
from signaalbrug.wiring import MUNICIPALITY

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def town() -> Waterrijk:
    return waterrijk(areas_of(), NOW, TODAY)


def read(file: File, today: date = TODAY) -> Counter[str]:
    """What the source's own connector makes of every row."""
    connector = connectors_for(MUNICIPALITY)[file.source]
    read = connector.read(io.BytesIO(file.content))
    rows = [row if isinstance(row, Refused) else connector.normalise(row, today) for row in read]
    return Counter(row.reason.value if isinstance(row, Refused) else "accepted" for row in rows)


def test_there_are_9091_numbers_that_nobody_has() -> None:
    numbers = numbers_of_nobody()
    assert len(numbers) == 9091
    assert all(passes_elfproef(number) and number.startswith("9999") for number in numbers)


def test_at_least_400_households_live_there_and_nobody_shares_a_number(town: Waterrijk) -> None:
    numbers = [person.bsn for person in town.people]
    assert town.households >= 400
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(numbers_of_nobody())


def test_the_same_seed_and_day_give_the_same_files(town: Waterrijk) -> None:
    again, other = waterrijk(areas_of(), NOW, TODAY), waterrijk(areas_of(), NOW, TODAY, seed=1)
    assert again.rounds == town.rounds
    assert other.rounds != town.rounds


def test_dates_are_relative_to_today() -> None:
    later = TODAY + timedelta(days=400)
    town = waterrijk(areas_of(), NOW + timedelta(days=400), later)
    assert read(town.rounds[0][1], later)["accepted"] > 300


def test_every_area_gets_people(town: Waterrijk) -> None:
    lived_in = {person.address.area for person in town.people}
    assert lived_in == {*areas_of(), None}


def test_good_deliveries_hold_mostly_good_rows_and_some_of_every_fault(town: Waterrijk) -> None:
    by_name = {(file.source, file.name): read(file) for file in town.rounds[0]}
    debts = by_name["debt_services", "levering-1.json"]
    school = by_name["school_attendance", "levering-1.xml"]
    consent = by_name["consent_register", "levering-1.jsonl"]
    assert debts["accepted"] > 300
    assert school["accepted"] > 150
    assert consent["accepted"] > 150
    faults = {"bsn_invalid", "date_in_future", "field_missing", "field_invalid", "field_not_allowed"}
    assert faults <= set(debts)
    assert {"kind_not_accepted", "field_missing", "date_invalid", "bsn_missing", "field_invalid"} <= set(school)
    assert {"bsn_invalid", "field_missing", "field_invalid"} <= set(consent)


def test_every_kind_of_source_delivers_in_its_own_format(town: Waterrijk) -> None:
    made = {file.source: read(file) for file in town.rounds[0] if file.name.startswith("levering-1")}
    assert set(made) == set(SOURCES)
    assert made["general_practice"]["accepted"] > 20
    assert made["general_practice"]["consent_needed"] == 3
    assert set(made["veilig_thuis"]) == set(made["wijkteam_intake"]) == {"accepted"}
    assert made["veilig_thuis"]["accepted"] > 20


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("afgebroken.json", "syntax"),
        ("leeg.json", "empty"),
        ("andere-gemeente.json", "outside_area"),
        ("doctype.xml", "dtd"),
        ("latin1.xml", "encoding"),
        ("leeg.jsonl", "empty"),
    ],
)
def test_a_spoiled_file_is_refused_for_its_own_reason(town: Waterrijk, name: str, reason: str) -> None:
    file = next(file for file in town.rounds[0] if file.name == name)
    assert read(file)[reason] == 1


def test_one_file_is_delivered_twice_under_another_name(town: Waterrijk) -> None:
    contents = Counter(file.content for file in town.rounds[0] if file.content)
    assert 2 in contents.values()


def test_the_second_round_holds_good_rows_only(town: Waterrijk) -> None:
    assert town.rounds[1]
    assert all(set(read(file)) == {"accepted"} for file in town.rounds[1])


def test_the_register_answers_for_everybody_but_those_it_does_not_know(town: Waterrijk, tmp_path: Path) -> None:
    town.write_register(tmp_path / "brp", tmp_path / "areas.toml")
    answers = list((tmp_path / "brp" / "personen").glob("*.json"))
    unknown = [person for person in town.people if not person.in_register]
    assert unknown
    assert len(answers) == len(town.people) - len(unknown)
    known = {person.bsn for person in town.people}
    assert not any(number in file.name for file in answers for number in known)


def test_dwellings_hold_whom_the_register_says_live_there(town: Waterrijk, tmp_path: Path) -> None:
    town.write_register(tmp_path / "brp", tmp_path / "areas.toml")
    housed = Counter(
        resident["burgerservicenummer"]
        for file in (tmp_path / "brp" / "bewoningen").glob("*.json")
        for resident in json.loads(file.read_text())["bewoningen"][0]["bewoners"]
    )
    assert set(housed) == {person.bsn for person in town.people if person.in_register}
    assert set(housed.values()) == {1}


def test_a_delivered_file_appears_as_a_whole(town: Waterrijk, tmp_path: Path) -> None:
    delivered = town.deliver(0, tmp_path)
    seen = [path for path in tmp_path.glob("*/in/*") if path.is_file()]
    assert len(seen) == delivered == len(town.rounds[0])
    assert not [path for path in seen if path.name.startswith(".")]
