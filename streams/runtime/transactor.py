"""States, outputs and cursor of one partition of one step in one Kafka transaction, whoever delivers.

Source  runtime.md 2; rules.md 2 and 5
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from schemas.record import OutRecord
from schemas.transport import Cluster, enqueue, timed_out, transactional_producer
from streams.core.step import Step
from streams.runtime.books import Books
from streams.runtime.hanging import Hanging
from streams.runtime.metrics import Meter
from streams.runtime.raw import Raw, by_topic
from streams.runtime.reading import OwnReader, Where
from streams.runtime.restoring import repair_of, restored
from streams.runtime.turn import Tools, Turn
from streams.topology import PARTITION_WIDE

#: A quiet partition renews the time of its cursor, or after six quiet days it could not be opened any more.
REFRESH_AFTER = timedelta(minutes=10)
#: After so long the coordinator ends a transaction by itself.
TIMEOUT_MS = 10_000
#: A commit that took longer may have gone over a broker's end and return, which can lose its markers (hanging.py):
#: what came of it is read from the log, by opening again.
DOUBTFUL_S = 2.5
_FENCED = frozenset([KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED])


class Fenced(Exception):
    """Another process opened this partition: nothing this one writes counts any more."""


def wall_clock() -> datetime:
    """The shell's clock: for headers, cursors and processing lines, never for decisions."""
    return datetime.now(UTC)


