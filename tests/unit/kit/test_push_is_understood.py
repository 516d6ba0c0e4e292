"""What the kit sends is what the front of HTTPS push takes, and what that answers the kit understands."""

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn

from connectors.kit.pushing import NotDelivered, Way, push
from connectors.receipts import Summary
from connectors.receiving.callers import Caller, Stranger
from connectors.receiving.push import Front, app
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import Refusal
from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import wait_until
from tests.unit.kit.test_delivering import CONTENT, SOURCE, answering
from tests.unit.kit.test_delivering import Front as TokenFront

RECEIPT = "f" * 32


class Known:
    """Whoever shows this token may deliver debt signals."""

    def by_token(self, token: str) -> Caller:
        if token != "t":
            raise Stranger(401)
        return Caller("partner", frozenset({SOURCE}))


class Handing:
    """Takes a delivery and says what became of it."""

    def __init__(self, summary: Summary) -> None:
        self.summary, self.taken = summary, list[tuple[str, str, bytes, Any]]()

    def hand(self, source: str, suffix: str, spooled: Any, stated: Any) -> str:
        self.taken.append((source, suffix, spooled.sha256, stated))
        return RECEIPT

    def outcome(self, source: str, receipt: str) -> Summary:
        return self.summary


@contextmanager
def front(handing: Handing, spool: Path) -> Iterator[str]:
    callers: Any = Known()
    site = app(Front(callers, handing, spool, {SOURCE: 1_000_000}, structlog.get_logger()))  # type: ignore[arg-type]
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(site, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_until(lambda: server.started, 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def pushed(url: str, source: str = SOURCE, token: str = "t") -> Any:
    with answering(TokenFront(token={"access_token": token})) as tokens:
        way = Way(url, token_url=f"{tokens.url}/token", client="partner", secret="geheim")
        return push(way, source, io.BytesIO(CONTENT), 2, ".json")


def test_a_push_of_the_kit_is_taken_whole(tmp_path: Path) -> None:
    handing = Handing(Summary(accepted=2))
    with front(handing, tmp_path) as url:
        answer = pushed(url)
    ((source, suffix, sha256, stated),) = handing.taken
    assert (answer.receipt, answer.refused) == (RECEIPT, False)
    assert (source, suffix, sha256) == (SOURCE, ".json", hashlib.sha256(CONTENT).digest())
    assert (stated.rows, stated.sha256) == (2, sha256)


def test_a_file_that_was_refused_whole_is_understood_as_such(tmp_path: Path) -> None:
    with front(Handing(Summary(refused=(RefusedRow(0, Refusal.SYNTAX, None),))), tmp_path) as url:
        assert pushed(url).refused


@pytest.mark.parametrize(("source", "token", "status"), [("veilig_thuis", "t", 403), (SOURCE, "vreemd", 401)])
def test_who_may_not_deliver_hears_why_in_dutch(source: str, token: str, status: int, tmp_path: Path) -> None:
    handing = Handing(Summary())
    with front(handing, tmp_path) as url, pytest.raises(NotDelivered) as refused:
        pushed(url, source, token)
    assert (refused.value.status, refused.value.again, handing.taken) == (status, False, [])
    assert refused.value.what.startswith(("Uw certificaat", "U mag niet"))
