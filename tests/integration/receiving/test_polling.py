"""Polling a source: the cursor moves when the loop has taken the page in, and not before."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from schemas.transport import Cluster
from signaalbrug.local.processes import wait_until
from tests.integration.intake.support import RunningIntake
from tests.integration.receiving.support import levering, running_front
from tests.support.topics import count

pytestmark = pytest.mark.integration
SIGNALS = "signal.debt-services.v1"


class Partner:
    """A source that can be asked what is new since a cursor."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.says_how_long = True

    @contextmanager
    def serving(self) -> Iterator[str]:
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                (at,) = parse_qs(urlparse(self.path).query).get("vanaf", [""])
                partner.asked.append(at)
                partner.tokens.append(self.headers.get("Authorization", ""))
                if at not in partner.pages:
                    self.send_response(204)
                    self.end_headers()
                    return
                body, after = partner.pages[at]
                self.send_response(200)
                self.send_header("Volgende-Cursor", after)
                if partner.says_how_long:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"access_token": "een-token"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/meldingen"
        finally:
            server.shutdown()


def settings(folder: Path, address: str) -> dict[str, str]:
    (folder / "geheim").write_text("geheim van de proef\n")
    file = folder / "polling.toml"
    file.write_text(
        f"""
[[polling]]
bron = "debt_services"
adres = "{address}"
achtervoegsel = ".json"
eerste = "0"
elke_seconden = 0.2
token_adres = "{address}/token"
client = "signaalbrug"
geheim = "geheim"
"""
    )
    return {"SIGNAALBRUG_POLLING": str(file)}


def cursor(folder: Path) -> str | None:
    file = folder / "front" / "debt_services.cursor"
    return json.loads(file.read_text())["cursor"] if file.exists() else None


def test_pages_are_taken_in_one_by_one_and_the_cursor_follows(
    intake: RunningIntake, log: Cluster, tmp_path: Path
) -> None:
    partner, before = Partner(), count(log, SIGNALS)
    partner.pages = {"0": (levering(), "1"), "1": (levering(2), "2")}
    with partner.serving() as address, running_front(intake, tmp_path, "", **settings(tmp_path, address)):
        assert wait_until(lambda: cursor(tmp_path) == "2", 60)
        assert count(log, SIGNALS) == before + 3
        assert wait_until(lambda: partner.asked[-1] == "2", 10)
    assert set(partner.tokens) == {"Bearer een-token"}
    assert [at for at in partner.asked if at != "2"] == ["0", "1"]


def test_a_page_that_cannot_be_read_is_not_passed_over(intake: RunningIntake, log: Cluster, tmp_path: Path) -> None:
    partner, before = Partner(), count(log, SIGNALS)
    partner.pages = {"0": (b'{"geen": "levering"}' + secrets.token_bytes(4).hex().encode(), "1")}
    with partner.serving() as address, running_front(intake, tmp_path, "", **settings(tmp_path, address)) as front:
        assert wait_until(lambda: "answer_refused" in front.logs(), 60)
        assert cursor(tmp_path) is None
        partner.pages["0"] = (levering(), "1")
        assert wait_until(lambda: cursor(tmp_path) == "1", 60)
        assert count(log, SIGNALS) == before + 1


def test_an_answer_that_may_be_half_of_one_is_not_taken(
    intake: RunningIntake, log: Cluster, tmp_path: Path
) -> None:
    partner, before = Partner(), count(log, SIGNALS)
    partner.pages, partner.says_how_long = {"0": (levering(), "1")}, False
    with partner.serving() as address, running_front(intake, tmp_path, "", **settings(tmp_path, address)) as front:
        assert wait_until(lambda: "no_length" in front.logs(), 60)
        assert (cursor(tmp_path), count(log, SIGNALS)) == (None, before)
        partner.says_how_long = True
        assert wait_until(lambda: cursor(tmp_path) == "1", 60)


def test_without_an_intake_the_cursor_stands_and_afterwards_everything_is_there_once(
    intake: RunningIntake, log: Cluster, tmp_path: Path
) -> None:
    partner, before = Partner(), count(log, SIGNALS)
    partner.pages = {"0": (levering(), "1")}
    intake.kill()
    with partner.serving() as address, running_front(intake, tmp_path, "", **settings(tmp_path, address)):
        try:
            assert wait_until(lambda: len(intake.lying("debt_services", "in")) == 1, 60)
            assert cursor(tmp_path) is None
        finally:
            intake.start()
        assert wait_until(lambda: cursor(tmp_path) == "1", 60)
    assert count(log, SIGNALS) == before + 1
