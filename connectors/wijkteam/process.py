"""The feed's process: projector, tokens and relay as threads of their own, the web beside them.

Settings  BROKER, FEED_PROJECTOR_DATABASE, FEED_WEB_DATABASE, FEED_RELAY_DATABASE, FEED_KEY, VAULT_SOCKET,
VAULT_TOKEN, BRP or BRP_URL and BRP_HOMES_URL, WEB_PORT, OPERATIONS_PORT; optional WEB_HOST, SECURE (1 behind
https), MUNICIPALITY_NAME, CONTACT
"""

import threading
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

import uvicorn

from connectors.brp_client import REVEAL_FIELDS, BrpDoor, brp_of
from connectors.threads import Held, Process
from connectors.vault.client import VaultClient
from connectors.wijkteam import metrics
from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.outbox import relayed
from connectors.wijkteam.projection import TOPICS, projector, reconsidered_all
from connectors.wijkteam.room import WebSettings, clock
from connectors.wijkteam.tokens import counted, filled, forgotten
from connectors.wijkteam.web import app
from schemas.civil import civil_day
from schemas.codec import codec_from
from schemas.databases import connect
from schemas.doors import settings_from
from schemas.following import Follower, rebuild_command
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.record import Recorder
from schemas.transport import Cluster, producer, send

NAME = "wijkteam"
REPAIR = rebuild_command("feed")


class FeedSettings(BrpDoor):
    """What the process needs of its environment."""

    operations_port: int
    web_port: int
    web_host: str = "127.0.0.1"
    feed_projector_database: str
    feed_web_database: str
    feed_relay_database: str
    feed_key: Path
    vault_socket: str
    vault_token: str
    secure: bool = False
    municipality_name: str = "Gemeente Waterrijk"
    contact: str = "toegankelijkheid@waterrijk.example"


def serve(environment: Mapping[str, str]) -> int:
    """Serve until SIGTERM; 0 when it stopped in order, 6 when books and log do not fit."""
    settings = settings_from(environment, FeedSettings)
    cluster, keys = Cluster.from_environment(environment), FeedKeys.from_file(settings.feed_key)
    log, codec = configure_logging(NAME), codec_from(environment)
    process = Process(log, stop_event())
    vault = VaultClient(settings.vault_socket, settings.vault_token)
    to_projector = partial(connect, settings.feed_projector_database)
    follower = Follower("feed", cluster, codec, TOPICS, to_projector, projector(keys), repair=REPAIR)
    web = uvicorn.Server(_web(settings, keys, vault))

    def ready() -> bool:
        return follower.caught_up and web.started and process.beating.get("relay", False)

    operations = serve_operations(settings.operations_port, ready)
    process.start("projector", lambda: follower.run(process.stop, process.trouble("projector")))
    tokens, days = Held(to_projector), Held(to_projector)
    relay = Held(partial(connect, settings.feed_relay_database))
    process.start("tokens", process.again("tokens", lambda: filled(tokens.connection(), keys, vault) > 0))
    recorder, to = Recorder(codec, cluster.partitions), producer(cluster, NAME)
    publishing = lambda records: send(to, records)  # noqa: E731
    process.start(
        "relay",
        process.again("relay", lambda: relayed(relay.connection(), recorder, publishing, clock()) > 0, quiet_s=0.1),
    )
    process.start("days", process.again("days", _days(days), quiet_s=5.0))
    process.start("web", lambda: _run(web, follower, process.stop))
    log.info("started", port=settings.web_port)
    code = process.join()
    operations.shutdown()
    vault.close()
    log.info("stopped", code=str(code))
    return code


def _web(settings: FeedSettings, keys: FeedKeys, vault: VaultClient) -> uvicorn.Config:
    wanted = WebSettings(keys, settings.secure, settings.municipality_name, settings.contact)
    brp = brp_of(settings, lambda: civil_day(clock()), REVEAL_FIELDS)
    site = app(wanted, partial(connect, settings.feed_web_database), vault, brp)
    return uvicorn.Config(
        site,
        host=settings.web_host,
        port=settings.web_port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _run(web: uvicorn.Server, follower: Follower, stop: threading.Event) -> None:
    """Serve in this thread until told to stop; a port that is taken ends the process.

    Nobody is shown anything before the projector has once seen the end of the log: what was taken away while this
    process was down must not be shown again, not even for a second.
    """
    while not follower.caught_up:
        if stop.wait(0.1):
            return
    threading.Thread(target=_end, args=(web, stop), daemon=True).start()
    web.run()
    if not stop.is_set():
        raise RuntimeError("web ended")


def _end(web: uvicorn.Server, stop: threading.Event) -> None:
    stop.wait()
    web.should_exit = True


def _days(held: Held) -> Callable[[], bool]:
    """Once a civil day: what a new day takes away, and what has had its time; meanwhile count what is open."""
    seen: list[date] = []

    def look() -> bool:
        connection, at = held.connection(), clock()
        today = civil_day(at)
        if seen[-1:] != [today]:
            with connection.transaction():
                reconsidered_all(connection, at)
            forgotten(connection, at)
            seen.append(today)
        metrics.open_items(counted(connection))
        return False

    return look
