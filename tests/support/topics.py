"""What stands on a topic of the real broker now."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.codec import Codec
from schemas.transport import Cluster, reader, watermarks
from tests.support.runs import read_all

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
        ends = [watermarks(consumer, topic, partition) for partition in range(cluster.partitions)]
    return sum(high - low for low, high in ends)


def everything(cluster: Cluster, topic: str) -> list[OnTopic]:
    """Every committed record of the topic, partition by partition in order."""
    found = [
        OnTopic(topic, raw.at.partition, raw.at.offset, raw.key or b"", raw.value, raw.headers or ())
        for raw in read_all(cluster, topic)
    ]
    return sorted(found, key=lambda each: (each.partition, each.offset))
