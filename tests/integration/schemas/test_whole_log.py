"""A whole log is read to its committed end, and what was aborted is seen by nobody."""

import time

import pytest

from schemas.record import OutRecord
from schemas.transport import Cluster, WholeLog, enqueue, producer, send, transactional_producer
from tests.contract.examples import record_of
from tests.support.stories import absence

pytestmark = pytest.mark.integration
TOPIC = "signal.school-attendance.v1"


def _aborted(cluster: Cluster, record: OutRecord) -> None:
    writer = transactional_producer(cluster, "whole-log-test")
    writer.init_transactions(15)
    writer.begin_transaction()
    enqueue(writer, record)
    writer.flush(15)
    writer.abort_transaction(15)


def test_everything_that_was_committed_is_read_once_and_nothing_else(cluster: Cluster) -> None:
    first, second = record_of(absence("kind", 3), TOPIC), record_of(absence("kind", 4, "later"), TOPIC)
    send(producer(cluster, "whole-log-test"), [first])
    _aborted(cluster, second)
    send(producer(cluster, "whole-log-test"), [second])
    where = [(TOPIC, partition) for partition in range(cluster.partitions)]
    log = WholeLog(cluster, "whole-log-test", where)
    ends, read_to, values = log.ends(), dict.fromkeys(where, 0), []
    deadline = time.monotonic() + 30
    while any(read_to[each] < ends[each] for each in where) and time.monotonic() < deadline:
        for message, is_end in log.read(100, 0.1):
            read_to[message.topic(), message.partition()] = message.offset() + (0 if is_end else 1)
            values += [] if is_end else [message.value()]
    log.close()
    assert read_to == ends
    assert values == [first.value, second.value]
