"""What an operator sees of a process: logs with closed fields, metrics, and whether it lives and is ready."""

import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, generate_latest

from schemas.scrubbing import scrubbed

VERSION = "0.1.0.dev0"
#: what ends a process of ours in order
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

#: The only names a log line may carry; anything else is a programming error, found by the first test that logs it.
LOG_FIELDS = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "source",
        "component",
        "step",
        "topic",
        "partition",
        "offset",
        "code",
        "reason",
        "count",
        "rows",
        "accepted",
        "refused",
        "duplicates",
        "receipt",
        "seconds",
        "port",
        "day",
        "policy",
        "stage",
        "attempt",
        "alert",
        "team",
        "method",
        "path",
        "status",
    ]
)

BUILD = Gauge("signaalbrug_build_info", "Which version runs", ["version"])
#: One counter for all who quarantine: connectors and steps.
QUARANTINED = Counter("signaalbrug_quarantined", "What could not be processed", ["stage", "code"])


def _only_known_fields(_: Any, __: str, fields: Any) -> Any:
    unknown = set(fields) - LOG_FIELDS
    if unknown:
        raise AssertionError(f"log fields not in the closed list: {sorted(unknown)}")
    return {name: scrubbed(value) if isinstance(value, str) else value for name, value in fields.items()}


class _Foreign(logging.Formatter):
    """Lines of libraries: their text may hold values, so only logger, level and place are kept."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": "library",
            "source": record.name,
            "level": record.levelname.lower(),
            "code": f"{record.module}:{record.lineno}",
        }
        return json.dumps(line)


def configure_logging(component: str) -> Any:
    """JSON lines on stdout with a closed list of fields; returns the logger of this process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known_fields,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Foreign())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    return structlog.get_logger().bind(component=component)


def stop_event() -> threading.Event:
    """An event that is set when somebody asks this process to stop; to be called in its main thread."""
    stop = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    return stop


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines are no business of a log."""


def serve_operations(
    port: int, ready: Callable[[], bool], info: Mapping[str, str] | None = None, host: str = "127.0.0.1"
) -> WSGIServer:
    """Serve `/metrics`, `/-/alive`, `/-/ready` and `/-/info` beside the process's own work."""
    BUILD.labels(VERSION).set(1)
    facts = json.dumps({"version": VERSION, **(info or {})}).encode()

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY)
            case "/-/alive":
                status, kind, body = "200 OK", "text/plain", b"alive\n"
            case "/-/ready":
                ok = ready()
                status = "200 OK" if ok else "503 Service Unavailable"
                kind, body = "text/plain", b"ready\n" if ok else b"not ready\n"
            case "/-/info":
                status, kind, body = "200 OK", "application/json", facts
            case _:
                status, kind, body = "404 Not Found", "text/plain", b""
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    server = make_server(host, port, answer, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="operations", daemon=True).start()
    return server
