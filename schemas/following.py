"""A follower keeps its own books: rows and cursor change in one transaction, conditional on the cursor it read."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from schemas.admission import RawHeaders, admitted
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event, Position
from schemas.registry import RegistryDown
from schemas.transport import Cluster, reader, watermarks

OLDEST_CURSOR = timedelta(days=6)
REFRESH_AFTER = timedelta(minutes=1)
BATCH, LINGER_S = 500, 0.05

CURSOR_TABLE = """
create table if not exists follower_cursor (
    follower text not null, topic text not null, partition integer not null,
    next_offset bigint not null, committed_at timestamptz not null,
    primary key (follower, topic, partition)
)"""

Apply = Callable[[psycopg.Connection[Any], Sequence["Arrived"]], None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One committed record as it was read, and what it means."""

    at: Position
    event: Event | NotDecoded
    key: bytes
    value: bytes | None
    headers: RawHeaders
    timestamp_ms: int


def rebuild_command(name: str) -> str:
    """What an exit 6 tells to run: *name* is person, household, trail, feed, registers or intake."""
    return f"signaalbrug rebuild {name}"


class Overtaken(Exception):
    """Another process of the same follower moved the cursor: this one's transaction must not count."""


class CannotContinue(SystemExit):
    """The books and the log do not fit any more: exit 6, naming topic and repair; never skip silently."""

    def __init__(self, topic: str, partition: int, why: str, repair: str) -> None:
        super().__init__(6)
        self.what, self.repair = f"{topic} partitie {partition}: {why}", repair
        self.text = f"{self.what}. Herstel: {repair}"

    def __str__(self) -> str:
        return self.text


