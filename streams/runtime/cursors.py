"""How far a step is: its committed cursors beside the ends of the logs, for status and for tests that kill."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer

from schemas.codec import Codec, NotDecoded
from schemas.events.state import Cursor, HouseholdRecord, PersonRecord
from schemas.transport import START, Cluster, reader
from streams.core.step import Step
from streams.runtime.reading import Where, last_by_key, to_end
from streams.runtime.restoring import repair_of
from streams.topology import PARTITION_WIDE


@dataclass(frozen=True, slots=True)
class Left:
    """What lies behind a cursor: how many committed records, and when the oldest was written (ms since 1970)."""

    count: int = 0
    oldest_ms: int | None = None


def left_behind(consumer: Consumer, starts: Mapping[Where, int], repair: str) -> dict[Where, Left]:
    """What committed readers have before them from these offsets on; markers do not count."""
    counted: Counter[Where] = Counter()
    oldest: dict[Where, int] = {}
    for rows in to_end(consumer, starts, repair) if starts else ():
        for raw in rows:
            where = (raw.at.topic, raw.at.partition)
            counted[where] += 1
            oldest[where] = min(raw.timestamp_ms, oldest.get(where, raw.timestamp_ms))
    return {where: Left(counted[where], oldest.get(where)) for where in sorted(starts)}


def followers_left(cluster: Cluster, starts: Mapping[Where, int], name: str) -> dict[Where, Left]:
    """What a follower has before it."""
    with closing(reader(cluster, f"left-{name}")) as consumer:
        return left_behind(consumer, starts, "signaalbrug doctor")


class Books:
    """Reads what a step committed, without being that step."""

    def __init__(self, cluster: Cluster, step: Step[Any], codec: Codec | None = None) -> None:
        self._cluster, self._step, self._codec = cluster, step, codec or Codec()
        self._consumer = reader(cluster, f"books-{step.name}")

    def records(self) -> list[PersonRecord | HouseholdRecord]:
        """The newest record of every key of the changelog, all partitions."""
        partitions = range(self._cluster.partitions)
        starts = {(self._step.changelog, q): START for q in partitions}
        found = []
        for raw in last_by_key(to_end(self._consumer, starts, repair_of(self._step.name))).values():
            if raw.value is None:
                continue
            record = self._codec.decode(self._step.changelog, raw.value)
            assert not isinstance(record, NotDecoded)
            assert isinstance(record, PersonRecord | HouseholdRecord)
            found.append(record)
        return found

    def cursors(self) -> dict[int, Cursor]:
        """The committed cursor of every partition that has one."""
        return {each.cursor.partition: each.cursor for each in self.records() if each.cursor is not None}

    def states(self) -> list[Any]:
        """The committed state of every owner."""
        return [self._step.unwrap(each) for each in self.records() if each.cursor is None]

    def starts(self) -> dict[Where, int]:
        """Where the cursor stands in each topic and partition; a log that was never decided: its beginning."""
        cursors = self.cursors()
        starts: dict[Where, int] = {}
        for q in range(self._cluster.partitions):
            known = {p.topic: p.next_offset for p in cursors[q].positions} if q in cursors else {}
            for topic in (*PARTITION_WIDE, *self._step.topics):
                starts[topic, q] = known.get(topic, START)
        return starts

    def undecided(self) -> dict[Where, int]:
        """How many committed records lie behind the cursor, by topic and partition; markers do not count."""
        return {where: left.count for where, left in self.left().items()}

    def left(self) -> dict[Where, Left]:
        """The same with the time of the oldest of them."""
        return left_behind(self._consumer, self.starts(), repair_of(self._step.name))

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


def undecided(cluster: Cluster, step: Step[Any], codec: Codec | None = None) -> Mapping[Where, int]:
    """How many committed records a step has not decided, by topic and partition."""
    with closing(Books(cluster, step, codec)) as books:
        return books.undecided()


def committed_cursors(cluster: Cluster, step: Step[Any], codec: Codec | None = None) -> Mapping[int, Cursor]:
    """The committed cursor of every partition of a step."""
    with closing(Books(cluster, step, codec)) as books:
        return books.cursors()


def committed_states(cluster: Cluster, step: Step[Any], codec: Codec | None = None) -> list[Any]:
    """The committed state of every owner of a step."""
    with closing(Books(cluster, step, codec)) as books:
        return books.states()
