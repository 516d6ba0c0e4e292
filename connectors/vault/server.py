"""The vault's door: HTTP on a unix socket that only its own user's group of processes can reach."""

import json
import os
import socket
import socketserver
import threading
from collections import Counter as Counted
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import MappingProxyType
from typing import Any

from prometheus_client import Counter

from connectors.vault.api import Denial, Principal, Vault, VaultDown, VaultRefused
from connectors.vault.principals import Callers
from connectors.vault.wire import CALLS, LARGEST_BODY
from schemas.scrubbing import error_code

MOST_CONNECTIONS = 64
IDLE_S = 30.0

ASKED = Counter("signaalbrug_vault_calls_total", "Calls on the vault", ["call", "outcome"])

#: Persons that were asked for in vain: somebody probes, or a source is over its ceiling.  Source  privacy.md T7
DENIED = Counter("signaalbrug_vault_denied_persons_total", "Persons asked for in vain", ["principal", "code"])
#: So many denied to one caller are a line in the log, each time anew.
PROBED = 500

_STATUS: Mapping[str, int] = MappingProxyType(
    {
        Denial.UNAUTHENTICATED: 401,
        Denial.NOT_ALLOWED: 403,
        Denial.UNKNOWN_TOKEN: 404,
        Denial.NO_OPEN_RECEIPT: 409,
        Denial.TOO_MANY: 413,
        Denial.INVALID: 422,
        Denial.REASON_MISSING: 422,
        Denial.CEILING: 429,
        Denial.UNKNOWN_QUESTION: 404,
        Denial.UNKNOWN_PERSON: 422,
        Denial.ANSWERED: 409,
        Denial.NOT_THE_SAME: 409,
        Denial.SAME_USER: 403,
    }
)

Answer = tuple[int, Mapping[str, Any]]


class Door:
    """From a request to an answer, without a socket: who asks, what, and what the desk says."""

    def __init__(self, callers: Callers, desk_of: Callable[[Principal], Vault], log: Any) -> None:
        self._callers, self._desk_of, self._log = callers, desk_of, log
        self._denied: Counted[str] = Counted()
        self._lock = threading.Lock()

    def answer(self, path: str, token: str | None, body: bytes) -> Answer:
        """Status and body; whatever goes wrong, no value of the request or a row stands in it."""
        name = path.removeprefix("/v1/")
        label = name if name in CALLS else "unknown"
        try:
            said = self._answered(name, token, body)
        except VaultRefused as refused:
            ASKED.labels(label, "refused").inc()
            self._denied_to(token, str(refused.code), body)
            self._log.warning("refused", stage=label, code=str(refused.code))
            return _STATUS[refused.code], {"code": str(refused.code)}
        except VaultDown:
            ASKED.labels(label, "down").inc()
            self._log.warning("database_down", stage=label)
            return 503, {"code": "down"}
        except Exception as error:
            ASKED.labels(label, "failed").inc()
            self._log.error("failed", stage=label, code=error_code(error))
            return 500, {"code": "failed"}
        ASKED.labels(label, "answered").inc()
        return 200, {"answer": said}

    def _denied_to(self, token: str | None, code: str, body: bytes) -> None:
        """Count what was asked in vain; an unknown caller too, by what its request would have asked."""
        known = self._callers.whose(token or "")
        who, persons = "unknown" if known is None else known.value, _persons_in(body)
        DENIED.labels(who, code).inc(persons)
        with self._lock:
            before = self._denied[who]
            self._denied[who] += persons
            if before // PROBED != self._denied[who] // PROBED:
                self._log.error("probed", source=who, code=code, count=self._denied[who])

    def _answered(self, name: str, token: str | None, body: bytes) -> Any:
        principal = self._callers.whose(token or "")
        if principal is None:
            raise VaultRefused(Denial.UNAUTHENTICATED)
        call = CALLS.get(name)
        if call is None:
            raise VaultRefused(Denial.INVALID)
        try:
            read = json.loads(body)
        except (ValueError, RecursionError):
            raise VaultRefused(Denial.INVALID) from None
        return call.answers.out(getattr(self._desk_of(principal), name)(*call.values(read)))


def _persons_in(body: bytes) -> int:
    """How many persons a request asks about; one when nobody can say."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return 1
    persons = read.get("persons") if isinstance(read, dict) else None
    return len(persons) if isinstance(persons, list) else 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    server: "SocketServer"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST_BODY):
            self.close_connection = True
            return self._say(413, {"code": Denial.INVALID.value})
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        body = self.rfile.read(int(length))
        self._say(*self.server.door.answer(self.path, token if scheme == "Bearer" else None, body))

    def _say(self, status: int, body: Mapping[str, Any]) -> None:
        encoded = json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines are no business of a log."""


class SocketServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A thread per connection, at most so many; one too many is closed at once, and its caller waits."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, door: Door) -> None:
        self.door = door
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(str(path), _Handler, bind_and_activate=False)
        _clear(path)
        before = os.umask(0o177)
        try:
            self.server_bind()
        finally:
            os.umask(before)
        self.server_activate()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a caller that went away is no news, and a traceback may hold values."""


def _clear(path: Path) -> None:
    """Take away the socket of a vault that is gone.

    Raises  SystemExit(3) when one still answers there
    """
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise SystemExit(3)
