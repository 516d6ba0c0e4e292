"""Books that do not fit the log any more are put back on it; what was missed for ever is told, not skipped.

Source  rules.md 5: whoever was away longer than tombstones stay cannot learn from the log what is gone
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from schemas.catalogue import Key
from schemas.transport import Cluster, reader, standing_keys, watermarks

Connection = psycopg.Connection[Any]
Standing = Callable[[str], frozenset[Key]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Books that expect an offset which the log does not have: it begins behind it, or ends before it."""

    topic: str
    partition: int
    expected: int
    first: int
    end: int

    @property
    def cut(self) -> bool:
        """Whether the log ends before the books: it was cut, or made anew."""
        return self.end < self.expected

    def __str__(self) -> str:
        where = f"{self.topic} partition {self.partition}"
        if self.cut:
            return f"{where}: the log ends at {self.end}, the books were at {self.expected}"
        missed = self.first - self.expected
        return f"{where}: offsets {self.expected} to {self.first - 1} are missed for ever ({missed})"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to: how much only a missed tombstone could have told, and what the log does not have."""

    name: str
    forgotten: int
    gaps: tuple[Gap, ...]

    def lines(self) -> Iterator[str]:
        """What the operator is told: counts and places, nothing about anybody."""
        yield f"{self.name}: {self.forgotten} forgotten that no longer stand on their topic"
        yield from map(str, self.gaps)


def gap_between(topic: str, partition: int, expected: int, first: int, end: int) -> Gap | None:
    """What the log lacks, if anything, for books that want to go on at *expected*."""
    return Gap(topic, partition, expected, first, end) if first > expected or end < expected else None


#: Takes out what no longer stands, in the transaction that moves the cursor; returns how much that was.
Clean = Callable[[Connection, Standing, Sequence[Gap]], int]


def nothing_to_clean(_: Connection, __: Standing, ___: Sequence[Gap]) -> int:
    """For rooms that keep nothing of compacted topics that others write."""
    return 0


def rebuild_follower(
    connection: Connection,
    cluster: Cluster,
    follower: str,
    topics: Sequence[str],
    clean: Clean,
    now: datetime,
    *,
    again: bool = False,
    dry_run: bool = False,
) -> Rebuilt:
    """Clean the rows and move the cursor of one follower, in one transaction; with *again* to the log's beginning.

    The cursor is locked before the topics are read: whatever the follower wrote down stands on the log by then.
    Time    `now` becomes the age of the cursor
    """
    with connection.transaction(force_rollback=dry_run):
        connection.execute("lock table follower_cursor in share row exclusive mode")
        rows = connection.execute(
            "select topic, partition, next_offset from follower_cursor where follower = %s and topic = any(%s)"
            " order by topic, partition",
            (follower, list(topics)),
        ).fetchall()
        places = _places(cluster, rows)
        gaps = tuple(gap for gap, _ in places if gap is not None)
        forgotten = clean(connection, lambda topic: standing_keys(cluster, topic), gaps) if rows else 0
        for (topic, partition, expected), (gap, first) in zip(rows, places, strict=True):
            connection.execute(
                "update follower_cursor set next_offset = %s, committed_at = %s"
                " where follower = %s and topic = %s and partition = %s",
                (first if again or gap is not None else expected, now, follower, topic, partition),
            )
    return Rebuilt(follower, forgotten, gaps)


def _places(cluster: Cluster, rows: Sequence[tuple[str, int, int]]) -> list[tuple[Gap | None, int]]:
    """For each cursor what the log lacks, and where it begins."""
    consumer = reader(cluster, "rebuild")
    try:
        marks = [watermarks(consumer, topic, partition) for topic, partition, _ in rows]
    finally:
        consumer.close()
    return [
        (gap_between(topic, partition, expected, first, end), first)
        for (topic, partition, expected), (first, end) in zip(rows, marks, strict=True)
    ]
