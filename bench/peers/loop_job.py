"""The plain job in a bare confluent-kafka loop: one transaction per batch, offsets inside it.

Run     python -m bench.peers.loop_job BROKER RUN
"""

import sys
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

from bench.peers import plain


class Loop:
    """One process with all partitions; the lists live in a dictionary per partition."""

    def __init__(self, broker: str, run: str) -> None:
        self._broker, self._run = broker, run
        self._consumer = Consumer(self._reading(f"plain-loop-{run}"))
        self._producer = Producer(
            {"bootstrap.servers": broker, "transactional.id": f"plain-loop-{run}", "linger.ms": 0}
        )
        self._lists: dict[str, plain.State] = {}

    def _reading(self, group: str) -> dict[str, Any]:
        return {
            "bootstrap.servers": self._broker,
            "group.id": group,
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
        }

    def run(self) -> None:
        """Until it is killed."""
        self._producer.init_transactions(30)
        self._consumer.subscribe([f"plain.in.{self._run}"], on_assign=self._restore)
        while True:
            messages = [m for m in self._consumer.consume(2_000, 0.1) if m.error() is None]
            if messages:
                self._decide(messages)

    def _decide(self, messages: list[Any]) -> None:
        self._producer.begin_transaction()
        offsets: dict[int, int] = {}
        changed: dict[str, tuple[bytes, int, plain.State]] = {}
        for message in messages:
            arrived, key, partition = plain.signal(message.value()), message.key(), message.partition()
            state, alert = plain.decided(self._lists.get(arrived["household"]), arrived)
            self._lists[arrived["household"]] = state
            changed[arrived["household"]] = (key, partition, state)
            offsets[partition] = message.offset() + 1
            if alert is not None:
                self._produce("alert", key, plain.alert_bytes(alert), partition)
        for key, partition, state in changed.values():
            self._produce("changelog", key, plain.state_bytes(state), partition)
        places = [TopicPartition(f"plain.in.{self._run}", q, offset) for q, offset in offsets.items()]
        self._producer.send_offsets_to_transaction(places, self._consumer.consumer_group_metadata(), 30)
        self._producer.commit_transaction(30)

    def _produce(self, topic: str, key: bytes, value: bytes, partition: int) -> None:
        while True:
            try:
                self._producer.produce(f"plain.{topic}.{self._run}", value=value, key=key, partition=partition)
                return
            except BufferError:
                self._producer.poll(0.1)

    def _restore(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        reader = Consumer({**self._reading("plain-loop-unused"), "enable.partition.eof": True})
        waiting = {each.partition for each in partitions}
        reader.assign([TopicPartition(f"plain.changelog.{self._run}", q, OFFSET_BEGINNING) for q in waiting])
        while waiting:
            for message in reader.consume(2_000, 1.0):
                error = message.error()
                if error is None:
                    key, value = message.key() or b"", message.value() or b""
                    self._lists[key.decode()] = plain.state_of(value)
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard(message.partition())
        reader.close()


if __name__ == "__main__":
    Loop(sys.argv[1], sys.argv[2]).run()
