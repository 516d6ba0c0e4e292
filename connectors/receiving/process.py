"""The ways in over a network as one process: HTTPS push, SFTP and polling, each where its settings are given."""

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from connectors.files import prepare
from connectors.receiving.callers import Callers
from connectors.receiving.handing_over import HandingOver
from connectors.receiving.polling import Cursor, Polled, Poller, client_of, polled_in
from connectors.receiving.push import Fates, Front, app
from connectors.receiving.sftp import Room, serve_sftp
from connectors.receiving.tls import FrontProtocol, context_of
from connectors.sources import SOURCES, connectors_for
from connectors.threads import Process
from connectors.vault.client import VaultClient
from schemas.databases import connect
from schemas.doors import Door, settings_from, unusable
from schemas.operations import configure_logging, serve_operations, stop_event

NAME = "receiving"


class ReceivingSettings(Door):
    """Settings; a way in whose file or port is not given does not run. `overview_required` is that of intake."""

    vault_socket: Path
    vault_token: str
    database: str
    drop: Path
    state: Path
    callers: Path | None = None
    push_port: int | None = None
    push_host: str = "127.0.0.1"
    push_body_seconds: float = 60.0
    push_most_at_once: int = 32
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_authorities: Path | None = None
    tls_revoked: Path | None = None
    sftp_port: int | None = None
    sftp_host: str = "127.0.0.1"
    sftp_host_key: Path | None = None
    polling: Path | None = None
    overview_required: str = ""
    municipality: str = "9990"
    operations_port: int = 0


def serve(environment: Mapping[str, str], fates: Fates | None = None) -> int:
    """Receive until SIGTERM; 0 when it stopped in order. Without *fates* the front tells of rows at the door only.

    Raises  SystemExit(2) naming a setting or file that cannot be used
    """
    settings = settings_from(environment, ReceivingSettings)
    log, stop = configure_logging(NAME), stop_event()
    prepare(settings.drop, SOURCES)
    process = Process(log, stop)
    started = list[threading.Event]()
    vault = VaultClient(settings.vault_socket, settings.vault_token)
    counted = frozenset(filter(None, settings.overview_required.split(",")))
    handing = HandingOver(settings.drop, vault, partial(connect, settings.database), counted)
    for name, work in _ways(settings, handing, process, log, started, fates).items():
        process.start(name, work)
    operations = serve_operations(settings.operations_port, lambda: all(each.is_set() for each in started))
    log.info("started", port=operations.server_port)
    code = process.join()
    operations.shutdown()
    handing.close()
    vault.close()
    log.info("stopped", code=str(code))
    return code


def _ways(
    settings: ReceivingSettings,
    handing: HandingOver,
    process: Process,
    log: Any,
    started: list[threading.Event],
    fates: Fates | None,
) -> dict[str, Any]:
    """The work of each thread, by name."""
    connectors = connectors_for(settings.municipality)
    largest = {name: each.largest_file for name, each in connectors.items()}
    spool = settings.state / "spool"
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in spool.iterdir():
        left.unlink()  # half a body of a process that was killed: nobody got a receipt for it
    ways: dict[str, Any] = {}
    if settings.push_port is not None:
        front = Front(
            *(_callers(settings), handing, spool, largest, log),
            body_s=settings.push_body_seconds,
            most_at_once=settings.push_most_at_once,
            fates=fates,
        )
        web = _web(settings, front)
        ways["push"] = partial(_serve_push, web, process.stop, _event(started))
    if settings.sftp_port is not None:
        suffixes = {name: each.suffixes for name, each in connectors.items()}
        room = Room(_callers(settings), handing, spool, largest, suffixes, log)
        key = _needed(settings.sftp_host_key, "sftp_host_key")
        ways["sftp"] = partial(_serve_sftp, settings, room, key, process.stop, _event(started))
    if settings.polling is not None:
        for polled in polled_in(settings.polling, frozenset(SOURCES)):
            cursor = Cursor(settings.state / f"{polled.bron}.cursor", polled.eerste)
            http, most = _client(polled), largest[polled.bron]
            poller = Poller(polled, http, cursor, handing, spool, most, log, process.stop.wait)
            name = f"polling-{polled.bron}"
            ways[name] = process.again(name, poller.turn, quiet_s=polled.elke_seconden)
    return ways


def _client(polled: Polled) -> httpx2.Client:
    try:
        return client_of(polled)
    except OSError:
        unusable("polling")


def _event(started: list[threading.Event]) -> threading.Event:
    started.append(threading.Event())
    return started[-1]


def _callers(settings: ReceivingSettings) -> Callers:
    return Callers.read(_needed(settings.callers, "callers"), frozenset(SOURCES))


def _needed(path: Path | None, name: str) -> Path:
    return path if path is not None else unusable(name)


def _web(settings: ReceivingSettings, front: Front) -> uvicorn.Server:
    names = ("tls_certificate", "tls_key", "tls_authorities")
    certificate, key, authorities = (_needed(getattr(settings, name), name) for name in names)
    try:
        required = front.callers.tokens is None
        secured = context_of(certificate, key, authorities, settings.tls_revoked, required)
    except OSError:
        unusable(*names, "tls_revoked")
    return uvicorn.Server(
        uvicorn.Config(
            app(front),
            host=settings.push_host,
            port=settings.push_port or 0,
            http=FrontProtocol,
            ws="none",
            ssl_context_factory=lambda *_: secured,
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=256,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
        )
    )


def _serve_push(web: uvicorn.Server, stop: threading.Event, started: threading.Event) -> None:
    def end() -> None:
        stop.wait()
        web.should_exit = True

    def announce() -> None:
        while not web.started and not stop.wait(0.05):
            pass
        started.set()

    for work in (end, announce):
        threading.Thread(target=work, daemon=True).start()
    web.run()
    if not stop.is_set():
        raise RuntimeError("push ended")


def _serve_sftp(
    settings: ReceivingSettings, room: Room, key: Path, stop: threading.Event, started: threading.Event
) -> None:
    async def listen() -> None:
        acceptor = await serve_sftp(room, settings.sftp_host, settings.sftp_port or 0, key)
        started.set()
        await asyncio.to_thread(stop.wait)
        acceptor.close()

    asyncio.run(listen())
