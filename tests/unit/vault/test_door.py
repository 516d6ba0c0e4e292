"""The door: what goes wrong never says a value."""

import json
import logging
from typing import Any

import pytest

from connectors.vault.api import Principal, VaultDown
from connectors.vault.memory import MemoryVault
from connectors.vault.principals import Callers, fingerprint
from connectors.vault.process import refuse_shared_database
from connectors.vault.server import Door
from tests.unit.vault.contract import ANNA, digits

TOKEN = "een sleutel"
CALLERS = Callers({Principal.INTAKE: fingerprint(TOKEN)})


class Log:
    def __init__(self) -> None:
        self.lines: list[Any] = []

    def warning(self, *said: Any, **fields: Any) -> None:
        self.lines.append((said, fields))

    error = info = warning


def ask(call: str, body: Any, token: str | None = TOKEN, desk_of: Any = None) -> tuple[int, Any, Log]:
    log = Log()
    door = Door(CALLERS, desk_of or MemoryVault().serving, log)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return *door.answer(f"/v1/{call}", token, raw), log


@pytest.mark.parametrize("token", [None, "", "geraden", fingerprint(TOKEN)])
def test_a_caller_without_a_token_of_its_own_gets_401_whatever_it_asks(token: str | None) -> None:
    for call in ("pseudonymise_many", "bestaat_niet"):
        status, said, _ = ask(call, {}, token)
        assert (status, said) == (401, {"code": "unauthenticated"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 60_000,
        {},
        {"receipt": "0" * 32},
        {"receipt": "0" * 32, "persons": digits(ANNA)},
        {"receipt": "0" * 32, "persons": [digits(ANNA)], "extra": 1},
        {"receipt": "0" * 32, "persons": [digits(ANNA)[1:]]},
        {"receipt": "0" * 32, "persons": [int(digits(ANNA))]},
        {"receipt": "0" * 32, "persons": ["٩٩٩٠٠٠٠٠٩"]},
        {"receipt": digits(ANNA), "persons": []},
    ],
)
def test_a_request_that_is_not_the_call_is_refused_without_repeating_it(body: Any) -> None:
    status, said, log = ask("pseudonymise_many", body)
    assert (status, said) == (422, {"code": "invalid"})
    assert digits(ANNA) not in repr(log.lines)


@pytest.mark.parametrize("error", [VaultDown(), ValueError(digits(ANNA)), KeyError(digits(ANNA))])
def test_a_failure_inside_is_a_5xx_without_its_text(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def source_key(self, source: str) -> bytes:
            raise error

    with caplog.at_level(logging.DEBUG):
        status, said, log = ask("source_key", {"source": "debt_services"}, desk_of=lambda _: Broken())
    assert status >= 500
    assert digits(ANNA) not in repr((said, log.lines, caplog.text)) and log.lines


OWN = "postgresql://vault:geheim@/vault?host=%2Fvar%2Fvault&port=5432"


@pytest.mark.parametrize(
    "other",
    [
        OWN,
        "postgresql://registers:x@/registers?host=/var/vault",
        "host=/var/vault/ dbname=feed user=feed",
    ],
    ids=["equal", "another database there", "written otherwise"],
)
@pytest.mark.parametrize("name", ["SIGNAALBRUG_DATABASE", "SIGNAALBRUG_FEED_WEB_DATABASE"])
def test_a_database_beside_the_vaults_ends_the_start(other: str, name: str) -> None:
    with pytest.raises(SystemExit) as refused:
        refuse_shared_database({"SIGNAALBRUG_VAULT_DATABASE": OWN, name: other})
    assert refused.value.code == 2


def test_a_database_elsewhere_does_not() -> None:
    elsewhere = "postgresql://registers:x@/registers?host=%2Fvar%2Fmain"
    refuse_shared_database({"SIGNAALBRUG_VAULT_DATABASE": OWN, "SIGNAALBRUG_DATABASE": elsewhere})
