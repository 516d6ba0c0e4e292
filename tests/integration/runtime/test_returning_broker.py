"""A broker that comes back may forget to end a transaction: what was decided again must not stand there twice.

Source  docs/adr/0010
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from schemas.record import OutRecord
from schemas.transport import Cluster, create_topics, enqueue
from signaalbrug.local.kafka import Kafka
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.hanging import written_by
from streams.runtime.transactor import TIMEOUT_MS, Transactor
from streams.topology import HOUSEHOLD, PERSON
from tests.support.probe import PROBE, inputs, owners_of, probe
from tests.support.runs import Sender, events_of, wait_for
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration
PARTITIONS, NAMES_EACH, MOST_RESTARTS = 2, 5, 8


class Away(Exception):
    """The process died with its transaction open."""


@pytest.fixture
def kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kafka]:
    """A broker of its own that looks for timed-out transactions at once: that is when it forgets their markers."""
    write = Kafka._write_settings

    def at_once(self: Kafka) -> Path:
        file = write(self)
        told = file.read_text()
        assert "cleanup.interval.ms=10000" in told
        file.write_text(told.replace("cleanup.interval.ms=10000", "cleanup.interval.ms=500"))
        return file

    monkeypatch.setattr(Kafka, "_write_settings", at_once)
    broker = Kafka.start(tmp_path / "kafka")
    try:
        yield broker
    finally:
        broker.remove()


def opened(cluster: Cluster, partition: int) -> Transactor:
    """As a worker opens it: what the returning broker refuses is tried again."""
    found: list[Transactor] = []

    def opens() -> bool:
        one = probe(cluster, partition)
        try:
            one.open()
        except KafkaException:
            one.close()
            return False
        found.append(one)
        return True

    wait_for(opens, 60, "the partition opens")
    return found[0]


def left_open(cluster: Cluster, partition: int) -> Transactor:
    """A transactor that dies when the records of its transaction lie on the broker."""
    one = opened(cluster, partition)

    def written(records: list[OutRecord]) -> None:
        producer = one._the_producer
        producer.begin_transaction()
        for record in records:
            enqueue(producer, record)
        assert producer.flush(15) == 0
        raise Away

    one._transact = written  # type: ignore[method-assign, assignment]
    return one


def names() -> dict[int, list[str]]:
    few = Cluster("nowhere", partitions=PARTITIONS)
    return {
        q: [name for _, name in zip(range(NAMES_EACH), owners_of(q, few), strict=False)] for q in range(PARTITIONS)
    }


def test_what_a_returning_broker_forgot_to_end_counts_once(kafka: Kafka, figures: Callable[[str], None]) -> None:
    cluster, said = Cluster(kafka.bootstrap, partitions=PARTITIONS), names()
    create_topics(cluster)
    publish_day(cluster, codec(), day(1))
    publish_policy(cluster, codec(), policy())
    rounds = 0
    while rounds < MOST_RESTARTS and not forgot(kafka):
        dying = [left_open(cluster, q) for q in said]
        Sender(cluster).send([each for q in said for each in inputs(said[q], f"round {rounds}", cluster)])
        for one in dying:
            with pytest.raises(Away):
                one.catch_up()
        began = time.monotonic()
        kafka.kill()
        # Longer than a transaction may last: the broker comes back to something that has timed out.
        wait_for(lambda began=began: time.monotonic() - began > TIMEOUT_MS / 1000, 30, "the time is up")  # type: ignore[misc]
        kafka.restart()
        for one in [opened(cluster, q) for q in said]:
            one.close()
        rounds += 1
    counted = Counter(each.signal for each in events_of(cluster, "outcome.v1"))
    figures(f"the broker was killed {rounds} times over open transactions and forgot markers: {forgot(kafka)}")
    assert (len(counted), set(counted.values())) == (rounds * PARTITIONS * NAMES_EACH, {1})
    if not forgot(kafka):
        pytest.skip(f"the broker ended everything in {rounds} restarts: nothing was there to be ended by hand")


def forgot(kafka: Kafka) -> bool:
    """Whether the broker says so since its last start."""
    return "likely deleted already" in (kafka.folder / "kafka.log").read_text(errors="replace")


def test_every_topic_of_a_step_is_swept() -> None:
    beside = {"evidence.v1", "processing.v1", "quarantine.v1"}
    assert set(written_by(PERSON)) == beside | {
        *("contribution.v1", "decision.v1", "outcome.v1", "state.person.v1"),
    }
    assert set(written_by(HOUSEHOLD)) == beside | {"alert.v1", "decision.v1", "outcome.v1", "state.household.v1"}
    assert set(written_by(PROBE)) == beside | {"outcome.v1", "state.person.v1"}
