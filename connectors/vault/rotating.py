"""Another index or sealing key while the vault answers: the file first, then the database's word, then row by row.

1. The new key stands in the file beside the old one. 2. The database says that it is in force: who writes under the
old one is told so and reads the file. 3. Row after row is brought over; a person whose row was not reached yet is
found under the old key. 4. The old key leaves the file. Whenever this is killed, the same command goes on.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
from nacl.utils import random

from connectors.vault.connections import GENERATION_LOCK
from connectors.vault.described import canonical, described_into
from connectors.vault.keys import KEY_BYTES, Generation, Generations, Keys

KINDS = ("index", "sealing")
BATCH = 500
_ROTATING = 7_264_924

Connection = psycopg.Connection[Any]
Rows = Sequence[tuple[Any, ...]]


class RotatesAlready(Exception):
    """Another rotation is under way."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """Which generation is in force now and how many rows were brought over to it this time."""

    kind: str
    generation: int
    rows: int


def rotate(
    kind: str, keys_file: Path, database: Connection, batch: int = BATCH, between: Callable[[], None] = lambda: None
) -> Rotated:
    """Begin with a new key, or go on with what was begun; *database* is the owner's way in, in autocommit.

    Raises  RotatesAlready, UnusableSecrets
    """
    assert kind in KINDS and database.autocommit
    if not _one(database, "select pg_try_advisory_lock(%s)", _ROTATING):
        raise RotatesAlready
    try:
        keys = _begun(kind, keys_file, database)
        between()
        brought = 0
        for rows in _brought(kind, keys, database, batch):
            brought += rows
            between()
        _write(keys_file, _only_newest(kind, keys))
        return Rotated(kind, _newest(kind, keys), brought)
    finally:
        if not database.closed:
            _one(database, "select pg_advisory_unlock(%s)", _ROTATING)


def _begun(kind: str, keys_file: Path, database: Connection) -> Keys:
    """The keys with the new one in force."""
    keys = Keys.read(keys_file)
    in_force = _one(database, f"select {kind}_generation from key_generation")  # noqa: S608
    if _newest(kind, keys) == in_force and len(_of(kind, keys)) == 1:
        keys = _with(kind, keys, {**_of(kind, keys), in_force + 1: random(KEY_BYTES)})
        _write(keys_file, keys)
    if _newest(kind, keys) != in_force:
        with database.transaction():
            database.execute("select pg_advisory_xact_lock(%s)", (GENERATION_LOCK,))
            statement = f"update key_generation set {kind}_generation = %s, changed_at = now()"  # noqa: S608
            database.execute(statement, (_newest(kind, keys),))
    return replace(keys, now=Generation(max(keys.index), max(keys.sealing)))


def _brought(kind: str, keys: Keys, database: Connection, batch: int) -> Iterator[int]:
    version = "index_key_version" if kind == "index" else "key_version"
    for table, (columns, change, bring) in _TABLES[kind].items():
        chosen = f"select {columns} from {table} where {version} < %s limit %s for update"  # noqa: S608
        while True:
            with database.transaction():
                rows = database.execute(chosen, (_newest(kind, keys), batch)).fetchall()
                with database.cursor() as cursor:
                    cursor.executemany(change, [(*bring(keys, row), _newest(kind, keys), row[0]) for row in rows])
            if not rows:
                break
            yield len(rows)


def _person_index(keys: Keys, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (keys.index_of(keys.unseal_bsn(bytes(row[1]))),)


def _question_index(keys: Keys, row: tuple[Any, ...]) -> tuple[Any, ...]:
    described = described_into(json.loads(keys.unseal(bytes(row[1]))))
    return (keys.index_of_description(canonical(described)),)


def _sealed_anew(keys: Keys, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if each is None else keys.seal(keys.unseal(bytes(each))) for each in row[1:])


_Bring = Callable[[Keys, tuple[Any, ...]], tuple[Any, ...]]

#: kind: table: (what is read, the row's key first; what is written; how one becomes the other)
_TABLES: Mapping[str, Mapping[str, tuple[str, str, _Bring]]] = MappingProxyType(
    {
        "index": {
            "person": (
                "pseudonym, sealed",
                "update person set idx = %s, index_key_version = %s where pseudonym = %s",
                _person_index,
            ),
            "identity_question": (
                "id, description",
                "update identity_question set idx = %s, index_key_version = %s where id = %s",
                _question_index,
            ),
        },
        "sealing": {
            "person": (
                "pseudonym, sealed",
                "update person set sealed = %s, key_version = %s where pseudonym = %s",
                _sealed_anew,
            ),
            "receipt": (
                "id, sealed_key",
                "update receipt set sealed_key = %s, key_version = %s where id = %s",
                _sealed_anew,
            ),
            "identity_question": (
                "id, description, candidates, proposed",
                "update identity_question set description = %s, candidates = %s, proposed = %s, key_version = %s"
                " where id = %s",
                _sealed_anew,
            ),
        },
    }
)


def _of(kind: str, keys: Keys) -> Generations:
    return keys.index if kind == "index" else keys.sealing


def _with(kind: str, keys: Keys, generations: Generations) -> Keys:
    return replace(keys, index=generations) if kind == "index" else replace(keys, sealing=generations)


def _newest(kind: str, keys: Keys) -> int:
    return max(_of(kind, keys))


def _only_newest(kind: str, keys: Keys) -> Keys:
    newest = _newest(kind, keys)
    return _with(kind, keys, {newest: _of(kind, keys)[newest]})


def _one(database: Connection, statement: str, *values: Any) -> Any:
    row = database.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def _write(path: Path, keys: Keys) -> None:
    """Whole or not at all, for whom the file was before and nobody else."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(keys.as_json())
        out.flush()
        os.fsync(out.fileno())
    new.chmod(path.stat().st_mode & 0o700)
    new.replace(path)
