"""The broker of a laptop keeps what it acknowledged, on the port where its clients look for it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from signaalbrug.local.errors import AlreadyRunning
from signaalbrug.local.jars import read_lock
from signaalbrug.local.kafka import LOCK, Kafka
from signaalbrug.local.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker that these tests may kill."""
    kafka = Kafka.start(tmp_path_factory.mktemp("broker"), heap="512m")
    try:
        yield kafka
    finally:
        kafka.stop()


def topic(kafka: Kafka) -> str:
    name = f"local-{uuid.uuid4()}"
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})  # its answer comes only while it is held
    admin.create_topics([NewTopic(name, 1)])[name].result(30)
    return name


def publish(kafka: Kafka, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "enable.idempotence": True})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30) == 0


def read(kafka: Kafka, topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "test"})
    consumer.assign([TopicPartition(topic, 0, 0)])
    try:
        return [message.value() for message in consumer.consume(count, timeout=30)]
    finally:
        consumer.close()


def test_the_broker_runs_the_version_of_the_lock(servers: Servers) -> None:
    (locked,) = {jar.version for jar in read_lock(LOCK) if jar.group == "org.apache.kafka"}
    printed = set(re.findall(r"Kafka version: (\S+)", servers.kafka.log.read_text()))

    assert printed == {locked}


def test_a_killed_broker_comes_back_at_its_address_with_what_it_acknowledged(kafka: Kafka) -> None:
    signals, address, before = topic(kafka), kafka.bootstrap, kafka.pid
    publish(kafka, signals, b"one", b"two")

    kafka.kill()
    assert kafka.pid is None
    kafka.restart()

    assert (kafka.bootstrap, kafka.pid != before) == (address, True)
    assert read(kafka, signals, 2) == [b"one", b"two"]


def test_a_stopped_broker_comes_back_with_its_data_for_whoever_starts_it(kafka: Kafka) -> None:
    signals = topic(kafka)
    publish(kafka, signals, b"one")
    kafka.stop()

    again = Kafka.start(kafka.folder, heap="512m")

    assert again.bootstrap == kafka.bootstrap
    assert read(kafka, signals, 1) == [b"one"]


def test_a_second_broker_on_the_same_folder_is_refused(kafka: Kafka) -> None:
    with pytest.raises(AlreadyRunning):
        Kafka.start(kafka.folder)


def test_a_topic_that_nobody_declared_is_refused_and_does_not_appear(kafka: Kafka) -> None:
    refusals: list[KafkaError | None] = []
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "topic.metadata.propagation.max.ms": 500})
    producer.produce("nobody-declared-me", b"lost?", on_delivery=lambda error, _: refusals.append(error))
    producer.flush(30)

    assert [refusal.code() for refusal in refusals if refusal] == [KafkaError.UNKNOWN_TOPIC_OR_PART]
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    assert "nobody-declared-me" not in admin.list_topics(timeout=10).topics


def test_the_broker_listens_on_this_machine_alone(kafka: Kafka) -> None:
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    ports = {f"{port:04X}" for port in (kafka.ports.broker, kafka.ports.controller)}
    addresses = {
        local.partition(":")[0]
        for line in listening.splitlines()
        if len(line.split()) > 3 and line.split()[3] == "0A"
        for local in [line.split()[1]]
        if local.partition(":")[2] in ports
    }

    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert addresses
