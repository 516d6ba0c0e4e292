"""The stand-in refuses what the BRP's own contract refuses, and what it answers the contract promises."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from connectors.brp_client import (
    HOUSEHOLD_FIELDS,
    RECOGNISING_FIELDS,
    REVEAL_FIELDS,
    BrpApi,
    Entrance,
)
from signaalbrug.demo.municipality import waterrijk
from signaalbrug.local.brp_contract import UNASKED, contract
from signaalbrug.local.brp_server import Folder, Refused, StandIn
from tests.support.brp_door import Door, assert_promised
from tests.support.village import HOUSES, TODAY, Village, house

FIELDS = ["burgerservicenummer"]


BY_NUMBER = {"type": "RaadpleegMetBurgerservicenummer", "fields": FIELDS}


@pytest.fixture
def village() -> Village:
    village = Village().add("moeder", "huis").add("vader", "kade")
    village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"])
    return village.add("buurman", "huis", geheimhoudingPersoonsgegevens=True).add("bakker", "boerderij")


@pytest.mark.parametrize(
    ("question", "mistake"),
    [
        ([], ("type", "value")),
        ({"type": "ZoekMetSchoenmaat"}, ("type", "value")),
        ({**BY_NUMBER}, ("burgerservicenummer", "required")),
        ({**BY_NUMBER, "burgerservicenummer": []}, ("burgerservicenummer", "minItems")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"] * 21}, ("burgerservicenummer", "maxItems")),
        ({**BY_NUMBER, "burgerservicenummer": ["99999001"]}, ("burgerservicenummer", "pattern")),
        ({**BY_NUMBER, "burgerservicenummer": [999990019]}, ("burgerservicenummer", "string")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"], "bsn": "x"}, ("bsn", "unknownParam")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"], "fields": []}, ("fields", "minItems")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"], "fields": FIELDS * 131}, ("fields", "maxItems")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"], "fields": ["schoenmaat"]}, ("fields", "fields")),
        ({**BY_NUMBER, "burgerservicenummer": ["999990019"], "fields": ["naam.bsn"]}, ("fields", "fields")),
        (
            {**BY_NUMBER, "burgerservicenummer": ["999990019"], "fields": ["geheimhoudingPersoonsgegevens"]},
            ("fields", "fields"),
        ),
        (
            {"type": "ZoekMetPostcodeEnHuisnummer", "fields": FIELDS, "postcode": "9990AA", "huisnummer": 0},
            ("huisnummer", "range"),
        ),
        (
            {"type": "ZoekMetPostcodeEnHuisnummer", "fields": ["ouders"], "postcode": "9990AA", "huisnummer": 1},
            ("fields", "fields"),
        ),
        (
            {
                "type": "ZoekMetGeslachtsnaamEnGeboortedatum",
                "fields": FIELDS,
                "geslachtsnaam": "Ester",
                "geboortedatum": "2026-02-30",
            },
            ("geboortedatum", "date"),
        ),
    ],
)
def test_what_the_contract_does_not_know_is_refused_by_name(question: Any, mistake: tuple[str, str]) -> None:
    (found,) = contract("brp_personen").mistakes(question)
    assert (found.name, found.code) == mistake
    with pytest.raises(Refused) as refused:
        StandIn(Door(Village())).answer(
            "/personen", {"content-type": "application/json"}, json.dumps(question).encode()
        )
    assert refused.value.problem("/personen")["invalidParams"] == [dataclasses.asdict(found)]


def test_an_answer_outside_the_contract_would_be_seen() -> None:
    with pytest.raises(ValidationError):
        assert_promised("brp_personen", BY_NUMBER["type"], {"personen": [{"burgerservicenummer": "12"}]})
    with pytest.raises(ValidationError):
        assert_promised("brp_bewoning", "BewoningMetPeildatum", {"bewoningen": [{"bewoners": "niemand"}]})


def test_the_stand_in_serves_a_folder_of_answers(village: Village, tmp_path: Path) -> None:
    folder = Folder(village.write(tmp_path))
    assert len(list(folder.everybody())) == len(village.persons)
    assert [each["adresseerbaarObjectIdentificatie"] for each in folder.occupancies(house(HOUSES[0]))] == [
        house(HOUSES[0])
    ]
    assert folder.occupancies("9" * 16) == ()


def test_it_starts_on_its_own_machine_and_stops_when_told(village: Village, tmp_path: Path) -> None:
    folder = village.write(tmp_path)
    command = [sys.executable, "-m", "signaalbrug.local.brp_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split("/personen", 1)[0]
        api = BrpApi(Entrance(url, url), lambda: TODAY)
        assert api.person(village.bsn("moeder")) is not None
        api.close()
        server.terminate()
        assert server.wait(10) == 0


@pytest.mark.parametrize("fields", [HOUSEHOLD_FIELDS, REVEAL_FIELDS, RECOGNISING_FIELDS])
def test_nothing_that_comes_unasked_is_asked_for_and_every_field_exists(fields: Sequence[str]) -> None:
    assert not {step for path in fields for step in path.split(".")} & UNASKED
    question = {
        "type": "RaadpleegMetBurgerservicenummer",
        "burgerservicenummer": ["999990019"],
        "fields": list(fields),
    }
    assert contract("brp_personen").mistakes(question) == []


def test_the_demo_s_municipality_is_what_the_contract_promises(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)
    town = waterrijk(["BU99900101", "BU99900201"], now, TODAY)
    town.write_register(tmp_path / "brp", tmp_path / "areas.toml")
    folder = Folder(tmp_path / "brp")
    everybody = list(folder.everybody())
    assert len(everybody) > 100
    assert_promised("brp_personen", BY_NUMBER["type"], {"type": BY_NUMBER["type"], "personen": everybody})
    for file in (tmp_path / "brp/bewoningen").iterdir():
        assert_promised("brp_bewoning", "BewoningMetPeildatum", json.loads(file.read_text(encoding="utf-8")))
