"""The vault's rows in a PostgreSQL of its own: the server sees keyed hashes and sealed bytes, never a BSN."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.vault.api import Principal, VaultDown
from connectors.vault.connections import Connection, in_force
from connectors.vault.keys import Generation
from connectors.vault.postgres_questions import PostgresQuestions
from connectors.vault.store import CallLine, NewPerson, RevealLine, StoredReceipt
from schemas.identity import PersonPseudonym, ReceiptId, TeamId

_RECEIPT = "id, principal, source, size, sealed_key, opened_at, closed_at"
_MOST_TRIES = 5


class PostgresStore(PostgresQuestions):
    """A `Store` in the database of `ddl.py`."""

    def opened(self, content: bytes, fresh: StoredReceipt, keys: Generation) -> tuple[StoredReceipt, bool]:
        with self._connections.transaction() as database:
            in_force(database, keys)
            database.execute(
                f"insert into receipt (content, key_version, {_RECEIPT})"  # noqa: S608
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (content) do nothing",
                (
                    content,
                    keys.sealing,
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

    def pseudonyms(self, wanted: Sequence[NewPerson], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        # In one order, so that two intakes that meet wait for each other and never for both.
        ordered = sorted(wanted, key=lambda person: person.index)
        indexes = [person.index for person in ordered]
        was, now = _earlier(ordered)
        for _ in range(_MOST_TRIES):
            with self._connections.transaction() as database:
                in_force(database, keys)
                database.execute(
                    _MAKE,
                    (
                        *(keys.index, keys.sealing),
                        *(indexes, [person.pseudonym for person in ordered], [person.sealed for person in ordered]),
                        *(was, now),
                    ),
                )
                rows = _pseudonyms(database, [*indexes, *was])
            brought = {after: rows[before] for before, after in zip(was, now, strict=True) if before in rows}
            found = {index: rows.get(index) or brought[index] for index in indexes if index in {**rows, **brought}}
            if len(found) == len(indexes):
                return found
        raise VaultDown  # erased between insert and select, time after time

    def found(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        with self._connections.transaction() as database:
            in_force(database, keys)
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


#: One statement sees one moment: a row that is being brought over stands under its earlier index or under the new.
_MAKE = """
insert into person (idx, pseudonym, sealed, index_key_version, key_version)
select fresh.*, %s, %s from unnest(%s::bytea[], %s::text[], %s::bytea[]) as fresh (idx, pseudonym, sealed)
where not exists (
    select from unnest(%s::bytea[], %s::bytea[]) as earlier (was, now)
    join person on person.idx = earlier.was where earlier.now = fresh.idx)
on conflict (idx) do nothing
"""


def _earlier(persons: Sequence[NewPerson]) -> tuple[list[bytes], list[bytes]]:
    """Every earlier index, and beside it the one in force."""
    pairs = [(was, person.index) for person in persons for was in person.earlier]
    return [was for was, _ in pairs], [now for _, now in pairs]


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
