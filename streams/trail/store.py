"""The trail in PostgreSQL: what is written, in one transaction with the cursor, and what the eraser takes out."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg

from schemas.codec import Codec
from schemas.following import Apply, Arrived
from streams.trail.edges import Edge, edges_of
from streams.trail.kept import Held, Kept, erased_in, kept_of, marks_of

Connection = psycopg.Connection[Any]

_INSERT: Mapping[str, str] = {
    "record": (
        'insert into record (topic, partition, "offset", hash, node, rev, time_ms, size, trace_id, cause,'
        ' receipt, "row", refusal, held) values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) on conflict do nothing'
    ),
    "body": "insert into body values (%s,%s,%s,%s,%s,%s) on conflict do nothing",
    "concerns": "insert into concerns values (%s,%s,%s,%s) on conflict do nothing",
    "edge": "insert into edge values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) on conflict do nothing",
    "erasure": "insert into erasure (person) values (%s) on conflict do nothing",
}


def applying(codec: Codec, recorded: Callable[[Sequence[Kept]], None] = lambda _: None) -> Apply:
    """The trail's `apply`: idempotent, in any order of topics; it runs in the caller's transaction."""

    def apply(connection: Connection, arrived: Sequence[Arrived]) -> None:
        erased = erased_in(arrived)
        marks = {each.at: marks_of(each, codec) for each in arrived}
        erased |= _already_erased(connection, frozenset[str]().union(*marks.values()))
        kept = [kept_of(each, bool(marks[each.at] & erased)) for each in arrived]
        _write(connection, kept, arrived, marks, erased, codec)
        recorded(kept)

    return apply


def _already_erased(connection: Connection, marks: frozenset[str]) -> frozenset[str]:
    rows = connection.execute("select person from erasure where person = any(%s)", (list(marks),))
    return frozenset(person for (person,) in rows)


def _write(
    connection: Connection,
    kept: Sequence[Kept],
    arrived: Sequence[Arrived],
    marks: Mapping[Any, frozenset[str]],
    erased: frozenset[str],
    codec: Codec,
) -> None:
    bodied = [each for each in kept if each.held in (Held.BODY, Held.TOMBSTONE)]
    rows: dict[str, list[Sequence[Any]]] = {
        "record": [_record(each, len(one.value or b"")) for each, one in zip(kept, arrived, strict=True)],
        "body": [(*each.at, each.key, written_headers(each.headers), each.value) for each in bodied],
        "concerns": [(mark, *each.at) for each in bodied for mark in sorted(marks[each.at])],
        "edge": [_edge(edge) for one in kept_edges(kept, arrived, codec) for edge in one],
        "erasure": [(mark,) for mark in sorted(erased)],
    }
    with connection.cursor() as cursor:
        for table, values in rows.items():
            if values:
                cursor.executemany(_INSERT[table], values)


def kept_edges(kept: Sequence[Kept], arrived: Sequence[Arrived], codec: Codec) -> Iterable[Iterable[Edge]]:
    """The edges of each record, also of one whose body is not held: they name nobody."""
    for each, one in zip(kept, arrived, strict=True):
        if each.held is not Held.HASH_ONLY:
            yield edges_of(one.event, each.hash, each.trace_id, codec)


def _record(kept: Kept, size: int) -> Sequence[Any]:
    who = (kept.trace_id, kept.cause, kept.receipt, kept.row, kept.refusal)
    # An erased body is a body that was never written here: `held` says what the record was, INSERT-only.
    held = Held.BODY if kept.held is Held.ERASED else kept.held
    return (*kept.at, kept.hash, *kept.name, kept.time_ms, size, *who, held.value)


def _edge(edge: Edge) -> Sequence[Any]:
    return (
        edge.child,
        edge.child_rev,
        edge.parent,
        edge.parent_rev,
        edge.role.value,
        edge.trace_id,
        edge.content_sha256,
        *edge.told_by,
    )


def written_headers(headers: Iterable[tuple[str, bytes]]) -> str:
    """Headers as text that gives the same bytes back."""
    return json.dumps([[name, value.decode("latin-1")] for name, value in headers])


def read_headers(text: str) -> tuple[tuple[str, bytes], ...]:
    """What `written_headers` wrote."""
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(text))


def erase_pending(connection: Connection) -> int:
    """Delete the bodies of everyone whose erasure was asked for; the eraser's work, returns how many went."""
    with connection.transaction():
        gone = connection.execute(
            'delete from body b using concerns c where (b.topic, b.partition, b."offset") ='
            ' (c.topic, c.partition, c."offset") and c.person in (select person from erasure)'
        ).rowcount
        connection.execute("delete from concerns where person in (select person from erasure)")
    return gone
