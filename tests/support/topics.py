"""What stands on a topic of the real broker now."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaException, TopicPartition

from schemas.codec import Codec
from schemas.transport import Cluster, reader, watermarks

_CODEC = Codec()


@dataclass(frozen=True)
class OnTopic:
    """One committed record as it was read."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    @property
    def event(self) -> Any:
        return None if self.value is None else _CODEC.decode(self.topic, self.value)


def count(cluster: Cluster, topic: str) -> int:
    """How many offsets the topic has."""
    with contextlib.closing(reader(cluster, "tests-count")) as consumer:
        ends = [_marks(consumer, topic, partition) for partition in range(cluster.partitions)]
    return sum(high - low for low, high in ends)


def _marks(consumer: Any, topic: str, partition: int) -> tuple[int, int]:
    """Watermarks, asked again while a new partition chooses its leader."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return watermarks(consumer, topic, partition)
        except KafkaException:
            if time.monotonic() > deadline:
                raise


def everything(cluster: Cluster, topic: str) -> list[OnTopic]:
    """Every committed record of the topic, partition by partition in order."""
    found = []
    with contextlib.closing(reader(cluster, "tests-read")) as consumer:
        marks = {partition: _marks(consumer, topic, partition) for partition in range(cluster.partitions)}
        consumer.assign([TopicPartition(topic, partition, low) for partition, (low, _) in marks.items()])
        ended: set[int] = set()
        while len(ended) < cluster.partitions:
            for message in consumer.consume(2_000, 1.0):
                if message.error() is not None:
                    ended.add(message.partition())
                    continue
                found.append(
                    OnTopic(
                        topic,
                        message.partition(),
                        message.offset(),
                        message.key(),
                        message.value(),
                        message.headers() or (),
                    )
                )
    return sorted(found, key=lambda each: (each.partition, each.offset))
