"""confluent-kafka hands records over: for catch-up, replay and load; believed in nothing else, like Faust.

Source  runtime.md 2; its group is another than Faust's, and the two are never run at once
"""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from schemas.scrubbing import error_code
from schemas.transport import Cluster, group_reader
from streams.core.step import Step
from streams.runtime.holding import BROKEN, CONTESTED, Ended, Holding
from streams.runtime.reading import raw_of
from streams.topology import PARTITION_WIDE

CONSUME, WAIT_S = 2_000, 0.1
COMMITTED_WAIT_S = 5
Place = tuple[str, int]
#: What a group answers to somebody who is no member any more.
_NO_MEMBER = frozenset(
    [
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError._ASSIGNMENT_LOST,
        KafkaError._STATE,
    ]
)
#: What a broker that is away, or has just come back, says. Of what a consumer is refused librdkafka does not say
#: whether it passes: `retriable()` is false for all of these.
_PASSES = frozenset(
    [
        KafkaError._WAIT_COORD,
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.NETWORK_EXCEPTION,
    ]
)


#: What does not pass by itself: the process ends and says so, instead of going silent on a partition.
_DENIED = frozenset(
    [
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.SASL_AUTHENTICATION_FAILED,
    ]
)


class _Delivering:
    """One member of the group; its commits are hints, and the question whether it still is a member."""

    def __init__(self, step: Step[Any], consumer: Consumer, holding: Holding, ask_every_s: float) -> None:
        self._topics = (*PARTITION_WIDE, *step.topics)
        self._step, self._consumer, self._holding = step, consumer, holding
        self._ask_every_s, self._asked_at = ask_every_s, 0.0
        self._hints: dict[Place, int] = {}
        self._paused = False

    def run(self, stop: asyncio.Event) -> None:
        """Hand over what comes until *stop* is set."""
        self._consumer.subscribe(list(self._topics), on_assign=self._assigned, on_revoke=self._revoked)
        while not stop.is_set():
            for message in self._consumer.consume(CONSUME, WAIT_S):
                self._take(message)
            self._keep_pace()
            if time.monotonic() - self._asked_at > self._ask_every_s:
                self._ask()

    def _take(self, message: Any) -> None:
        error = message.error()
        if error is None:
            self._hints[message.topic(), message.partition()] = message.offset() + 1
            self._holding.offer(raw_of(message))
        elif error.fatal() or error.code() in _DENIED:
            raise KafkaException(error)

    def _keep_pace(self) -> None:
        """Back-pressure: while there is no room nothing is fetched, and the group still hears from us."""
        if self._paused != (not self._holding.has_room):
            turn = self._consumer.resume if self._paused else self._consumer.pause
            turn(self._consumer.assignment())
            self._paused = not self._paused

    def _ask(self) -> None:
        """A commit that the group accepts says that this worker is a member still."""
        self._asked_at = asked_at = time.monotonic()
        if not self._hints:
            self._hints = _hints_of(self._committed(self._consumer, self._consumer.assignment()) or ())
        if not self._hints:
            return
        offsets = [TopicPartition(*where, offset) for where, offset in self._hints.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as refused:
            if refused.args[0].code() in _NO_MEMBER | _PASSES:
                return  # not a member, or nobody to say so: the transactors find out by themselves
            raise
        self._holding.confirmed(asked_at)

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        known = self._committed(consumer, partitions)
        self._hints = _hints_of(known or ())
        consumer.assign([_from(at, OFFSET_END) for at in partitions] if known is None else list(map(_from, known)))
        self._paused = False
        numbers = {at.partition for at in partitions}
        if len(partitions) != len(numbers) * len(self._topics):
            self._holding.end(Ended(CONTESTED, f"stap {self._step.name}: partities van een nummer raakten uiteen"))
        self._holding.assigned(numbers)

    @staticmethod
    def _committed(consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition] | None:
        """The group's offsets, negative where it has none; None when nobody can tell them now: they are hints."""
        try:
            return consumer.committed(partitions, timeout=COMMITTED_WAIT_S) if partitions else []
        except KafkaException as refused:
            if refused.args[0].code() not in _NO_MEMBER | _PASSES:
                raise
            return None

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._hints = {}
        self._holding.revoked({at.partition for at in partitions})


def _from(at: TopicPartition, otherwise: int = OFFSET_BEGINNING) -> TopicPartition:
    """Where to begin: at the group's offset, or where it has none; the transactors read what is not delivered."""
    return TopicPartition(at.topic, at.partition, at.offset if at.offset >= 0 else otherwise)


def _hints_of(known: Iterable[TopicPartition]) -> dict[Place, int]:
    return {(at.topic, at.partition): max(at.offset, 0) for at in known}


async def deliver_natively(
    step: Step[Any],
    cluster: Cluster,
    holding: Holding,
    stop: asyncio.Event,
    *,
    prefix: str,
    state: Path,
    session_s: float,
) -> None:
    """Hand over what comes until *stop* is set; trouble that does not pass ends the process."""
    consumer = group_reader(cluster, f"{prefix}step-{step.name}-native", session_s)
    delivering = _Delivering(step, consumer, holding, session_s / 4)
    try:
        await asyncio.to_thread(delivering.run, stop)
    except KafkaException as trouble:
        holding.end(Ended(BROKEN, f"stap {step.name}: de levering is gestopt: {error_code(trouble)}"))
    finally:
        await asyncio.to_thread(consumer.close)
