"""Toon gegevens: a reason, a log line first, an answer that is kept nowhere, and nothing of what was overtaken."""

from typing import Any

import pytest

from tests.integration.wijkteam.conftest import Town
from tests.support import stories
from tests.support.feed import NOORD, bearer, csrf_in

pytestmark = pytest.mark.integration


def asked(town: Town, reason: str = "gesprek plannen") -> Any:
    while town.feed.fill(town.vault):
        pass
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    token = town.feed.one("select token from member where team = %s and ordinal = 1", NOORD)
    data = {"csrf": csrf, "revisie": "1", "persoon": token, "reden": reason}
    return client.post(f"/signaleringen/{town.noord}/gegevens", data=data)


def test_name_birth_year_and_address_are_shown_and_not_kept(town: Town) -> None:
    answer = asked(town)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    for shown in ("Tess Ester", "1984", "Teststraat 12, 9990AA Waterrijk"):
        assert shown in answer.text
    assert town.vault.asked[0][0::3] == (NOORD, "gesprek plannen")
    assert "Ester" not in town.client("noor").get(f"/signaleringen/{town.noord}").text
    assert "Gegevens opgevraagd" in town.client("noor").get(f"/signaleringen/{town.noord}").text


def test_the_log_line_stands_although_the_vault_is_down(town: Town) -> None:
    while town.feed.fill(town.vault):
        pass
    town.vault.down = True
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    token = town.feed.one("select token from member where team = %s and ordinal = 1", NOORD)
    data = {"csrf": csrf, "revisie": "1", "persoon": token, "reden": "gesprek plannen"}
    answer = client.post(f"/signaleringen/{town.noord}/gegevens", data=data)
    assert answer.status_code == 503 and "nu niet op te halen" in answer.text
    assert town.feed.one("select reason from access_log where action = 'revealed'") == "gesprek plannen"


@pytest.mark.parametrize("reason", ["", "kort", "x" * 201, "BSN 999990019 van vader", "a\x00bcdef"])
def test_a_reason_that_says_nothing_or_too_much_is_refused(town: Town, reason: str) -> None:
    assert asked(town, reason).status_code == 400
    assert town.vault.asked == []
    assert town.feed.one("select count(*) from access_log where action = 'revealed'") == 0


def test_what_was_overtaken_reveals_nobody(town: Town) -> None:
    while town.feed.fill(town.vault):
        pass
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    token = town.feed.one("select token from member where team = %s and ordinal = 1", NOORD)
    town.memory.publish(stories.withdrew("kind-noord", 19))
    town.feed.project(town.memory)  # the steps have not decided yet
    data = {"csrf": csrf, "revisie": "1", "persoon": token, "reden": "gesprek plannen"}
    answer = client.post(f"/signaleringen/{town.noord}/gegevens", data=data)
    assert "Ester" not in answer.text and "intussen veranderd" in answer.text
    assert town.vault.asked == []


def test_the_api_reveals_by_the_same_rules(town: Town) -> None:
    while town.feed.fill(town.vault):
        pass
    client = town.client()
    headers = bearer(client, "noor")
    one = client.get(f"/v1/signaleringen/{town.noord}", headers=headers).json()
    body = {"betrokkene": one["betrokkenen"][0]["token"], "reden": "gesprek plannen"}
    answer = client.post(f"/v1/signaleringen/{town.noord}/gegevens", headers=headers, json=body)
    assert answer.json() == {"naam": "Tess Ester", "geboortejaar": 1984, "adres": "Teststraat 12, 9990AA Waterrijk"}
    refused = client.post(f"/v1/signaleringen/{town.noord}/gegevens", headers=headers, json=body | {"reden": "x"})
    assert refused.status_code == 400
