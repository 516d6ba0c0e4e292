"""One database of one room: its login roles may enter it and nobody else; its tables belong to none of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.postgres import Postgres


def prepare(
    postgres: Postgres,
    database: str,
    roles: Sequence[str],
    install: Callable[[psycopg.Connection[Any]], None],
) -> Mapping[str, str]:
    """Make or mend the database and return the URL of every role; running it again changes nothing."""
    for role in roles:
        postgres.create_role(role, postgres.password_of(role))
    postgres.create_database(database, SUPERUSER)
    for role in roles:
        postgres.grant_connect(database, role)
    with psycopg.connect(postgres.url(SUPERUSER, postgres.password_of(SUPERUSER), database)) as connection:
        install(connection)
    return {role: postgres.url(role, postgres.password_of(role), database) for role in roles}
