"""The vault as a process: refuses to start where its rows would lie beside anybody else's."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from connectors.vault.ddl import TABLES
from connectors.vault.desk import DAILY_CEILING, Ceilings, Desk
from connectors.vault.keys import Keys
from connectors.vault.postgres import Connections, PostgresStore
from connectors.vault.principals import Callers
from connectors.vault.server import Door, SocketServer
from schemas.databases import connect
from schemas.doors import PREFIX, settings_from
from schemas.doors import Door as Settings
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.scrubbing import error_code

OWN = f"{PREFIX}VAULT_DATABASE"


class VaultSettings(Settings):
    """Settings of the vault alone; VAULT_CEILINGS is `source=persons,…`."""

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
    if {row[0] for row in rows} != TABLES:
        print(f"{OWN}: deze database is niet (alleen) die van de kluis", flush=True)  # noqa: T201
        raise SystemExit(2)


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


def serve(environment: Mapping[str, str]) -> int:
    """Answer on the socket until SIGTERM; 0 when it stopped in order.

    Raises  SystemExit(2) for settings, secrets or a database that may not be; SystemExit(3) when a vault runs there
    """
    settings = settings_from(environment, VaultSettings)
    refuse_shared_database(environment)
    log = configure_logging("vault")
    keys, callers = Keys.read(settings.vault_keys), Callers.read(settings.vault_tokens)
    ceilings = _ceilings(settings)
    with connect(settings.vault_database) as connection:
        refuse_foreign_tables(connection)
    connections = Connections(partial(connect, settings.vault_database))
    store = PostgresStore(connections)
    door = Door(callers, lambda who: Desk(who, store, keys, lambda: datetime.now(UTC), ceilings), log)
    server = SocketServer(settings.vault_socket, door)
    operations = serve_operations(settings.operations_port, _ready(connections, log))
    stopped = stop_event()
    threading.Thread(target=server.serve_forever, name="socket", daemon=True).start()
    log.info("started", port=operations.server_port)
    stopped.wait()
    server.shutdown()
    server.server_close()
    settings.vault_socket.unlink(missing_ok=True)
    operations.shutdown()
    connections.close()
    log.info("stopped")
    return 0