class Transactor:
    """One partition of one step; it is thrown away, never repaired, when a transaction did not succeed.

    Raises  Fenced, KafkaException from any method that reads or writes; CannotContinue from `open`
    """

    def __init__(
        self,
        step: Step[Any],
        partition: int,
        cluster: Cluster,
        tools: Tools,
        *,
        prefix: str = "",
        meter: Meter | None = None,
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.step, self.partition = step, partition
        self._cluster, self._tools, self._now = cluster, tools, now
        self.transactional_id = f"{prefix}{step.name}-{partition}"
        self._meter = meter or Meter(step.name)
        self._producer: Producer | None = None
        self._reading: OwnReader | None = None
        self._books = Books(step, partition)
        self._held: set[str] = set()
        self._ends: dict[Where, int] = {}
        self._seen_at: dict[str, int] = {}
        self._committed_at = now()

    @property
    def visiting(self) -> bool:
        """Whether a partition-wide record is still on its way along the owners."""
        return self._books.visit is not None

    @property
    def books(self) -> Books:
        """The committed memory, to read."""
        return self._books

    def open(self) -> None:
        """Fence whoever had this partition, read the books, and catch up with every input topic."""
        began = time.monotonic()
        self._take_over()
        self._reading = OwnReader(self._cluster, self.transactional_id, self.partition, repair_of(self.step.name))
        partitions, codec = self._tools.recorder.partitions, self._tools.recorder.codec
        self._books, cursor = restored(self.step, self.partition, partitions, codec, self._reading, self._now())
        if cursor is None:
            self._commit(self._turn())  # from here on, a log that loses its beginning is noticed
        else:
            self._committed_at = cursor.committed_at
        self._meter.restored(time.monotonic() - began, self.partition, self._committed_at, self._books)
        self.catch_up()
        self._seen_at = dict(self._books.positions)

    def _take_over(self) -> None:
        """Fence the predecessor, and see to it that nothing of what it wrote is undecided."""
        producer = self._producer = transactional_producer(self._cluster, self.transactional_id, TIMEOUT_MS)
        or_fenced(lambda: producer.init_transactions(30.0))
        hanging = Hanging(self._cluster, self.step, self.partition)
        if hanging.found():
            or_fenced(lambda: hanging.abort(producer))
            self._meter.hung()

    def catch_up(self) -> None:
        """Read every input topic from the cursor to its present end by itself."""
        self._read_on(PARTITION_WIDE)
        if self._books.in_force.complete:
            self._read_on(self.step.topics)
        self._resume()

    def _look_after(self, behind: Mapping[str, int]) -> None:
        """Catch up when a topic stands still though there is more; of one that moves the rest is on its way."""
        positions, seen_at = self._books.positions, self._seen_at
        if any(count and positions[topic] == seen_at.get(topic) for topic, count in behind.items()):
            self.catch_up()
        self._seen_at = dict(positions)

    def deliver(self, rows: Sequence[Raw]) -> None:
        """Decide what was handed over: what lies before the cursor is dropped, what was skipped is read first."""
        waited = not self._books.in_force.complete
        apart = by_topic(rows)
        for topic in (*PARTITION_WIDE, *self.step.topics):
            if topic in apart and topic not in self._held and (topic in PARTITION_WIDE or not waited):
                self._decide(self._wanted(topic, apart[topic]))
        if waited and self._books.in_force.complete:
            self._read_on(self.step.topics)
        self._resume()

    def tick(self) -> None:
        """Nothing is delivered: go on with a visit, look whether all was delivered, keep the cursor young."""
        if self._books.visit is not None:
            self._visit_on()
            self._resume()
            return
        behind = self._behind()
        self._meter.lag(self.partition, behind)
        self._look_after(behind)
        if self._now() - self._committed_at > REFRESH_AFTER:
            self._commit(self._turn())

    def close(self) -> None:
        """Let go of the broker; nothing uncommitted is kept.

        The producer is dropped, not closed: `close` would abort a transaction, for ever when no broker answers, and
        while its records may be on their way. Who opens the partition next fences it and ends what it left.
        """
        self._producer = None
        if self._reading is not None:
            self._reading.close()
        self._reading = None

    @property
    def _the_producer(self) -> Producer:
        assert self._producer is not None, "opened"
        return self._producer

    def _turn(self) -> Turn:
        return Turn(self._books, self._tools, self._now())

    def _read_on(self, topics: Sequence[str]) -> None:
        assert self._reading is not None
        starts = {topic: self._books.positions[topic] for topic in topics}
        for rows in self._reading.to_end(starts, self._ends):
            for topic, those in by_topic(rows).items():
                new = [raw for raw in those if raw.at.offset >= self._books.positions[topic]]
                if topic in self._held or not new:
                    continue
                self._meter.caught_up(topic, len(new))
                self._decide(new)

    def _behind(self) -> dict[str, int]:
        """Offsets behind the cursor that were not seen to be markers only."""
        assert self._reading is not None
        behind = {}
        for topic, at in self._books.positions.items():
            known = max(at, self._ends.get((topic, self.partition), 0))
            behind[topic] = max(0, self._reading.watermarks(topic)[1] - known)
        return behind

    def _wanted(self, topic: str, rows: Sequence[Raw]) -> Sequence[Raw]:
        """The rows from the cursor on, complete: offsets that were not delivered are read, never assumed empty."""
        assert self._reading is not None
        expected = self._books.positions[topic]
        fresh = [raw for raw in rows if raw.at.offset >= expected]
        fresh = [raw for i, raw in enumerate(fresh) if i == 0 or raw.at.offset > fresh[i - 1].at.offset]
        self._meter.redelivered(topic, len(rows) - len(fresh))
        if not fresh or fresh[-1].at.offset - expected == len(fresh) - 1:
            return fresh
        present = {raw.at.offset for raw in fresh}
        last_gap = max(at for at in range(expected, fresh[-1].at.offset) if at not in present)
        read = self._reading.between(topic, expected, last_gap + 1)
        self._meter.caught_up(topic, sum(raw.at.offset not in present for raw in read))
        return [*read, *(raw for raw in fresh if raw.at.offset > last_gap)]

    def _decide(self, rows: Sequence[Raw]) -> None:
        """Rows of one topic in as many transactions as they need, visits of owners in between."""
        at, held = 0, False
        while at < len(rows) and not held:
            turn = self._turn()
            while at < len(rows) and not turn.full:
                if not turn.take(rows[at]):
                    held = True
                    break
                at += 1
            if turn.inputs:
                self._commit(turn)
                self._meter.decided(rows[at - turn.inputs : at])
            self._visit_on()
        if held:
            self._held.add(rows[at].at.topic)

    def _visit_on(self) -> None:
        if self._books.visit is not None:
            turn = self._turn()
            turn.visit()
            self._commit(turn)

    def _resume(self) -> None:
        """What had to wait for the end of a visit is read again from the cursor."""
        while self._books.in_force.complete and self._books.visit is None and self._held:
            held, self._held = sorted(self._held), set()
            self._read_on(held)

    def _commit(self, turn: Turn) -> None:
        records = turn.records()
        began = time.monotonic()
        try:
            or_fenced(lambda: self._transact(records))
        except Fenced:
            if time.monotonic() - began < TIMEOUT_MS / 1000:
                raise  # else the coordinator ended what took too long: that is no second owner
            raise timed_out() from None
        if time.monotonic() - began > DOUBTFUL_S:
            raise timed_out()
        turn.settle()
        self._committed_at = self._now()
        self._meter.committed(self.partition, time.monotonic() - began, self._committed_at, records, turn)

    def _transact(self, records: Sequence[OutRecord]) -> None:
        producer = self._the_producer
        producer.begin_transaction()
        for record in records:
            enqueue(producer, record)
        producer.commit_transaction(TIMEOUT_MS / 1000)  # once: what does not succeed is thrown away and read again


def or_fenced(transact: Callable[[], object]) -> None:
    try:
        transact()
    except KafkaException as failed:
        if failed.args[0].code() in _FENCED:
            raise Fenced from None
        raise
