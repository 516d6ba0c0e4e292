"""`signaalbrug status`: how far each step and each follower is, from their own books and the ends of the logs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from schemas.codec import Codec
from schemas.transport import Cluster
from streams.runtime.cursors import Books, Left, followers_left
from streams.topology import STEPS

Where = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """One partition of one reader: its cursor per topic, what lies behind it, and since when.

    Units   seconds; None: never committed, nothing undecided
    """

    reader: str
    partition: int
    cursor: Mapping[str, int]
    lag: int
    oldest_undecided_s: float | None
    commit_age_s: float | None


def steps(cluster: Cluster, codec: Codec, now: datetime) -> list[Standing]:
    """Both steps, partition by partition."""
    found = []
    for step in STEPS:
        books = Books(cluster, step, codec)
        try:
            cursors, left = books.cursors(), books.left()
        finally:
            books.close()
        for q in range(cluster.partitions):
            known = cursors.get(q)
            at = {each.topic: each.next_offset for each in known.positions} if known else {}
            found.append(_standing(f"step {step.name}", q, at, left, known.committed_at if known else None, now))
    return found


def followers(cluster: Cluster, connection: psycopg.Connection[Any], now: datetime) -> list[Standing]:
    """Every follower whose cursors stand in this database, partition by partition."""
    rows = connection.execute(
        "select follower, topic, partition, next_offset, committed_at from follower_cursor order by 1, 3, 2"
    ).fetchall()
    found = []
    for name in dict.fromkeys(row[0] for row in rows):
        own = {(row[1], row[2]): row[3] for row in rows if row[0] == name}
        left = followers_left(cluster, own, name)
        for q in sorted({partition for _, partition in own}):
            at = {topic: offset for (topic, partition), offset in own.items() if partition == q}
            committed = min(row[4] for row in rows if (row[0], row[2]) == (name, q))
            found.append(_standing(f"follower {name}", q, at, left, committed, now))
    return found


def _standing(
    reader: str,
    q: int,
    at: Mapping[str, int],
    left: Mapping[Where, Left],
    committed: datetime | None,
    now: datetime,
) -> Standing:
    mine = [each for (_, partition), each in left.items() if partition == q]
    stamps = [each.oldest_ms for each in mine if each.oldest_ms is not None]
    oldest = max(0.0, now.timestamp() - min(stamps) / 1000) if stamps else None
    age = (now - committed).total_seconds() if committed else None
    return Standing(reader, q, dict(at), sum(each.count for each in mine), oldest, age)


def as_json(found: Sequence[Standing]) -> str:
    """Everything, also the cursor of each topic."""
    return json.dumps({"at": datetime.now(UTC).isoformat(), "readers": [asdict(each) for each in found]}, indent=1)


def drawn(found: Sequence[Standing]) -> Table:
    """One line per partition; the cursor as the sum over its topics, so that two looks tell whether it moves."""
    table = Table("reader", "partition", "cursor", "lag", "oldest undecided", "last commit")
    for each in found:
        cursor = str(sum(each.cursor.values())) if each.cursor else "none"
        ages = (_ago(each.oldest_undecided_s, "-"), _ago(each.commit_age_s, "never"))
        table.add_row(each.reader, str(each.partition), cursor, str(each.lag), *ages)
    return table


def _ago(seconds: float | None, otherwise: str) -> str:
    return otherwise if seconds is None else f"{seconds:.0f} s ago"


def show(found: Sequence[Standing], json_asked: bool) -> None:
    """Print it for people or for programs."""
    if json_asked:
        print(as_json(found))
    else:
        Console().print(drawn(found))
