"""The stores that are scanned: records as decoded, dumps of databases, and logs."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from schemas.following import Arrived
from signaalbrug.leaks import Store

PART = 4_000_000
OVERLAP = 200

#: Fields and columns that count, place or time something: a number there is no BSN.  Source  rules.md 1
NUMERIC = frozenset(
    (
        "number",
        "row",
        "rows",
        "offset",
        "partition",
        "cause_offset",
        "cause_partition",
        "next_offset",
        "size",
        "revision",
        "accepted",
        "duplicates",
        "told_offset",
        "told_partition",
        "position",
        "count",
        "seconds",
        "port",
        "attempt",
        "time_ms",
        "ordinal",
        "id",
        "retention_days",
        "calendar_offset",
        "policy_offset",
        "order_ms",
    )
)


def records_store(name: str, arrived: Sequence[Arrived]) -> Store:
    """Every record: key, headers, raw value, and the decoded fields in which a number would be a leak."""
    extra: list[bytes] = []

    def read() -> Iterator[bytes]:
        yield from _gathered(_rendered(each) for each in arrived)
        # The canary goes through the same gathering as a value would.
        yield from _gathered(iter(extra))

    return Store(name, read, _listed(extra), _tokens_of_records)


_FIELDS = b"\x1e"


def _rendered(arrived: Arrived) -> bytes:
    headers = b" ".join(key.encode() + b"=" + (value or b"") for key, value in arrived.headers or ())
    said = " ".join(_said(arrived.event)).encode()
    return b"\x1d".join((arrived.key, arrived.value or b"", headers)) + _FIELDS + said + _FIELDS + arrived.key


def _said(value: Any, name: str = "") -> Iterator[str]:
    """The decoded content as words; numbers of counting fields, days and bytes left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name != "at":
                yield from _said(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for each in value:
            yield from _said(each, name)
    elif isinstance(value, Enum):
        yield str(value.value)
    elif value is not None and not isinstance(value, date | bytes) and name not in NUMERIC:
        yield str(value)


def _tokens_of_records(part: bytes) -> str:
    """Key, and what the decoded fields say: the raw bytes hold counting fields too."""
    pieces = part.split(_FIELDS)
    return b" ".join(pieces[1::2] + [piece.split(b"\n")[0] for piece in pieces[2::2]]).decode("utf-8", "replace")


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces joined to parts that are worth a search."""
    part: list[bytes] = []
    size = 0
    for piece in pieces:
        part.append(piece)
        size += len(piece)
        if size > PART:
            yield b"\n".join(part)
            part, size = [], 0
    if part:
        yield b"\n".join(part)


def _listed(extra: list[bytes]) -> Callable[[bytes], AbstractContextManager[None]]:
    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        extra.append(canary)
        try:
            yield
        finally:
            extra.remove(canary)

    return plant


def database_store(name: str, url: str) -> Store:
    """A dump of every table of a database, by the superuser; the canary is a table of its own, gone afterwards."""

    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        table = sql.Identifier(f"canary_{uuid4().hex[:8]}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("create table {} (text bytea, body text)").format(table))
            try:
                readable = canary.replace(b"\0", b"").decode("latin-1")
                connection.execute(sql.SQL("insert into {} values (%s, %s)").format(table), (canary, readable))
                yield
            finally:
                connection.execute(sql.SQL("drop table {}").format(table))

    def read() -> Iterator[bytes]:
        yield from _gathered(_dump(url))
        yield from _gathered(_columns(url))

    return Store(name, read, plant, _tokens_of_columns)


def _dump(url: str) -> Iterator[bytes]:
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
            " and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
        ).fetchall()
        for schema, table in tables:
            copy = sql.SQL("copy {}.{} to stdout").format(sql.Identifier(schema), sql.Identifier(table))
            with connection.cursor() as cursor, cursor.copy(copy) as rows:
                for row in rows:
                    yield bytes(row)


def _columns(url: str) -> Iterator[bytes]:
    """Every column in which a number that could be a BSN would be a leak: counts, places and times left out."""
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " join information_schema.tables using (table_schema, table_name) where table_type = 'BASE TABLE'"
            " and table_schema not in ('pg_catalog', 'information_schema') and not (data_type = any(%s))"
            " order by 1, 2, 3",
            (_NOT_TEXT,),
        ).fetchall()
        for schema, table, column in columns:
            if column not in NUMERIC:
                query = sql.SQL("select {}::text from {}.{}").format(*map(sql.Identifier, (column, schema, table)))
                values = "\n".join(text for (text,) in connection.execute(query) if text)
                yield _FIELDS + values.encode() + _FIELDS


_NOT_TEXT = ["bytea", "date", "timestamp with time zone", "boolean", "double precision", "real"]


def _tokens_of_columns(part: bytes) -> str:
    return b"\n".join(part.split(_FIELDS)[1::2]).decode("utf-8", "replace")


def logs_store(name: str, files: Sequence[Path], ours: bool = True) -> Store:
    """Log files; of our own JSON lines also the numbers, of libraries and servers only the identities."""

    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        # A file of its own beside the first: nobody's log is written in.
        beside = (files[0].parent if files else Path()) / f"canary-{uuid4().hex[:8]}.log"
        beside.write_bytes(canary)
        planted.append(beside)
        try:
            yield
        finally:
            planted.remove(beside)
            beside.unlink()

    planted: list[Path] = []
    return Store(name, lambda: _files([*files, *planted]), plant, _tokens_of_log if ours else None)


def _files(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        with file.open("rb") as log:
            tail = b""
            while piece := log.read(PART):
                yield tail + piece
                tail = piece[-OVERLAP:]


def _tokens_of_log(part: bytes) -> str:
    """What log lines say outside their counting fields; a line that is no JSON counts whole."""
    kept: list[str] = []
    for line in part.decode("utf-8", "replace").splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            kept.append(line)
            continue
        if isinstance(fields, dict):
            kept += [str(value) for key, value in fields.items() if key not in NUMERIC and key != "timestamp"]
    return "\n".join(kept)
