"""From whatever shape a database has to the newest, step by step; and a process that meets another shape ends.

Each room keeps its revisions in a folder of its own. The first one is the shape that databases had before there
were revisions: made with `if not exists`, it is an old database's stamp and a new one's beginning.
"""

from pathlib import Path
from typing import Any

import psycopg

from schemas.databases import connect

TABLE = "alembic_version"
#: one upgrade at a time, whoever asks
_LOCK = 7_264_921


class OtherVersion(SystemExit):
    """The database has another shape than this release works with: exit 2 before anything is done."""

    def __init__(self, database: str, found: str | None, wanted: str) -> None:
        super().__init__(2)
        self.text = (
            f"database {database} heeft versie {found or 'geen'}, dit programma werkt met {wanted};"
            " herstel: signaalbrug databases prepare, met de versie die u wilt draaien"
        )

    def __str__(self) -> str:
        return self.text


def upgrade(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Bring the database to the newest revision of *folder*, all or nothing; again changes nothing.

    Raises  alembic.util.CommandError when the database is of a revision that is not in this folder
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    script = ScriptDirectory(str(folder), version_locations=[str(folder)])
    # A way in of its own: SQLAlchemy ends what stands open on the one that it is given.
    where: dict[str, Any] = {**connection.info.get_parameters(), "password": connection.info.password}
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**where), poolclass=NullPool)
    with engine.begin() as alchemy:
        alchemy.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
        context = MigrationContext.configure(alchemy, opts={"fn": lambda at, _: script._upgrade_revs("head", at)})
        with Operations.context(context):
            context.run_migrations()


def version_of(connection: psycopg.Connection[Any]) -> str | None:
    """The revision of this database, none where there never was one."""
    there = connection.execute("select to_regclass(%s)", (f"public.{TABLE}",)).fetchone()
    if there is None or there[0] is None:
        return None
    row = connection.execute("select version_num from public.alembic_version").fetchone()
    return str(row[0]) if row else None


def refuse_other_version(connection: psycopg.Connection[Any], database: str, wanted: str) -> None:
    """Raises OtherVersion: an old and a new release never work on one database together (bad_inputs.md F7)."""
    found = version_of(connection)
    if found != wanted:
        raise OtherVersion(database, found, wanted)


def connect_at(url: str, database: str, wanted: str) -> psycopg.Connection[Any]:
    """A connection in autocommit to a database of this revision.

    Raises  OtherVersion; psycopg.OperationalError when nobody answers in time
    """
    connection = connect(url)
    try:
        refuse_other_version(connection, database, wanted)
    except BaseException:
        connection.close()
        raise
    return connection
