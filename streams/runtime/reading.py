"""What a transactor reads by itself, whoever delivers: its changelog, what was skipped, what lies between."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.events.event import Position
from schemas.following import CannotContinue
from schemas.transport import START, Cluster, reader, timed_out, watermarks
from streams.runtime.raw import Raw

CHUNK = 2_000
PATIENCE_S = 30.0


Where = tuple[str, int]


def to_end(
    consumer: Consumer, starts: Mapping[Where, int], repair: str, ends: dict[Where, int] | None = None
) -> Iterator[list[Raw]]:
    """What partitions hold from *starts* to their present ends, in chunks; *ends* gets where each ended.

    Raises  KafkaException when the broker says nothing for half a minute; CannotContinue when a log has no such
            offset any more
    """
    waiting = set(starts)
    heard = time.monotonic()
    consumer.assign([TopicPartition(*where, _at(consumer, where, at)) for where, at in starts.items()])
    try:
        while waiting:
            messages = consumer.consume(CHUNK, 0.02)
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE_S:
                raise timed_out()
            rows = []
            for message in messages:
                raw = raw_of(message)
                if message.error() is None:
                    rows.append(raw)
                    continue
                _at_end_or_refused(raw.at, message.error(), repair)
                waiting.discard((raw.at.topic, raw.at.partition))
                if ends is not None:
                    ends[raw.at.topic, raw.at.partition] = raw.at.offset
            if rows:
                yield rows
    finally:
        consumer.unassign()


def _at(consumer: Consumer, where: Where, at: int) -> int:
    """The first offset is asked for here: librdkafka asks again only half a second after its first try."""
    return watermarks(consumer, *where)[0] if at == START else at


def raw_of(message: Any) -> Raw:
    """A record of librdkafka in our words."""
    at = Position(message.topic(), message.partition(), message.offset())
    return Raw(at, message.key(), message.value(), message.headers(), message.timestamp()[1])


def _at_end_or_refused(at: Position, error: Any, repair: str) -> None:
    if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        raise CannotContinue(at.topic, at.partition, "het log begint voorbij de boekhouding", repair)
    if error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)


class OwnReader:
    """Reads committed records of one partition number from given offsets to the present end."""

    def __init__(self, cluster: Cluster, client_id: str, partition: int, repair: str) -> None:
        self._consumer: Consumer = reader(cluster, client_id)
        self._partition, self._repair = partition, repair

    def watermarks(self, topic: str) -> tuple[int, int]:
        """First offset of the log and its present end."""
        return watermarks(self._consumer, topic, self._partition)

    def to_end(self, starts: Mapping[str, int], ends: dict[Where, int] | None = None) -> Iterator[list[Raw]]:
        """What these topics hold in this partition."""
        where = {(topic, self._partition): at for topic, at in starts.items()}
        return to_end(self._consumer, where, self._repair, ends)

    def between(self, topic: str, first: int, before: int) -> list[Raw]:
        """The records of [first, before) that exist: markers, aborted and compacted records do not."""
        found: list[Raw] = []
        for rows in self.to_end({topic: first}):
            found.extend(raw for raw in rows if raw.at.offset < before)
            if rows[-1].at.offset >= before - 1:
                break
        return found

    def one(self, topic: str, offset: int) -> Raw:
        """The record at exactly this place.

        Raises  CannotContinue when it is not there
        """
        for rows in self.to_end({topic: offset}):
            if rows[0].at.offset == offset:
                return rows[0]
            break
        raise CannotContinue(topic, self._partition, "het geldende record staat er niet meer", self._repair)

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


def last_by_key(chunks: Iterable[list[Raw]]) -> dict[bytes, Raw]:
    """What compaction would leave."""
    return {raw.key or b"": raw for rows in chunks for raw in rows}
