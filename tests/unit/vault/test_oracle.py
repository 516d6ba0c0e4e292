"""The vault is no oracle: who enumerates is refused, counted and told of; who delivers is served (T7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from connectors.vault.api import MOST_PERSONS, Principal
from connectors.vault.memory import MemoryVault
from connectors.vault.principals import Callers, fingerprint
from connectors.vault.server import Door
from tests.unit.vault.contract import bsns, digits, sha
from tests.unit.vault.test_door import Log

TOKENS = {principal: f"sleutel van {principal}" for principal in Principal}


def numbers(count: int) -> list[str]:
    """Invented numbers that pass the elfproef, from 998… up."""
    found: list[str] = []
    place = 99_800_000
    while len(found) < count:
        weighed = sum((9 - at) * int(digit) for at, digit in enumerate(str(place))) % 11
        if weighed < 10:
            found.append(f"{place}{weighed}")
        place += 1
    return found


class Asking:
    """A workload with its own token, before the vault's door."""

    def __init__(self, vault: MemoryVault | None = None) -> None:
        self.log, self.vault = Log(), vault or MemoryVault()
        callers = Callers({who: fingerprint(token) for who, token in TOKENS.items()})
        self.door = Door(callers, self.vault.serving, self.log)

    def ask(self, call: str, body: dict[str, Any], who: str = TOKENS[Principal.INTAKE]) -> tuple[int, Any]:
        return self.door.answer(f"/v1/{call}", who, json.dumps(body).encode())


def denied(principal: str, code: str) -> float:
    labels = {"principal": principal, "code": code}
    return REGISTRY.get_sample_value("signaalbrug_vault_denied_persons_total", labels) or 0.0


@pytest.mark.parametrize(
    ("principal", "token", "call", "code"),
    [
        ("intake", TOKENS[Principal.INTAKE], "pseudonymise_many", "no_open_receipt"),
        ("registers", TOKENS[Principal.REGISTERS], "find_many", "no_open_receipt"),
        ("wijkteam", TOKENS[Principal.WIJKTEAM], "find_many", "not_allowed"),
        ("unknown", "geraden", "pseudonymise_many", "unauthenticated"),
    ],
)
def test_10000_numbers_without_a_receipt_are_blocked_counted_and_told(
    principal: str, token: str, call: str, code: str
) -> None:
    asking, persons = Asking(), numbers(10_000)
    before = denied(principal, code)
    for at in range(0, len(persons), MOST_PERSONS):
        body = {"receipt": "f" * 32, "persons": persons[at : at + MOST_PERSONS]}
        status, said = asking.ask(call, body, token)
        assert status in (401, 403, 409) and said == {"code": code}
    assert denied(principal, code) - before == 10_000
    probed = [fields for said, fields in asking.log.lines if said == ("probed",)]
    assert len(probed) == 20 and {each["source"] for each in probed} == {principal}
    assert not any(person in repr(asking.log.lines) for person in persons)


def test_one_refusal_is_no_alarm() -> None:
    asking = Asking()
    asking.ask("pseudonymise_many", {"receipt": "f" * 32, "persons": [digits(bsns(1)[0])]})
    assert [said for said, _ in asking.log.lines] == [("refused",)]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"persons": 1}', b"[" * 60_000])
def test_a_request_that_cannot_be_read_counts_as_one(body: bytes) -> None:
    asking, before = Asking(), denied("intake", "invalid")
    assert asking.door.answer("/v1/pseudonymise_many", TOKENS[Principal.INTAKE], body)[0] == 422
    assert denied("intake", "invalid") - before == 1


def test_a_delivery_of_100000_rows_is_served() -> None:
    asking = Asking()
    opened = {"source": "debt_services", "content_sha256": sha("groot").hex(), "size": 1}
    receipt = asking.ask("open_receipt", opened)[1]["answer"]["id"]
    persons, pseudonyms = numbers(100_000), set[str]()
    for at in range(0, len(persons), MOST_PERSONS):
        status, said = asking.ask(
            "pseudonymise_many", {"receipt": receipt, "persons": persons[at : at + MOST_PERSONS]}
        )
        assert status == 200
        pseudonyms.update(said["answer"])
    assert len(pseudonyms) == 100_000 and not asking.log.lines


def test_known_and_unknown_are_answered_alike_by_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same calls on the store with as many rows, and an answer of the same form."""
    vault = MemoryVault()
    asking, (known, unknown) = Asking(vault), bsns(2)
    work: list[tuple[str, int]] = []
    make = vault.store.pseudonyms

    def counted(wanted: Any, keys: Any) -> Any:
        work.append(("pseudonyms", len(wanted)))
        return make(wanted, keys)

    opened = {"source": "debt_services", "content_sha256": sha("x").hex(), "size": 1}
    receipt = asking.ask("open_receipt", opened)[1]["answer"]["id"]
    asking.ask("pseudonymise_many", {"receipt": receipt, "persons": [digits(known)]})
    monkeypatch.setattr(vault.store, "pseudonyms", counted)
    answers = [
        asking.ask("pseudonymise_many", {"receipt": receipt, "persons": [digits(each)]})
        for each in (known, unknown)
    ]
    assert work == [("pseudonyms", 1)] * 2
    assert {(status, len(said["answer"][0])) for status, said in answers} == {(200, 32)}
