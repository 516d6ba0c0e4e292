"""The web's way to the feed: a transaction is always that of one team, or of none and then it sees no row."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

MOST_IDLE = 8


class Database:
    """Lends connections; one that broke is not lent again."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._idle: queue.LifoQueue[psycopg.Connection[Any]] = queue.LifoQueue(MOST_IDLE)

    @contextmanager
    def transaction(
        self, team: str = "", role: str = "", *, snapshot: bool = False
    ) -> Iterator[psycopg.Connection[Any]]:
        """One transaction that sees the rows of this team in the view of this role.

        With `snapshot` all that is read belongs to one moment.
        """
        connection = self._lent()
        try:
            with connection.transaction():
                if snapshot:
                    connection.execute("set transaction isolation level repeatable read")
                connection.execute(
                    "select set_config('app.team', %s, true), set_config('app.role', %s, true)", (team, role)
                )
                yield connection
        finally:
            self._back(connection)

    def close(self) -> None:
        """Let go of every connection that nobody uses."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _lent(self) -> psycopg.Connection[Any]:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return self._connect()
            if not (connection.closed or connection.broken) and _answers(connection):
                return connection
            connection.close()

    def _back(self, connection: psycopg.Connection[Any]) -> None:
        try:
            if connection.closed or connection.broken:
                raise queue.Full
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()


def _answers(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server is still there: it may have gone while the connection lay idle."""
    try:
        with connection.transaction():
            connection.execute("select 1")
    except psycopg.Error:
        return False
    return True
