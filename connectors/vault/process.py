"""The vault as a process: refuses to start where its rows would lie beside anybody else's."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from connectors.brp_client import RECOGNISING_FIELDS, BrpApi, BrpDoor, brp_of
from connectors.vault.api import VaultDown
from connectors.vault.brp_directory import directory_of
from connectors.vault.brp_search import BrpSearch
from connectors.vault.connections import Connections
from connectors.vault.ddl import DATABASE, TABLES, VERSION
from connectors.vault.desk import DAILY_CEILING, Ceilings, Desk
from connectors.vault.directory import Directory
from connectors.vault.identifying import QUESTIONS_KEPT
from connectors.vault.keys import KeyRing
from connectors.vault.postgres import PostgresStore
from connectors.vault.principals import Callers
from connectors.vault.server import Door, SocketServer
from schemas.civil import civil_day
from schemas.databases import connect
from schemas.doors import PREFIX, settings_from
from schemas.migrations import TABLE as VERSION_TABLE
from schemas.migrations import OtherVersion, refuse_other_version
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.scrubbing import error_code

OWN = f"{PREFIX}VAULT_DATABASE"
_TIDY_EVERY_S = 600.0


class VaultSettings(BrpDoor):
    """Settings of the vault alone; VAULT_CEILINGS is `source=persons,…`.

    Without BRP or BRP_URL nobody who is described is certain: all wait for a human.
    """

    vault_database: str
    vault_socket: Path
    vault_keys: Path
    vault_tokens: Path
    daily_ceiling: int = DAILY_CEILING
    vault_ceilings: str = ""
    operations_port: int = 0


def _server_of(url: str) -> tuple[str, str]:
    """Which server a URL means, whatever the database, role or spelling."""
    parts = conninfo_to_dict(url)
    host = str(parts.get("host") or parts.get("hostaddr") or "").rstrip("/").lower()
    return host, str(parts.get("port") or "5432")


def refuse_shared_database(environment: Mapping[str, str]) -> None:
    """Raises SystemExit(2), naming the setting, when another database lies on the vault's own server.

    Source  rules.md 8, house.md 5: a data directory and URL of its own
    """
    own = _server_of(environment[OWN])
    for name, value in environment.items():
        if name.startswith(PREFIX) and name.endswith("DATABASE") and name != OWN and _server_of(value) == own:
            print(f"{OWN} en {name} wijzen dezelfde server aan; de kluis heeft er een voor zich", flush=True)  # noqa: T201
            raise SystemExit(2)


def refuse_foreign_tables(connection: psycopg.Connection[Any]) -> None:
    """Raises SystemExit(2) when this database holds a table that is not the vault's, or lacks one that is."""
    rows = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    if {row[0] for row in rows} - {VERSION_TABLE} != TABLES:
        print(f"{OWN}: deze database is niet (alleen) die van de kluis", flush=True)  # noqa: T201
        raise SystemExit(2)


def _refuse_version(connection: psycopg.Connection[Any]) -> None:
    try:
        refuse_other_version(connection, DATABASE, VERSION)
    except OtherVersion as other:
        print(other, flush=True)  # noqa: T201
        raise


def _ceilings(settings: VaultSettings) -> Ceilings:
    pairs = (pair.partition("=") for pair in settings.vault_ceilings.split(",") if pair)
    try:
        return Ceilings(settings.daily_ceiling, {source.strip(): int(most) for source, _, most in pairs})
    except ValueError:
        print(f"ontbrekende of ongeldige instelling: {PREFIX}VAULT_CEILINGS", flush=True)  # noqa: T201
        raise SystemExit(2) from None


def _ready(connections: Connections, log: Any) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            with connections.transaction() as database:
                database.execute("select 1")
            return True
        except Exception as error:
            log.warning("not_ready", code=error_code(error))
            return False

    return ready


def _directory(settings: VaultSettings) -> Directory:
    """Raises SystemExit(2) naming the setting when it is half set."""
    if settings.brp_url is None and settings.brp_homes_url is None:
        return directory_of(settings.brp)
    brp = brp_of(settings, lambda: civil_day(_now()), RECOGNISING_FIELDS)
    assert isinstance(brp, BrpApi)
    return BrpSearch(brp)


def _now() -> datetime:
    return datetime.now(UTC)


def _tidied(store: PostgresStore, log: Any) -> float:
    """Let go of questions that nobody may keep any longer; returns after how many seconds to look again."""
    try:
        gone = store.forget_questions(_now() - QUESTIONS_KEPT)
        if gone:
            log.info("questions_forgotten", rows=gone)
    except VaultDown:
        log.warning("not_tidied", code="down")
    return _TIDY_EVERY_S


def serve(environment: Mapping[str, str]) -> int:
    """Answer on the socket until SIGTERM; 0 when it stopped in order.

    Raises  SystemExit(2) for settings, secrets or a database that may not be; SystemExit(3) when a vault runs there
    """
    settings = settings_from(environment, VaultSettings)
    refuse_shared_database(environment)
    log = configure_logging("vault")
    ring, callers = KeyRing.read(settings.vault_keys), Callers.read(settings.vault_tokens)
    ceilings = _ceilings(settings)
    with connect(settings.vault_database) as connection:
        _refuse_version(connection)
        refuse_foreign_tables(connection)
    connections = Connections(partial(connect, settings.vault_database))
    store = PostgresStore(connections)
    directory = _directory(settings)
    door = Door(callers, lambda who: Desk(who, store, ring, _now, ceilings, directory), log)
    server = SocketServer(settings.vault_socket, door)
    operations = serve_operations(settings.operations_port, _ready(connections, log))
    stopped = stop_event()
    threading.Thread(target=server.serve_forever, name="socket", daemon=True).start()
    log.info("started", port=operations.server_port)
    while not stopped.wait(_tidied(store, log)):
        pass
    server.shutdown()
    server.server_close()
    settings.vault_socket.unlink(missing_ok=True)
    operations.shutdown()
    connections.close()
    log.info("stopped")
    return 0
