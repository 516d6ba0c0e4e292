"""The one factory of Kafka clients: security, isolation, partitions and topics are decided here, nowhere else."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]
from confluent_kafka.cimpl import NewTopic

from schemas.catalogue import TOPICS, Key
from schemas.record import OutRecord

START, END = -2, -1
_NO_LEADER_YET = (
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError._UNKNOWN_PARTITION,
)
#: What `send` raises, for those who may not know the client library.
BrokerTrouble = KafkaException


def timed_out() -> KafkaException:
    """What is raised when the broker did not answer in the time it had, as the client library says it."""
    return KafkaException(KafkaError(KafkaError._TIMED_OUT))


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which cluster, and with what security; extra settings are librdkafka's own names."""

    brokers: str
    partitions: int = 8
    replication: int = 1
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Cluster":
        """Read once, at the door: SIGNAALBRUG_BROKER and any SIGNAALBRUG_KAFKA__<LIBRDKAFKA_NAME>.

        Raises  SystemExit(2) naming the missing setting
        """
        if "SIGNAALBRUG_BROKER" not in environment:
            raise SystemExit("SIGNAALBRUG_BROKER ontbreekt: het adres van de Kafka-broker, bv. 127.0.0.1:9092")
        prefix = "SIGNAALBRUG_KAFKA__"
        extra = {
            name.removeprefix(prefix).lower().replace("_", "."): value
            for name, value in environment.items()
            if name.startswith(prefix)
        }
        partitions = int(environment.get("SIGNAALBRUG_PARTITIONS", "8"))
        return cls(environment["SIGNAALBRUG_BROKER"], partitions, extra=extra)

    def client(self, client_id: str, **settings: Any) -> dict[str, Any]:
        """librdkafka settings of one client."""
        named = {name.replace("_", "."): value for name, value in settings.items()}
        return {
            "bootstrap.servers": self.brokers,
            "client.id": client_id,
            "log.connection.close": False,
            **self.extra,
            **named,
        }


def producer(cluster: Cluster, client_id: str) -> Producer:
    """A producer that neither loses nor doubles on retry; every record names its partition."""
    return Producer(cluster.client(client_id, enable_idempotence=True, acks="all", linger_ms=5))


def transactional_producer(cluster: Cluster, transactional_id: str, timeout_ms: int = 10_000) -> Producer:
    """A producer that fences its predecessor when `init_transactions` is called."""
    settings = cluster.client(transactional_id, transactional_id=transactional_id, linger_ms=0)
    return Producer({**settings, "transaction.timeout.ms": timeout_ms, "enable.idempotence": True})


def reader(cluster: Cluster, client_id: str, **settings: Any) -> Consumer:
    """A consumer that sees committed records only and never lets the group decide where it starts."""
    base = cluster.client(client_id, group_id=f"{client_id}-unused")
    fixed = {
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 50,
        "allow.auto.create.topics": False,
    }
    return Consumer({**base, **fixed, **{name.replace("_", "."): value for name, value in settings.items()}})


def group_reader(cluster: Cluster, group: str, session_s: float) -> Consumer:
    """A member of a group that shares partitions by number: the same number of every topic to the same member.

    Source  runtime.md 2: `range` with one subscription list keeps them together, cooperative-sticky does not
    """
    settings = cluster.client(f"{group}-native", group_id=group)
    fixed = {
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "range",
        "session.timeout.ms": int(session_s * 1000),
        "heartbeat.interval.ms": int(session_s * 250),
        "fetch.wait.max.ms": 50,
        "allow.auto.create.topics": False,
    }
    return Consumer({**settings, **fixed})


def send(to: Producer, records: Iterable[OutRecord], timeout_s: float = 30.0) -> None:
    """Publish and wait for the broker's acknowledgement of every one.

    Raises  KafkaException when any was not acknowledged
    """
    failures: list[KafkaError] = []

    def acknowledged(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error)

    for record in records:
        enqueue(to, record, acknowledged)
    left = to.flush(timeout_s)
    if failures:
        raise KafkaException(failures[0])
    if left:
        raise timed_out()