class Follower:
    """Follows topics from its own cursor and hands each batch to *apply* inside one transaction.

    Time    the clock is used for the age of the cursor only
    Raises  CannotContinue when the cursor is too old or the log starts beyond it
    """

    def __init__(
        self,
        name: str,
        cluster: Cluster,
        codec: Codec,
        topics: Sequence[str],
        connect: Callable[[], psycopg.Connection[Any]],
        apply: Apply,
        *,
        repair: str,
        outages: tuple[type[Exception], ...] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self._cluster, self._codec, self._topics = name, cluster, codec, tuple(topics)
        self._connect, self._apply, self._repair, self._now = connect, apply, repair, now
        self._outages: tuple[type[Exception], ...] = (
            KafkaException,
            psycopg.OperationalError,
            psycopg.InterfaceError,
            Overtaken,
            RegistryDown,
            *outages,
        )
        self._next: dict[tuple[str, int], int] = {}
        self._at_end: set[tuple[str, int]] = set()
        self._refreshed = now()
        self._consumer: Any = None
        self._database: psycopg.Connection[Any] | None = None

    @property
    def caught_up(self) -> bool:
        """Whether every partition was read to its end at the last look, and all of it is committed."""
        return len(self._at_end) == len(self._topics) * self._cluster.partitions

    def open(self) -> None:
        """Read the cursor and take up every partition there."""
        self.close()
        self._database = self._connect()
        self._consumer = reader(self._cluster, f"follower-{self.name}")
        stored = self._stored()
        starts = []
        for topic in self._topics:
            for partition in range(self._cluster.partitions):
                low, _ = watermarks(self._consumer, topic, partition)
                known = stored.get((topic, partition))
                self._check(topic, partition, low, known)
                self._next[topic, partition] = known[0] if known else self._begun(topic, partition, low)
                starts.append(TopicPartition(topic, partition, self._next[topic, partition]))
        self._consumer.assign(starts)

    def _stored(self) -> Mapping[tuple[str, int], tuple[int, datetime]]:
        assert self._database is not None
        with self._database.transaction():
            rows = self._database.execute(
                "select topic, partition, next_offset, committed_at from follower_cursor where follower = %s",
                (self.name,),
            ).fetchall()
        return {(topic, partition): (offset, at) for topic, partition, offset, at in rows}

    def _begun(self, topic: str, partition: int, low: int) -> int:
        """From here on a log that loses its beginning is noticed, also where nothing was read yet."""
        assert self._database is not None
        with self._database.transaction():
            self._database.execute(
                "insert into follower_cursor values (%s, %s, %s, %s, %s) on conflict do nothing",
                (self.name, topic, partition, low, self._now()),
            )
        return low

    def _check(self, topic: str, partition: int, low: int, known: tuple[int, datetime] | None) -> None:
        if known is None:
            return
        if self._now() - known[1] > OLDEST_CURSOR:
            raise CannotContinue(topic, partition, "de boekhouding is ouder dan 6 dagen", self._repair)
        if low > known[0]:
            raise CannotContinue(topic, partition, "het log begint voorbij de boekhouding", self._repair)

    def poll(self, timeout_s: float = 0.5) -> int:
        """Handle what has come; returns how many records were applied and committed."""
        messages = self._messages(timeout_s)
        arrived = [one for one in map(self._arrived, messages) if one]
        if arrived:
            self._commit(arrived)
        self._look_for_ends(messages)
        if self._now() - self._refreshed > REFRESH_AFTER:
            self._refresh()  # also beside traffic: a quiet partition's cursor grows old too
        return len(arrived)

    def _messages(self, timeout_s: float) -> list[Any]:
        """The first that comes and what comes right behind it: `consume` alone waits until the batch is full."""
        first: list[Any] = self._consumer.consume(1, timeout_s)
        return first + self._consumer.consume(BATCH - 1, LINGER_S) if first else first

    def _arrived(self, message: Any) -> Arrived | None:
        where = (message.topic(), message.partition())
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                return None
            if error.code() == KafkaError._AUTO_OFFSET_RESET:
                raise CannotContinue(*where, "het log begint voorbij de boekhouding", self._repair)
            raise KafkaException(error)
        self._at_end.discard(where)
        at = Position(*where, message.offset())
        headers = message.headers()
        partitions = self._cluster.partitions
        event = admitted(self._codec, at, partitions, message.key(), message.value(), headers)
        stamp = message.timestamp()[1]
        return Arrived(at, event, message.key() or b"", message.value(), headers, stamp)

    def _look_for_ends(self, messages: Sequence[Any]) -> None:
        """After the commit: who waits for the end must not act on what is not in the books yet."""
        for message in messages:
            if message.error() is not None:
                self._at_end.add((message.topic(), message.partition()))
            else:
                self._at_end.discard((message.topic(), message.partition()))

    def _commit(self, arrived: Sequence[Arrived]) -> None:
        assert self._database is not None
        ends = {(one.at.topic, one.at.partition): one.at.offset + 1 for one in arrived}
        with self._database.transaction():
            for where in sorted(ends):
                self._advance(where, ends[where])
            self._apply(self._database, arrived)
        self._next |= ends

    def _advance(self, where: tuple[str, int], end: int) -> None:
        assert self._database is not None
        done = self._database.execute(
            "update follower_cursor set next_offset = %s, committed_at = %s"
            " where follower = %s and topic = %s and partition = %s and next_offset = %s",
            (end, self._now(), self.name, *where, self._next[where]),
        )
        if done.rowcount != 1:
            raise Overtaken

    def _refresh(self) -> None:
        assert self._database is not None
        with self._database.transaction():
            self._database.execute(
                "update follower_cursor set committed_at = %s where follower = %s", (self._now(), self.name)
            )
        self._refreshed = self._now()

    def run(self, stop: threading.Event, on_trouble: Callable[[Exception], None]) -> None:
        """Follow until *stop* is set; outages are retried by opening again."""
        wait_s = 0.2
        while not stop.is_set():
            try:
                if self._consumer is None:
                    self.open()
                self.poll()
                wait_s = 0.2
            except self._outages as trouble:
                on_trouble(trouble)
                self.close()
                stop.wait(wait_s)
                wait_s = min(wait_s * 2, 10.0)
        self.close()

    def close(self) -> None:
        """Let go of broker and database; nothing uncommitted is kept."""
        if self._consumer is not None:
            self._consumer.close()
        if self._database is not None:
            self._database.close()
        self._consumer, self._database = None, None
        self._next, self._at_end = {}, set()
