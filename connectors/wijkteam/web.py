"""The application: the inbox for people, `/v1` for systems, and what stands on every answer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.brp import Brp
from connectors.vault.api import Vault
from connectors.wijkteam.api import api
from connectors.wijkteam.forms import Stop, error_page
from connectors.wijkteam.inbox import inbox
from connectors.wijkteam.room import Room, WebSettings, clock
from connectors.wijkteam.templates.environment import STATIC
from schemas.scrubbing import error_code

CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: what may be served of static/, and as what; scripts that build it may not
MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
LARGEST_BODY = 16_384


def app(
    settings: WebSettings,
    connect_web: Callable[[], psycopg.Connection[Any]],
    vault: Vault,
    brp: Brp,
    now: Callable[[], datetime] = clock,
) -> FastAPI:
    """The whole web of one feed; everything it touches is a parameter."""
    room = Room(settings, connect_web, vault, brp, now)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        room.database.close()

    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=living)
    site.state.database = room.database
    site.include_router(inbox(room))
    _static(site)
    _errors(site, room)
    site.mount("/v1", api(room))
    site.add_middleware(Around, secure=settings.secure)
    return site


def _static(site: FastAPI) -> None:
    files = {
        path.relative_to(STATIC).as_posix(): (path.read_bytes(), MEDIA[path.suffix])
        for path in STATIC.rglob("*")
        if path.is_file() and path.suffix in MEDIA
    }

    @site.get("/static/{name:path}", include_in_schema=False)
    def static_file(name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        content, media = files[name]
        return Response(content, media_type=media, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _errors(site: FastAPI, room: Room) -> None:
    def page(status: int, alert: str | None = None) -> HTMLResponse:
        return HTMLResponse(error_page(room, status, alert), status)

    @site.exception_handler(Stop)
    def stopped(_: Request, stop: Stop) -> Response:
        return stop.response or page(stop.status, stop.alert)

    @site.exception_handler(RequestValidationError)
    def misread(_: Request, __: RequestValidationError) -> Response:
        return page(400)

    @site.exception_handler(HTTPException)
    def refused(_: Request, refusal: HTTPException) -> Response:
        return page(refusal.status_code)

    @site.exception_handler(psycopg.OperationalError)
    @site.exception_handler(psycopg.InterfaceError)
    def database_down(_: Request, error: psycopg.Error) -> Response:
        structlog.get_logger().warning("waiting", stage="web", code=error_code(error))
        return page(503)


class Around:
    """The headers of every answer, the size of every question, and no error text that could hold a value."""

    def __init__(self, within: ASGIApp, secure: bool) -> None:
        self._within = within
        self._headers = dict(HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._within(scope, receive, send)
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if _too_large(scope):
            return await Response(status_code=413)(scope, receive, with_headers)
        try:
            await self._within(scope, receive, with_headers)
        except Exception as error:
            structlog.get_logger().error("failed", stage="web", code=error_code(error))
            if not started:
                await Response("Er ging iets mis.", 500, media_type="text/plain")(scope, receive, with_headers)


def _too_large(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" in headers or not length.isdigit() or int(length) > LARGEST_BODY
