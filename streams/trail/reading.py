"""The trail read back: everything, or what can be reached from one name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from schemas.catalogue import Key
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event, Forgotten, Position, placed
from streams.core.evidence import sha256
from streams.trail.edges import Edge, Role
from streams.trail.kept import Held, Kept, Name
from streams.trail.shelf import Shelf
from streams.trail.store import read_headers

Connection = psycopg.Connection[Any]
MOST_ROUNDS = 12

_RECORDS = """
select r.*, b.key, b.headers, b.value, b.topic is not null as has_body
from record r left join body b using (topic, partition, "offset")
"""


def _event(at: Position, held: Held, key: bytes, value: bytes | None, codec: Codec) -> Event | None:
    if held is Held.TOMBSTONE:
        named = Key.decode(key)
        return placed(Forgotten(at.topic, named.owner, named.entity), at)
    assert value is not None
    event = codec.decode(at.topic, value)
    return None if isinstance(event, NotDecoded) else placed(event, at)


def _kept(row: Any, codec: Codec) -> Kept:
    at, held = Position(row.topic, row.partition, row.offset), Held(row.held)
    if held in (Held.BODY, Held.TOMBSTONE) and not row.has_body:
        held = Held.ERASED
    bodied = held in (Held.BODY, Held.TOMBSTONE)
    return Kept(
        at=at,
        hash=row.hash,
        name=Name(row.node, row.rev),
        time_ms=row.time_ms,
        trace_id=row.trace_id,
        cause=row.cause,
        receipt=row.receipt,
        row=row.row,
        refusal=row.refusal,
        held=held,
        key=row.key if bodied else None,
        value=row.value if bodied else None,
        headers=read_headers(row.headers) if bodied else (),
        event=_event(at, held, row.key, row.value, codec) if bodied else None,
    )


def records(connection: Connection, codec: Codec, where: str = "", *values: Any) -> Iterator[Kept]:
    """The records that fulfil a condition, in order of place on the log."""
    yield from _read(connection, codec, f"{_RECORDS} {where}", values)


def delivered(connection: Connection, codec: Codec, where: str, *values: Any) -> Iterator[Kept]:
    """The same of what a source may be told of, for a role that may see nothing else."""
    yield from _read(connection, codec, f"select * from delivered {where}", values)  # noqa: S608 - our own text only


def _read(connection: Connection, codec: Codec, query: str, values: tuple[Any, ...]) -> Iterator[Kept]:
    ordered = f'{query} order by topic, partition, "offset"'
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        for row in cursor.execute(ordered, values) if values else cursor.stream(ordered):
            yield _kept(row, codec)


def edges(connection: Connection, where: str = "", *values: Any) -> Iterator[Edge]:
    """The edges that fulfil a condition."""
    for row in connection.execute(f"select * from edge {where}", values):  # noqa: S608 - our own text only
        child, child_rev, parent, parent_rev, role, trace_id, content, *told = row
        yield Edge(child, child_rev, parent, parent_rev, Role(role), trace_id, content, Position(*told))


def everything(connection: Connection, codec: Codec) -> Shelf:
    """The whole trail, for checks over everything."""
    return Shelf(list(records(connection, codec)), edges(connection))


def erasures_asked(connection: Connection) -> bool:
    """Whether anybody was ever erased: before that no body may be missing."""
    row = connection.execute("select exists (select 1 from erasure)").fetchone()
    return bool(row and row[0])


def reachable(connection: Connection, codec: Codec, nodes: Iterable[str]) -> Shelf:
    """The records and edges that can be reached from these names, both ways, and the records that tell of them."""
    known: dict[Position, Kept] = {}
    seen: dict[Edge, None] = {}
    asked: set[str] = set()
    new = set(nodes)
    for _ in range(MOST_ROUNDS):
        if not new:
            break
        asked |= new
        fetched = list(_records_of(connection, codec, new))
        known |= {each.at: each for each in fetched}
        names = {name for each in fetched for name in _names(each)} | {node for node in new if not _is_hub(node)}
        came = list(edges(connection, "where child = any(%s) or parent = any(%s)", list(names), list(names)))
        seen |= dict.fromkeys(came)
        new = {end for edge in came for end in (edge.child, edge.parent, str(edge.told_by))} - asked
    return Shelf(known.values(), seen)


def _names(record: Kept) -> Iterator[str]:
    """By what edges may speak of a record from which the walk goes on."""
    if not _is_hub(record.name.node):
        yield record.name.node
        yield str(record.at)
        if record.held is not Held.TOMBSTONE:
            yield f"sha256/{record.hash}"


def _is_hub(node: str) -> bool:
    """Everything hangs on a policy, a day or a delivery: they are looked at, and the walk ends there."""
    return node.startswith(_HUBS) or node == f"sha256/{sha256(None)}"


_HUBS = ("policy/", "policy.v1/", "day/", "calendar.v1/", "delivery/")


def _records_of(connection: Connection, codec: Codec, nodes: set[str]) -> Iterator[Kept]:
    hashes = sorted(node.removeprefix("sha256/") for node in nodes if node.startswith("sha256/"))
    yield from records(connection, codec, "where node = any(%s) or hash = any(%s)", sorted(nodes), hashes)
    yield from _records_at(connection, codec, {node for node in nodes if _is_place(node)})


def _is_place(node: str) -> bool:
    parts = node.split("/")
    return len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit()


def _records_at(connection: Connection, codec: Codec, places: set[str]) -> Sequence[Kept]:
    if not places:
        return []
    split = [place.split("/") for place in sorted(places)]
    topics, partitions, offsets = ([p[0] for p in split], [int(p[1]) for p in split], [int(p[2]) for p in split])
    where = 'where (topic, partition, "offset") in (select * from unnest(%s::text[], %s::int[], %s::bigint[]))'
    return list(records(connection, codec, where, topics, partitions, offsets))
