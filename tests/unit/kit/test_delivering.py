"""A file is put in the drop folder as intake wants it, or sent by HTTPS; the receipt is what intake gave."""

import hashlib
import io
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors.files import DONE, IN, REFUSED, DropFolder, prepare
from connectors.kit.delivering import NoFolder, Placed, Receipt, awaited, folder_of, place
from connectors.kit.pushing import NotDelivered, Way, push
from connectors.manifest_file import SUFFIX, of_bytes, sidecar_in
from tests.support.deliveries import CONNECTORS, arrears, ddas_file
from tests.unit.kit.test_checking import looked

CONTENT = ddas_file(arrears("A"), arrears("B", "999990020"))
SOURCE = "debt_services"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    prepare(tmp_path, (SOURCE,))
    return tmp_path


def placed(drop: Path) -> Placed:
    return place(io.BytesIO(CONTENT), 2, ".json", folder_of(drop, SOURCE))


def names(drop: Path, part: str = IN) -> list[str]:
    return sorted(each.name for each in (drop / SOURCE / part).iterdir())


def test_the_overview_beside_a_file_agrees_with_it(drop: Path) -> None:
    placed(drop)
    file, overview = names(drop)
    assert overview == file + SUFFIX and len(file) == 32 + len(".json")
    assert (drop / SOURCE / IN / file).read_bytes() == CONTENT
    said = sidecar_in((drop / SOURCE / IN / overview).read_bytes())
    assert of_bytes(said, hashlib.sha256(CONTENT).digest()) is None
    assert said.rows == looked(SOURCE, CONTENT).rows


@pytest.mark.parametrize("inner", ["", SOURCE, f"{SOURCE}/{IN}"])
def test_the_folder_may_be_given_in_three_ways(drop: Path, inner: str) -> None:
    assert folder_of(drop / inner, SOURCE) == drop / SOURCE


def test_a_folder_that_is_no_drop_folder_gets_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoFolder):
        folder_of(tmp_path, SOURCE)


def test_the_file_has_no_name_before_it_is_whole(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    rename = os.rename

    def looking(source: Path, target: Path) -> None:
        seen.append(names(drop))
        rename(source, target)

    monkeypatch.setattr(os, "rename", looking)
    placed(drop)
    assert all(name.startswith(".") and name.endswith(".part") for name in seen[0])
    visible = [name for name in seen[1] if not name.startswith(".")]
    assert len(visible) == 1 and visible[0].endswith(SUFFIX)


def test_when_the_disk_fails_nothing_is_left(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        placed(drop)
    assert names(drop) == []


@pytest.mark.parametrize("part", [DONE, REFUSED])
def test_the_receipt_is_the_name_under_which_intake_puts_it_away(drop: Path, part: str) -> None:
    mine = placed(drop)
    assert mine.receipt() is None
    folder = DropFolder(drop / SOURCE, 0.0)
    folder.candidates(time.time())
    (candidate,) = [each for each in folder.candidates(time.time() + 5) if not each.entry.endswith(SUFFIX)]
    assert folder.move(candidate, part, "a" * 32 + ".json")
    assert mine.receipt() == Receipt("a" * 32, part == REFUSED)


def test_another_file_in_done_is_not_mine(drop: Path) -> None:
    mine = placed(drop)
    (drop / SOURCE / DONE / ("b" * 32 + ".json")).write_bytes(CONTENT)
    assert mine.receipt() is None


def test_waiting_ends_with_the_receipt_or_when_it_has_been_long_enough(drop: Path) -> None:
    mine, paused = placed(drop), list[float]()
    assert awaited(mine, lambda: len(paused) == 3, paused.append) is None and len(paused) == 3

    def taken(_: float) -> None:
        (entry,) = [name for name in names(drop) if not name.endswith(SUFFIX)]
        os.rename(drop / SOURCE / IN / entry, drop / SOURCE / DONE / ("c" * 32 + ".json"))

    assert awaited(mine, lambda: False, taken) == Receipt("c" * 32, False)


@dataclass
class Front:
    """Somebody who answers a push, and keeps what was sent."""

    status: int = 202
    body: Any = field(default_factory=lambda: {"kenmerk": "d" * 32, "toestand": "verwerkt"})
    retry: bool = False
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    token: Any = field(default_factory=lambda: {"access_token": "t"})
    url: str = ""


@contextmanager
def answering(front: Front) -> Iterator[Front]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self._body()
            front.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, content))
            said = front.token if self.path == "/token" else front.body
            self.send_response(200 if self.path == "/token" else front.status)
            if front.retry:
                self.send_header("Retry-After", "10")
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

        def _body(self) -> bytes:
            if "content-length" in self.headers:
                return self.rfile.read(int(self.headers["content-length"]))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sent(front: Front, **way: Any) -> Any:
    return push(Way(front.url, **way), SOURCE, io.BytesIO(CONTENT), 2, ".json")


def test_a_push_says_how_many_rows_and_which_bytes_and_returns_the_receipt() -> None:
    with answering(Front()) as front:
        answer = sent(front)
    ((path, headers, content),) = front.asked
    assert (answer.receipt, answer.refused) == ("d" * 32, False)
    assert path == "/v1/leveringen/debt_services" and content == CONTENT
    assert (headers["content-type"], headers["aantal-rijen"]) == ("application/json", "2")
    assert headers["content-digest"].startswith("sha-256=:") and "authorization" not in headers


def test_a_file_that_was_refused_whole_is_told_as_such() -> None:
    with answering(Front(body={"kenmerk": "e" * 32, "toestand": "geweigerd"})) as front:
        assert sent(front).refused


def test_a_client_asks_for_a_token_and_shows_it() -> None:
    with answering(Front()) as front:
        sent(front, token_url=f"{front.url}/token", client="school-1", secret="geheim")
    (asked, pushed) = front.asked
    assert b"grant_type=client_credentials" in asked[2] and asked[1]["authorization"].startswith("Basic ")
    assert pushed[1]["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("front", "status", "what", "again"),
    [
        (Front(503, {"detail": "Probeer het straks."}, retry=True), 503, "Probeer het straks.", True),
        (Front(403, {"detail": "Niet namens deze bron."}), 403, "Niet namens deze bron.", False),
        (Front(500, b"<html>"), 500, "de andere kant nam het niet aan.", False),
        (Front(202, ["geen kenmerk"]), 202, "de andere kant nam het niet aan.", False),
    ],
)
def test_what_is_not_a_receipt_is_no_delivery(front: Front, status: int, what: str, again: bool) -> None:
    with answering(front), pytest.raises(NotDelivered) as refused:
        sent(front)
    assert (refused.value.status, refused.value.what, refused.value.again) == (status, what, again)


def test_without_a_token_nothing_is_sent() -> None:
    with answering(Front(token={"error": "no"})) as front, pytest.raises(NotDelivered):
        sent(front, token_url=f"{front.url}/token", client="x", secret="y")
    assert [path for path, _, _ in front.asked] == ["/token"]


def test_nobody_there_is_said_and_may_be_tried_again() -> None:
    with pytest.raises(NotDelivered) as refused:
        push(Way("http://127.0.0.1:9"), SOURCE, io.BytesIO(CONTENT), 2, ".json")
    assert (refused.value.status, refused.value.again) == (0, True)


def test_a_way_does_not_show_its_secret() -> None:
    assert "geheim" not in repr(Way("https://x", key="geheim", secret="geheim"))
    assert CONNECTORS[SOURCE].suffixes[0] == ".json"
