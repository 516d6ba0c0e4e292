"""A transaction that nobody ended: found when its partition is opened, and aborted before it counts as committed.

While a broker comes back its partitions have no leader for a moment. When the transaction coordinator wants to
write its markers just then, Kafka 4.3.1 takes the partitions for deleted and skips them ("likely deleted already
and hence can be skipped"): the transaction is ended in its books and open in the logs. Readers stop before it, and
the next commit of the same producer would commit those records too: what was decided again would stand there twice.
Every transaction of a step writes its cursor: the changelog partition, which nobody else writes, tells of it.
Source  ADR 0010
"""

import time

from confluent_kafka import IsolationLevel, Producer
from confluent_kafka.admin import AdminClient

from schemas.catalogue import TOPICS
from schemas.record import OutRecord
from schemas.transport import Cluster, ends_of, enqueue, timed_out
from streams.core.step import Step
from streams.runtime.reading import Where

PATIENCE_S = 15.0
#: written by the shell beside what `decide` emits
_BESIDE = ("evidence.v1", "processing.v1", "quarantine.v1")


def written_by(step: Step[object]) -> tuple[str, ...]:
    """Every topic that a transaction of this step can have written."""
    emitted = (topic.name for topic in TOPICS.values() if topic.carries in step.emits)
    return tuple(sorted({*emitted, *_BESIDE, step.changelog}))


class Hanging:
    """Looks after what the predecessor of a transactional producer left in one changelog partition."""

    def __init__(self, cluster: Cluster, step: Step[object], partition: int) -> None:
        self._cluster, self._step = cluster, step
        self._changelog: Where = (step.changelog, partition)
        self._admin = AdminClient(cluster.client(f"hanging-{step.name}-{partition}"))

    def found(self) -> bool:
        """Whether a transaction is open there; to be asked when `init_transactions` has ended the last one."""
        committed = ends_of(self._admin, [self._changelog], IsolationLevel.READ_COMMITTED)
        written = ends_of(self._admin, [self._changelog], IsolationLevel.READ_UNCOMMITTED)
        return committed[self._changelog] < written[self._changelog]

    def abort(self, producer: Producer) -> None:
        """End it everywhere by a transaction of our own that is aborted: its markers close what is open there.

        Raises  KafkaException when it cannot be ended in time: the partition is opened again later
        """
        producer.begin_transaction()
        for topic in written_by(self._step):
            for partition in range(self._cluster.partitions):
                enqueue(producer, OutRecord(topic, partition, b"nothing", None, ()))
        deadline = time.monotonic() + PATIENCE_S
        if producer.flush(PATIENCE_S):
            raise timed_out()
        producer.abort_transaction(PATIENCE_S)
        while self.found():
            if time.monotonic() > deadline:
                raise timed_out()
            time.sleep(0.05)
