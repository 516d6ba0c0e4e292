"""What a debt-services file says of a person leaves in no record, plan or log line, whatever its format."""

import json
import logging
from typing import Any

import pytest

from connectors.receipts import MemoryBooks
from schemas.events.delivery import Quarantined
from schemas.sealing import unseal
from tests.support.deliveries import NUMBERS, PRIVATE, Door, arrears, ddas_file
from tests.unit.debt_services.files import csv_file, v09, with_cases

CANARIES = ("Kanarie", "9876KN", "Zangstraat", "31415926", "kenmerk-kanarie", "1977-07-07")
CLIENT_09 = {
    "Achternaam": "Kanarie",
    "Geboortedatum": "1977-07-07",
    "Straatnaam": "Zangstraat",
    "Postcode": "9876KN",
    "Huisnummer": "1",
}


def canary(client: dict[str, str], **changes: Any) -> dict[str, Any]:
    return arrears("kenmerk-kanarie", client=client, bedrag=3_141_592, **changes)


LINE = {"kenmerk": "kenmerk-kanarie", "burgerservicenummer": "", "postcode": "9876KN", "huisnummer": "1"}
FILES = {
    "an address": ddas_file(canary({"postcode": "9876KN", "huisnummer": "1", "geboortedatum": "1977-07-07"})),
    "a name": json.dumps(v09(canary(CLIENT_09))).encode(),
    "a name beside a number": json.dumps(v09(canary(CLIENT_09 | {"Burgerservicenummer": NUMBERS[0]}))).encode(),
    "a field too many": json.dumps(v09(canary(CLIENT_09 | {"Bijnaam": "Kanarie"}))).encode(),
    "a line": csv_file(LINE | {"achternaam": "Kanarie", "geboortedatum": "1977-07-07", "bedrag": "3141592"}),
    "a line at fault": csv_file(LINE | {"bedrag": "31415926,00", "signaaldatum": "Kanarie", "crisis": "Kanarie"}),
    "a case": with_cases(cases=[{"vroegsignalen": [{"ID": "kenmerk-kanarie"}]}]),
    "a case at fault": with_cases(cases=[{"resultaat": "Kanarie", "vroegsignalen": [{"ID": "kenmerk-kanarie"}]}]),
}


@pytest.mark.parametrize("what", FILES)
def test_no_value_is_published_written_down_or_logged(what: str, caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    with caplog.at_level(logging.DEBUG):
        taken = door.send("debt_services", FILES[what])
    assert isinstance(door.books, MemoryBooks) and taken.rows == 1
    plans = repr(door.books.plans(taken.receipt.id, [0, 1]))
    said = door.log.everything().decode("latin-1") + plans + repr(taken) + caplog.text
    assert [each for each in (*CANARIES, "3141592", *NUMBERS) if each in said] == []


@pytest.mark.parametrize("what", ["an address", "a name", "a line"])
def test_who_is_not_certain_lies_sealed_with_all_that_the_source_stated(what: str) -> None:
    door = Door()
    taken = door.send("debt_services", FILES[what])
    assert [each.reason.value for each in taken.refused] == ["identity_uncertain"]
    (quarantined,) = door.log.events(Quarantined)
    assert b"9876KN" in unseal(PRIVATE, quarantined.sealed)
