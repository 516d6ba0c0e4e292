"""The vault's database: no BSN in clear, and three logs to which its own role can only add."""

from pathlib import Path
from typing import Any

import psycopg

from schemas.migrations import TABLE, upgrade

DATABASE = "vault"
ROLES: tuple[str, ...] = ("vault",)
#: The newest revision in `migrations/`; a vault works with this one alone.
VERSION = "v0002"
MIGRATIONS = Path(__file__).parent / "migrations"
TABLES = frozenset(
    {
        *("person", "team_token", "receipt", "source_day", "key_generation"),
        *("reveal_log", "call_log", "identity_question", "identity_log"),
    }
)
#: What holds rows about persons and deliveries: a test empties these.
EMPTIED = TABLES - {"key_generation"}

_GRANTS = f"""
revoke all on all tables in schema public from vault;
revoke create on schema public from public;
grant usage on schema public to vault;
grant select on {TABLE}, key_generation to vault;
grant select, insert, delete on person to vault;
grant select, insert on team_token to vault;
grant select, insert on receipt to vault;
grant update (closed_at) on receipt to vault;
grant select, insert, update on source_day to vault;
grant select, insert, delete on identity_question to vault;
grant update (doubt, candidates, description, key_version, status, changed_at, changed_by, proposed, person)
    on identity_question to vault;
grant insert on reveal_log, call_log, identity_log to vault;
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Bring the tables to VERSION and give the vault's role exactly what it needs; again changes nothing."""
    upgrade(connection, MIGRATIONS)
    connection.execute(_GRANTS)
