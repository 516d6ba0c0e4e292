"""The database of intake: what became of every row of the deliveries under way, and which versions are known.

No digits of a person, no keys: pseudonyms and keyed hashes, and of a signal its kind and day. The one amount is of
a debt (`claim`): it tells a repeat from a rise, and goes with the person or 184 days after it was last said.
"""

from pathlib import Path
from typing import Any

import psycopg

from schemas.migrations import TABLE, upgrade

DATABASE = "intake"
ROLES: tuple[str, ...] = ("intake",)
#: The newest revision in `intake_migrations/`, where tables are made and changed; intake works with this one alone.
VERSION = "v0002"
MIGRATIONS = Path(__file__).parent / "intake_migrations"

_GRANTS = (
    "grant usage on schema public to intake",
    f"grant select on {TABLE} to intake",
    "grant select, insert, update, delete on delivery, version, row_plan, told, claim, follower_cursor to intake",
)


def install(connection: psycopg.Connection[Any]) -> None:
    """Bring the tables to VERSION and give intake's role what it needs; running it again changes nothing."""
    upgrade(connection, MIGRATIONS)
    for statement in _GRANTS:
        connection.execute(statement)
