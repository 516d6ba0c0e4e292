"""HTTPS push: a delivery is a POST, and 202 with its receipt is said after the broker acknowledged every row."""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import psycopg
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from connectors.receipts import Summary
from connectors.receiving.callers import Caller, Callers, Stranger
from connectors.receiving.handing_over import HandingOver, NotTaken, Stated
from connectors.receiving.spool import Gzip, Mispacked, Plain, Spooled, TooLarge, Unpacking, spooling
from connectors.receiving.tls import PEER
from connectors.vault.api import VaultDown, VaultRefused
from schemas.scrubbing import error_code

SUFFIX_OF: Mapping[str, str] = MappingProxyType(
    {
        "application/json": ".json",
        "application/fhir+json": ".json",
        "application/jsonl": ".jsonl",
        "application/xml": ".xml",
        "application/fhir+xml": ".xml",
        "text/csv": ".csv",
    }
)
_PACKED: Mapping[str, Callable[[], Unpacking]] = MappingProxyType({"": Plain, "identity": Plain, "gzip": Gzip})
_RECEIPT = re.compile(r"[0-9a-f]{32}")
_COUNT = re.compile(r"[0-9]{1,9}")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_RETRY_S = 10
Answer = TypeVar("Answer")
ASKED = Counter("signaalbrug_push_requests", "Requests at the HTTPS front", ["outcome"])


