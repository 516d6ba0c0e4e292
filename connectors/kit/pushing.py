"""Deliver over HTTPS: one POST, answered with the receipt after every row was acknowledged; ask what became of it.

Source  connectors/receiving/push.py: POST /v1/leveringen/<bron>, GET /v1/leveringen/<bron>/<kenmerk>/rijen
"""

import base64
import hashlib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx2

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".json": "application/json",
        ".jsonl": "application/jsonl",
        ".xml": "application/xml",
        ".csv": "text/csv",
    }
)
_PIECE = 65_536
_PATIENCE_S = 90.0
_LONGEST_ANSWER = 400


class NotDelivered(Exception):
    """The other side took nothing; `again` says whether the same may be sent again."""

    def __init__(self, status: int, what: str, again: bool) -> None:
        super().__init__(status)
        self.status, self.what, self.again = status, what, again


@dataclass(frozen=True, slots=True)
class Way:
    """Where to, and as whom: a certificate with its key, or a client that may ask for a token."""

    url: str
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    authority: str | None = None
    token_url: str | None = None
    client: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side says of the delivery."""

    receipt: str
    refused: bool


def push(way: Way, source: str, file: BinaryIO, rows: int, suffix: str) -> Answer:
    """Send the file.

    Raises  NotDelivered
    """
    headers = {
        "Content-Type": _TYPES[suffix],
        "Content-Digest": f"sha-256=:{_digest(file)}:",
        "Aantal-Rijen": str(rows),
    }
    with _known(way) as client:
        file.seek(0)
        return _answer(client.post(f"/v1/leveringen/{source}", content=_pieces(file), headers=headers))


def ask(way: Way, source: str, receipt: str) -> Mapping[str, Any] | None:
    """What became of each row, as the other side says it; None when it knows no such delivery of this source.

    Raises  NotDelivered
    """
    with _known(way) as client:
        answer = client.get(f"/v1/leveringen/{source}/{quote(receipt, safe='')}/rijen")
    if answer.status_code == httpx2.codes.NOT_FOUND:
        return None
    if answer.status_code != httpx2.codes.OK:
        raise _refusal(answer)
    return _said(answer)


@contextmanager
def _known(way: Way) -> Iterator[httpx2.Client]:
    """A client that the other side knows.

    Raises  NotDelivered
    """
    trusted = _trusted(way)
    try:
        with httpx2.Client(base_url=way.url, timeout=_PATIENCE_S, follow_redirects=False, verify=trusted) as client:
            if way.token_url is not None:
                client.headers["Authorization"] = f"Bearer {_token(client, way)}"
            yield client
    except (httpx2.HTTPError, OSError):
        raise NotDelivered(0, "er kwam geen antwoord.", True) from None


def _trusted(way: Way) -> ssl.SSLContext:
    try:
        authority = way.authority
        trusted = ssl.create_default_context(cafile=authority) if authority else httpx2.create_ssl_context()
        if way.certificate is not None:
            trusted.load_cert_chain(way.certificate, way.key)
    except OSError:
        raise NotDelivered(0, "certificaat, sleutel of gezag (SIGNAALBRUG_DELIVER_…) is geen PEM.", False) from None
    return trusted


def _token(client: httpx2.Client, way: Way) -> str:
    """OAuth2 client credentials (RFC 6749 4.4)."""
    asked = {"grant_type": "client_credentials", "scope": "leveringen"}
    answer = client.post(str(way.token_url), data=asked, auth=(way.client or "", way.secret or ""))
    said = _said(answer).get("access_token") if answer.status_code == httpx2.codes.OK else None
    if not isinstance(said, str):
        raise NotDelivered(answer.status_code, "er werd geen token gegeven.", False)
    return said


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return base64.b64encode(digest.digest()).decode()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    yield from iter(lambda: file.read(_PIECE), b"")


def _answer(answer: httpx2.Response) -> Answer:
    said = _said(answer)
    receipt = said.get("kenmerk")
    if answer.status_code == httpx2.codes.ACCEPTED and isinstance(receipt, str):
        return Answer(receipt, said.get("toestand") == "geweigerd")
    raise _refusal(answer)


def _refusal(answer: httpx2.Response) -> NotDelivered:
    what = str(_said(answer).get("detail") or "de andere kant nam het niet aan.")[:_LONGEST_ANSWER]
    return NotDelivered(answer.status_code, what, "retry-after" in answer.headers)


def _said(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
