"""A PostgreSQL that lets nobody in without a password and keeps what it acknowledged, also after a kill."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from schemas.databases import connect
from signaalbrug.local import cluster
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.passwords import Passwords
from signaalbrug.local.processes import STOP_SECONDS, Supervisor, wait_until
from signaalbrug.local.state import Started, State, identity

START_SECONDS = 60.0
ROLE_MAY: Final = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


class Postgres:
    """One server and its data."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "postgres.log"
        self.socket = cluster.locate(self.folder).socket
        self._supervisor = supervisor
        self._passwords = Passwords(self.folder / "passwords.json")

    @classmethod
    def start(cls, folder: Path, supervisor: Supervisor | None = None) -> Postgres:
        """A running server on the data of this folder; new when there is none.

        Raises  LocalServerError (a package is missing), AlreadyRunning, NotReady
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        postgres = cls(folder, supervisor or Supervisor(State(folder)))
        postgres.restart()
        return postgres

    @property
    def name(self) -> str:
        """Its name on the list of processes."""
        return self.folder.name

    @property
    def pid(self) -> int | None:
        """The process id of the server while it runs."""
        started = self._supervisor.state.find(self.name)
        return started.pid if started else None

    def restart(self) -> Started:
        """Start the stopped or killed server on the same data."""
        is_new = not self._passwords.know(SUPERUSER)
        files = cluster.prepare(self.folder, self.password_of(SUPERUSER), is_new=is_new)
        started = self._supervisor.start(
            self.name,
            [cluster.program(files, "postgres"), "-D", files.data],
            env=cluster.ENVIRONMENT,
            log=self.log,
            ready=self._ready,
            timeout=START_SECONDS,
            cwd=files.data,
            user=files.user,
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, the data is closed in order
        )
        self._close_databases("postgres", "template1")
        return started

    def stop(self) -> None:
        """Stop the server; its data stays."""
        self._supervisor.stop(self.name)

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would, and return when its children are gone too."""
        children = _children(self.pid)
        self._supervisor.kill(self.name)
        # They notice by themselves; a new server on the same data refuses to start before that.
        wait_until(lambda: all(identity(pid) != born for pid, born in children), STOP_SECONDS)

    def remove(self) -> None:
        """Stop the server and remove its data, also what lies outside the folder."""
        self.stop()
        cluster.remove(self.folder)

    def password_of(self, role: str) -> str:
        """A random password kept for this role in the folder."""
        return self._passwords.of(role)

    def url(self, role: str, password: str, database: str) -> str:
        """What psycopg connects with."""
        who = f"{quote(role, safe='')}:{quote(password, safe='')}"
        where = f"host={quote(str(self.socket), safe='')}&port=5432"
        return f"postgresql://{who}@/{quote(database, safe='')}?{where}"

    @property
    def superuser_url(self) -> str:
        """For the supervisor alone: creates roles and databases, reads everything."""
        return self.url(SUPERUSER, self.password_of(SUPERUSER), SUPERUSER)

    def create_role(self, name: str, password: str) -> None:
        """A role that may log in and nothing else; one that exists is brought back to that."""
        with self._superuser() as connection:
            # The server sees only the verifier, so no log or activity view can hold the password.
            verifier = connection.pgconn.encrypt_password(
                password.encode(), name.encode(), b"scram-sha-256"
            ).decode("ascii")
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
            verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
            connection.execute(
                sql.SQL("{} {} {} PASSWORD {}").format(
                    verb, sql.Identifier(name), sql.SQL(ROLE_MAY), sql.Literal(verifier)
                )
            )

    def create_database(self, name: str, owner: str) -> None:
        """A database that only its owner may enter; one that exists is closed again."""
        with self._superuser() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            verb = sql.SQL("ALTER DATABASE {} OWNER TO {}" if known else "CREATE DATABASE {} OWNER {}")
            connection.execute(verb.format(sql.Identifier(name), sql.Identifier(owner)))
        self._close_databases(name)

    def grant_connect(self, database: str, role: str) -> None:
        """Let this role enter this database."""
        with self._superuser() as connection:
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(role))
            )

    def _close_databases(self, *names: str) -> None:
        with self._superuser() as connection:
            for name in names:
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))

    @contextmanager
    def _superuser(self) -> Iterator[psycopg.Connection]:
        with connect(self.superuser_url) as connection:
            yield connection

    def _ready(self) -> bool:
        try:
            with self._superuser():
                return True
        except psycopg.OperationalError:
            return False


def _children(pid: int | None) -> tuple[tuple[int, str], ...]:
    import psutil  # type: ignore[import-untyped]

    if pid is None:
        return ()
    pids = [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return tuple((child, born) for child in pids if (born := identity(child)))
