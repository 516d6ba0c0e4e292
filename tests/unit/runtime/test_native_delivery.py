"""A native delivery outlives a broker that is away, and not one that says it may not."""

from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaError, KafkaException, TopicPartition

from streams.runtime.native_delivery import _Delivering
from streams.topology import PARTITION_WIDE, PERSON

TOPICS = (*PARTITION_WIDE, *PERSON.topics)
AWAY = (KafkaError._WAIT_COORD, KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError.NOT_COORDINATOR)


class Group:
    """A consumer whose group answers with an error, or not at all."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        self.assigned: list[TopicPartition] = []
        self.said: list[TopicPartition] = []
        self.known = 7

    def _answer(self) -> None:
        if self.code is not None:
            raise KafkaException(KafkaError(self.code))

    def commit(self, offsets: list[TopicPartition], **_: Any) -> None:
        self._answer()
        self.said = offsets

    def assignment(self) -> list[TopicPartition]:
        return self.assigned

    def committed(self, partitions: list[TopicPartition], **_: Any) -> list[TopicPartition]:
        self._answer()
        return [TopicPartition(at.topic, at.partition, self.known) for at in partitions]

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned = partitions


class Held:
    """What a worker holds, as far as a delivery knows."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.confirmations = 0
        self.ended: object = None

    def assigned(self, numbers: set[int]) -> None:
        self.numbers = numbers

    def confirmed(self, _: float) -> None:
        self.confirmations += 1

    def end(self, ended: object) -> None:
        self.ended = ended


def delivering(group: Group) -> tuple[_Delivering, Held]:
    held: Any = Held()
    consumer: Any = group
    return _Delivering(PERSON, consumer, held, 1.0), held


def everything() -> list[TopicPartition]:
    return [TopicPartition(topic, q) for topic in TOPICS for q in range(2)]


@pytest.mark.parametrize("code", AWAY)
def test_a_broker_that_is_away_ends_nothing_and_confirms_nothing(code: int) -> None:
    group = Group(None)
    deliverer, held = delivering(group)
    deliverer._assigned(group, everything())  # type: ignore[arg-type]
    deliverer._ask()
    assert held.confirmations == 1
    group.code = code
    deliverer._ask()
    assert held.confirmations == 1


@pytest.mark.parametrize("code", AWAY)
def test_when_nobody_tells_the_offsets_they_are_asked_again_and_none_is_set_back(code: int) -> None:
    group = Group(code)
    deliverer, held = delivering(group)
    deliverer._assigned(group, everything())  # type: ignore[arg-type]
    assert held.numbers == {0, 1} and held.ended is None
    assert {at.offset for at in group.assigned} == {OFFSET_END}
    deliverer._ask()
    assert group.said == [] and held.confirmations == 0
    group.code = None
    deliverer._ask()
    assert {at.offset for at in group.said} == {7} and held.confirmations == 1


def test_a_group_without_offsets_begins_at_the_beginning() -> None:
    group = Group(None)
    group.known = -1001
    deliverer, _ = delivering(group)
    deliverer._assigned(group, everything())  # type: ignore[arg-type]
    assert {at.offset for at in group.assigned} == {OFFSET_BEGINNING}


class Message:
    """What a consumer hands over when something is wrong."""

    def __init__(self, code: int) -> None:
        self._error = KafkaError(code)

    def error(self) -> KafkaError:
        return self._error


def test_a_topic_that_one_may_not_read_ends_the_delivery_and_one_that_is_not_there_yet_does_not() -> None:
    deliverer, _ = delivering(Group(None))
    deliverer._take(Message(KafkaError.UNKNOWN_TOPIC_OR_PART))
    with pytest.raises(KafkaException):
        deliverer._take(Message(KafkaError.TOPIC_AUTHORIZATION_FAILED))


def test_a_group_that_one_may_not_enter_ends_the_delivery() -> None:
    group = Group(KafkaError.GROUP_AUTHORIZATION_FAILED)
    deliverer, _ = delivering(group)
    with pytest.raises(KafkaException):
        deliverer._assigned(group, everything())  # type: ignore[arg-type]
    group.code = None
    deliverer._assigned(group, everything())  # type: ignore[arg-type]
    group.code = KafkaError.GROUP_AUTHORIZATION_FAILED
    with pytest.raises(KafkaException):
        deliverer._ask()
