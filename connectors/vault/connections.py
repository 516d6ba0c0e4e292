"""The ways into the vault's database, and the assurance that the keys in force stay so for a transaction."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from connectors.vault.api import VaultDown
from connectors.vault.keys import Generation
from connectors.vault.store import Moved

Connection = psycopg.Connection[Any]
#: held for a transaction by who writes under a generation, alone by who changes it
GENERATION_LOCK = 7_264_922


class Connections:
    """At most *most* open connections; one that breaks is thrown away.

    Raises  VaultDown when the database cannot be reached
    """

    def __init__(self, connect: Callable[[], Connection], most: int = 8, patience_s: float = 10.0) -> None:
        self._connect, self._patience_s = connect, patience_s
        self._free: queue.LifoQueue[Connection | None] = queue.LifoQueue()
        for _ in range(most):
            self._free.put(None)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, committed when this returns."""
        try:
            taken = self._free.get(timeout=self._patience_s)
        except queue.Empty:
            raise VaultDown from None
        try:
            if taken is None or taken.closed:
                taken = self._connect()
            with taken.transaction():
                yield taken
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if taken is not None:
                taken.close()
            taken = None
            raise VaultDown from None
        finally:
            self._free.put(taken)

    def close(self) -> None:
        """Close what is free."""
        while not self._free.empty():
            taken = self._free.get_nowait()
            if taken is not None:
                taken.close()


def in_force(database: Connection, keys: Generation) -> None:
    """Until this transaction ends no other keys come into force.

    Raises  Moved when others are
    """
    with database.cursor() as cursor:
        # Two statements in one message: the second sees what was there when the lock was had.
        cursor.execute(
            f"select pg_advisory_xact_lock_shared({GENERATION_LOCK});"  # noqa: S608
            "select index_generation, sealing_generation from key_generation"
        )
        cursor.nextset()
        row = cursor.fetchone()
    assert row is not None
    if row != (keys.index, keys.sealing):
        raise Moved(Generation(*row))
