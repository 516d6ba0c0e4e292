"""The vault's rows in a PostgreSQL of its own: the server sees keyed hashes and sealed bytes, never a BSN."""

import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import psycopg

from connectors.vault.api import Principal, VaultDown
from connectors.vault.store import CallLine, NewPerson, RevealLine, StoredReceipt
from schemas.identity import PersonPseudonym, ReceiptId, TeamId

Connection = psycopg.Connection[Any]
_RECEIPT = "id, principal, source, size, sealed_key, opened_at, closed_at"
_MOST_TRIES = 5


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


class PostgresStore:
    """A `Store` in the database of `ddl.py`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def opened(self, content: bytes, fresh: StoredReceipt) -> tuple[StoredReceipt, bool]:
        with self._connections.transaction() as database:
            database.execute(
                f"insert into receipt (content, {_RECEIPT}) values (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
                " on conflict (content) do nothing",
                (
                    content,
                    fresh.id,
                    fresh.principal.value,
                    fresh.source,
                    fresh.size,
                    fresh.sealed_key,
                    fresh.opened_at,
                    fresh.closed_at,
                ),
            )
            row = database.execute(f"select {_RECEIPT} from receipt where content = %s", (content,)).fetchone()  # noqa: S608
        assert row is not None
        kept = _receipt(row)
        return kept, kept.id == fresh.id

    def receipt(self, receipt: ReceiptId) -> StoredReceipt | None:
        with self._connections.transaction() as database:
            row = database.execute(f"select {_RECEIPT} from receipt where id = %s", (receipt,)).fetchone()  # noqa: S608
        return _receipt(row) if row else None

    def close(self, receipt: ReceiptId, at: datetime) -> None:
        with self._connections.transaction() as database:
            database.execute("update receipt set closed_at = %s where id = %s and closed_at is null", (at, receipt))

    def charge(self, source: str, day: date, persons: int, ceiling: int) -> bool:
        if persons > ceiling:
            return False
        with self._connections.transaction() as database:
            done = database.execute(
                "insert into source_day as d values (%s, %s, %s) on conflict (source, day) do update"
                " set persons = d.persons + excluded.persons where d.persons + excluded.persons <= %s",
                (source, day, persons, ceiling),
            )
            return done.rowcount == 1

    def pseudonyms(self, wanted: Sequence[NewPerson]) -> Mapping[bytes, PersonPseudonym]:
        # In one order, so that two intakes that meet wait for each other and never for both.
        ordered = sorted(wanted, key=lambda person: person.index)
        indexes = [person.index for person in ordered]
        for _ in range(_MOST_TRIES):
            with self._connections.transaction() as database:
                database.execute(
                    "insert into person (idx, pseudonym, sealed)"
                    " select * from unnest(%s::bytea[], %s::text[], %s::bytea[]) on conflict (idx) do nothing",
                    (indexes, [person.pseudonym for person in ordered], [person.sealed for person in ordered]),
                )
                found = _pseudonyms(database, indexes)
            if len(found) == len(indexes):
                return found
        raise VaultDown  # erased between insert and select, time after time

    def found(self, indexes: Sequence[bytes]) -> Mapping[bytes, PersonPseudonym]:
        with self._connections.transaction() as database:
            return _pseudonyms(database, indexes)

    def sealed(self, persons: Sequence[PersonPseudonym]) -> Mapping[PersonPseudonym, bytes]:
        with self._connections.transaction() as database:
            rows = database.execute(
                "select pseudonym, sealed from person where pseudonym = any(%s)", (list(persons),)
            ).fetchall()
        return {PersonPseudonym(pseudonym): bytes(sealed) for pseudonym, sealed in rows}

    def tokens(self, team: TeamId, fresh: Mapping[PersonPseudonym, str]) -> Mapping[PersonPseudonym, str]:
        persons = sorted(fresh)
        with self._connections.transaction() as database:
            database.execute(
                "insert into team_token (team, pseudonym, token) select %s, p.pseudonym, f.token"
                " from unnest(%s::text[], %s::text[]) as f (pseudonym, token) join person p using (pseudonym)"
                " order by p.pseudonym on conflict (team, pseudonym) do nothing",
                (team, persons, [fresh[person] for person in persons]),
            )
            rows = database.execute(
                "select pseudonym, token from team_token where team = %s and pseudonym = any(%s)", (team, persons)
            ).fetchall()
        return {PersonPseudonym(pseudonym): token for pseudonym, token in rows}

    def behind(self, team: TeamId, token: str) -> bytes | None:
        with self._connections.transaction() as database:
            row = database.execute(
                "select p.sealed from team_token t join person p using (pseudonym)"
                " where t.team = %s and t.token = %s",
                (team, token),
            ).fetchone()
        return bytes(row[0]) if row else None

    def erase(self, person: PersonPseudonym) -> None:
        with self._connections.transaction() as database:
            database.execute("delete from person where pseudonym = %s", (person,))

    def log_reveal(self, line: RevealLine) -> None:
        with self._connections.transaction() as database:
            database.execute(
                "insert into reveal_log (at, said, team, username, token, reason) values (%s, %s, %s, %s, %s, %s)",
                (line.at, line.said, line.team, line.user, line.token, line.reason),
            )

    def log_call(self, line: CallLine) -> None:
        with self._connections.transaction() as database:
            database.execute(
                "insert into call_log (at, principal, call, receipt, persons) values (%s, %s, %s, %s, %s)",
                (line.at, line.principal.value, line.call, line.receipt, line.persons),
            )


def _pseudonyms(database: Connection, indexes: Sequence[bytes]) -> Mapping[bytes, PersonPseudonym]:
    rows = database.execute(
        "select idx, pseudonym from person where idx = any(%s::bytea[])", (list(indexes),)
    ).fetchall()
    return {bytes(index): PersonPseudonym(pseudonym) for index, pseudonym in rows}


def _receipt(row: tuple[Any, ...]) -> StoredReceipt:
    identity, principal, source, size, sealed_key, opened_at, closed_at = row
    return StoredReceipt(
        ReceiptId(identity), Principal(principal), source, size, bytes(sealed_key), opened_at, closed_at
    )