def enqueue(to: Producer, record: OutRecord, on_delivery: Any = None) -> None:
    """Hand one record to the producer, waiting for room in its queue."""
    while True:
        try:
            to.produce(
                record.topic,
                value=record.value,
                key=record.key,
                partition=record.partition,
                headers=list(record.headers),
                on_delivery=on_delivery,
            )
            return
        except BufferError:
            to.poll(0.1)


def create_topics(cluster: Cluster, names: Sequence[str] | None = None) -> list[str]:
    """Create what is missing of the catalogue; returns the names that were created."""
    admin = AdminClient(cluster.client("signaalbrug-topics"))
    present = admin.list_topics(timeout=15).topics
    missing = [TOPICS[name] for name in names or TOPICS if name not in present]
    new = [
        NewTopic(topic.name, cluster.partitions, cluster.replication, config=topic.settings()) for topic in missing
    ]
    for future in admin.create_topics(new).values() if new else ():
        future.result(30)
    return [topic.name for topic in missing]


def watermarks(consumer: Consumer, topic: str, partition: int, patience_s: float = 15.0) -> tuple[int, int]:
    """First offset of the log and its present end; a partition that chooses its leader is asked again.

    Raises  KafkaException
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=patience_s)
        except KafkaException as refused:
            if refused.args[0].code() not in _NO_LEADER_YET or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return low, high


def ends_of(
    admin: AdminClient, partitions: Sequence[tuple[str, int]], isolation: IsolationLevel
) -> dict[tuple[str, int], int]:
    """The present end of each partition, for readers of committed records or for all there is.

    Raises  KafkaException
    """
    latest: Any = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = {TopicPartition(*where): latest for where in partitions}
    answers = admin.list_offsets(asked, isolation_level=isolation, request_timeout=15)
    return {(at.topic, at.partition): future.result().offset for at, future in answers.items()}


class WholeLog:
    """Partitions read from their first record on, for those who look at everything and keep no books."""

    def __init__(self, cluster: Cluster, client_id: str, partitions: Sequence[tuple[str, int]]) -> None:
        self._partitions = tuple(partitions)
        self._admin = AdminClient(cluster.client(f"{client_id}-ends"))
        self._consumer = reader(cluster, client_id, auto_offset_reset="earliest")
        self._consumer.assign([TopicPartition(*where, OFFSET_BEGINNING) for where in self._partitions])

    def ends(self) -> dict[tuple[str, int], int]:
        """The present end of every partition, as committed readers see it."""
        return ends_of(self._admin, self._partitions, IsolationLevel.READ_COMMITTED)

    def read(self, count: int, wait_s: float) -> list[tuple[Any, bool]]:
        """What has come: each message, and whether it only says that its partition ends there.

        Raises  KafkaException for any other trouble
        """
        return [(message, _is_end(message)) for message in self._consumer.consume(count, wait_s)]

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


def _is_end(message: Any) -> bool:
    error = message.error()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)
    return error is not None


def standing_keys(cluster: Cluster, topic: str) -> frozenset[Key]:
    """The keys of a compacted topic whose newest committed record has a value: what the topic says now.

    Raises  KafkaException when the broker says nothing for half a minute
    """
    consumer = reader(cluster, f"standing-{topic}")
    waiting, standing, silent = set(range(cluster.partitions)), set[Key](), 0
    try:
        consumer.assign([TopicPartition(topic, partition, START) for partition in waiting])
        while waiting:
            messages = consumer.consume(2_000, 1.0)
            silent = 0 if messages else silent + 1
            if silent > 30:
                raise timed_out()
            for message in messages:
                if _is_end(message):
                    waiting.discard(message.partition())
                else:
                    _stands(standing, message)
    finally:
        consumer.close()
    return frozenset(standing)


def _stands(standing: set[Key], message: Message) -> None:
    try:
        key = Key.decode(message.key() or b"")
    except ValueError:
        return  # no key of ours: nobody remembers anything under it
    (standing.discard if message.value() is None else standing.add)(key)