#: What became of each row of a delivery of a source, as JSON can say it; None: this source has no such delivery.
Fates = Callable[[str, str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Front:
    """Everything the front needs; sizes in bytes, times in seconds."""

    callers: Callers
    handing: HandingOver
    spool: Path
    largest: Mapping[str, int]
    log: Any
    body_s: float = 60.0
    taken_s: float = 30.0
    most_at_once: int = 32
    fates: Fates | None = None


class Refuse(Exception):
    """An answer that is no delivery: status, the word for the metric, and what to do, in Dutch."""

    def __init__(self, status: int, code: str, what: str, retry: bool = False) -> None:
        super().__init__(code)
        self.status, self.code, self.what, self.retry = status, code, what, retry


@dataclass(slots=True)
class _Room:
    """How many deliveries are under way; one too many is told to come back."""

    most: int
    taken: int = 0

    def enter(self) -> None:
        if self.taken >= self.most:
            raise Refuse(429, "busy", "Er worden nu te veel leveringen verwerkt. Probeer het straks opnieuw.", True)
        self.taken += 1

    def leave(self) -> None:
        self.taken -= 1


def app(front: Front) -> FastAPI:
    """The front as an ASGI application."""
    site = FastAPI(title="Signaalbrug: leveren", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json")
    room = _Room(front.most_at_once)

    @site.exception_handler(Refuse)
    async def refused(_: Request, why: Refuse) -> JSONResponse:
        return _problem(why)

    @site.exception_handler(HTTPException)
    async def no_such_place(_: Request, error: HTTPException) -> JSONResponse:
        return _problem(Refuse(error.status_code, "path", "Dit adres of deze vraag bestaat hier niet."))

    @site.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        front.log.error("failed", stage="push", code=error_code(error))
        return _problem(Refuse(500, "failed", "Er ging bij ons iets mis. Probeer het later opnieuw."))

    @site.post("/v1/leveringen/{bron}", status_code=202)
    async def deliver(bron: str, request: Request) -> JSONResponse:
        caller = _caller(front, request)
        _may(caller, bron)
        room.enter()
        try:
            return await _delivered(front, caller, bron, request)
        finally:
            room.leave()

    @site.get("/v1/leveringen/{bron}/{kenmerk}")
    async def look(bron: str, kenmerk: str, request: Request) -> JSONResponse:
        _may(_caller(front, request), bron)
        return JSONResponse(_told(kenmerk, await _found(kenmerk, lambda: front.handing.outcome(bron, kenmerk))))

    @site.get("/v1/leveringen/{bron}/{kenmerk}/rijen")
    async def rows(bron: str, kenmerk: str, request: Request) -> JSONResponse:
        _may(_caller(front, request), bron)
        if (fates := front.fates) is None:
            raise Refuse(501, "no_trail", "Hier hoort u niet wat er van uw rijen werd. Vraag het de gemeente.")
        return JSONResponse(dict(await _found(kenmerk, lambda: fates(bron, kenmerk))))

    return site


async def _found(receipt: str, look: Callable[[], Answer | None]) -> Answer:
    """What is known of a receipt; what is no receipt is not looked for."""
    found = await _asked(look) if _RECEIPT.fullmatch(receipt) else None
    if found is None:
        raise Refuse(404, "unknown", "Dit kenmerk is nog niet verwerkt of hoort niet bij u.")
    return found


def _caller(front: Front, request: Request) -> Caller:
    """Who calls: by the client certificate if there is one, else by the token."""
    peer: bytes | None = request.scope.get("state", {}).get(PEER)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if peer is not None:
            return front.callers.by_certificate(peer)
        if scheme.lower() == "bearer":
            return front.callers.by_token(token)
        raise Stranger(401)
    except Stranger as stranger:
        front.log.warning("refused", stage="push", status=stranger.status, code="caller")
        raise Refuse(stranger.status, "caller", "Uw certificaat of token geeft geen toegang.") from None


def _may(caller: Caller, source: str) -> None:
    if source not in caller.sources:
        raise Refuse(403, "source", "U mag niet namens deze bron leveren.")


async def _delivered(front: Front, caller: Caller, source: str, request: Request) -> JSONResponse:
    suffix, unpacking, stated = _described(request)
    with spooling(front.spool, front.largest[source]) as spooled:
        await _received(front, request, unpacking, spooled)
        if stated.sha256 is not None and stated.sha256 != spooled.sha256:
            raise Refuse(400, "digest", "De inhoud past niet bij Content-Digest. Lever opnieuw.")
        receipt = await _asked(lambda: front.handing.hand(source, suffix, spooled, stated))
    summary = await _taken(front, source, receipt)
    ASKED.labels("delivered").inc()
    front.log.info("delivered", source=source, receipt=receipt, status=202)
    return JSONResponse(_told(receipt, summary), status_code=202)


def _described(request: Request) -> tuple[str, Unpacking, Stated]:
    """What the headers say of the body."""
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        raise Refuse(400, "length", "De lengte staat er twee keer.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in SUFFIX_OF:
        raise Refuse(415, "type", "Content-Type is geen afgesproken formaat: " + ", ".join(SUFFIX_OF))
    packed = request.headers.get("content-encoding", "").strip().lower()
    if packed not in _PACKED:
        raise Refuse(415, "encoding", "Content-Encoding mag alleen gzip zijn.")
    rows, digest = request.headers.get("aantal-rijen"), request.headers.get("content-digest")
    if rows is not None and not _COUNT.fullmatch(rows):
        raise Refuse(400, "rows", "Aantal-Rijen is geen getal.")
    hashed = _DIGEST.fullmatch(digest) if digest is not None else None
    if digest is not None and hashed is None:
        raise Refuse(400, "digest", "Content-Digest is geen sha-256 volgens RFC 9530.")
    sha256 = base64.b64decode(hashed[1]) if hashed is not None else None
    return SUFFIX_OF[kind], _PACKED[packed](), Stated(None if rows is None else int(rows), sha256)


async def _received(front: Front, request: Request, unpacking: Unpacking, spooled: Spooled) -> None:
    """The body, in at most so much time, never more of it in memory than a piece."""
    try:
        async with asyncio.timeout(front.body_s):
            async for piece in request.stream():
                for plain in unpacking.take(piece):
                    spooled.write(plain)
            unpacking.end()
    except TooLarge:
        raise Refuse(413, "size", "De levering is te groot. Lever in delen.") from None
    except Mispacked:
        raise Refuse(400, "encoding", "De inhoud is geen geldige gzip.") from None
    except TimeoutError:
        raise Refuse(408, "slow", "De levering kwam te langzaam binnen.") from None
    except ClientDisconnect:
        raise Refuse(400, "broken", "De verbinding werd verbroken.") from None


async def _taken(front: Front, source: str, receipt: str) -> Summary:
    """What became of it, once the loop is done: not before every row was acknowledged."""
    try:
        async with asyncio.timeout(front.taken_s):
            while (summary := await _asked(lambda: front.handing.outcome(source, receipt))) is None:
                await asyncio.sleep(0.1)
    except TimeoutError:
        text = "Uw levering is ontvangen en wordt verwerkt. Vraag het kenmerk op, of lever hetzelfde nog eens."
        raise Refuse(503, "waiting", f"{text} Kenmerk: {receipt}", True) from None
    return summary


async def _asked(call: Callable[[], Answer]) -> Answer:
    try:
        return await run_in_threadpool(call)
    except NotTaken as why:
        raise Refuse(400, why.code, why.what) from None
    except (VaultDown, VaultRefused, OSError, psycopg.Error):
        raise Refuse(503, "down", "Wij kunnen nu niets aannemen. Probeer het straks opnieuw.", True) from None


def _told(receipt: str, summary: Summary) -> dict[str, Any]:
    """The answer in Dutch: counts, and of every refused row number, reason and place, never what stood there."""
    return {
        "kenmerk": receipt,
        "toestand": "geweigerd" if summary.whole_refused else "verwerkt",
        "rijen": summary.rows,
        "aangenomen": summary.accepted,
        "dubbel": list(summary.duplicates),
        "geweigerd": [
            {"rij": each.row, "reden": each.reason.value, "uitleg": each.reason.label, "veld": each.field}
            for each in summary.refused
        ],
    }


def _problem(why: Refuse) -> JSONResponse:
    """RFC 9457, and a connection that is not used again: what is left of a body must not be read as a request."""
    ASKED.labels(why.code).inc()
    headers = {"Connection": "close"} | ({"Retry-After": str(_RETRY_S)} if why.retry else {})
    body = {"type": "about:blank", "status": why.status, "title": HTTPStatus(why.status).phrase, "detail": why.what}
    return JSONResponse(body, why.status, headers, media_type="application/problem+json")
