"""What a transactor makes of a commit that came late or not at all; the log decides, never a guess."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from schemas.transport import Cluster
from streams.runtime import transactor
from streams.runtime.raw import Raw
from streams.runtime.transactor import DOUBTFUL_S, TIMEOUT_MS, Fenced, Transactor
from tests.support.probe import PROBE, tools
from tests.unit.runtime.test_turn import NAMES, ONE, asked, ready

FENCED = KafkaError.PRODUCER_FENCED


class Producer:
    """Commits after so many seconds, or says why not; may be neither closed nor purged."""

    def __init__(self, clock: list[float], takes_s: float, code: int | None) -> None:
        self._clock, self._takes_s, self._code = clock, takes_s, code

    def begin_transaction(self) -> None: ...

    def produce(self, *_: Any, **__: Any) -> None: ...

    def commit_transaction(self, _: float) -> None:
        self._clock[0] += self._takes_s
        if self._code is not None:
            raise KafkaException(KafkaError(self._code))


class Log:
    """What the transactor reads by itself."""

    def __init__(self, rows: list[Raw]) -> None:
        self._rows = rows

    def to_end(self, *_: object) -> Iterator[list[Raw]]:
        yield self._rows

    def close(self) -> None: ...


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(transactor, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def opened(producer: Any, rows: list[Raw]) -> Transactor:
    one = Transactor(PROBE, 0, Cluster("nowhere", partitions=1), tools(ONE))
    log: Any = Log(rows)
    one._producer, one._reading, one._books = producer, log, ready()
    one._books.positions["consent.v1"] = 0
    return one


def decided(one: Transactor) -> int:
    return one.books.positions["consent.v1"]


def test_a_commit_in_time_is_remembered(clock: list[float]) -> None:
    one = opened(Producer(clock, DOUBTFUL_S - 0.1, None), asked(NAMES[:3]))
    one._read_on(PROBE.topics)
    assert decided(one) == 3


def test_a_commit_that_took_long_is_read_from_the_log_instead(clock: list[float]) -> None:
    one = opened(Producer(clock, DOUBTFUL_S + 0.1, None), asked(NAMES[:3]))
    with pytest.raises(KafkaException):
        one._read_on(PROBE.topics)
    assert decided(one) == 0


def test_who_is_fenced_at_once_has_a_second_owner(clock: list[float]) -> None:
    one = opened(Producer(clock, 0.1, FENCED), asked(NAMES[:3]))
    with pytest.raises(Fenced):
        one._read_on(PROBE.topics)


def test_who_is_fenced_when_the_time_of_the_transaction_is_up_was_too_slow(clock: list[float]) -> None:
    one = opened(Producer(clock, TIMEOUT_MS / 1000 + 0.1, FENCED), asked(NAMES[:3]))
    with pytest.raises(KafkaException) as late:
        one._read_on(PROBE.topics)
    assert late.value.args[0].code() == KafkaError._TIMED_OUT


def test_what_is_read_twice_is_decided_once(clock: list[float]) -> None:
    rows = asked(NAMES[:3])
    one = opened(Producer(clock, 0.1, None), rows)
    one._read_on(PROBE.topics)
    one._read_on(PROBE.topics)
    numbers = {owner: kept.state.number for owner, kept in one.books.owners.items()}
    assert decided(one) == 3 and set(numbers.values()) == {1}


def test_letting_go_neither_aborts_nor_waits(clock: list[float]) -> None:
    one = opened(Producer(clock, 0.1, None), [])
    one.close()  # a producer without `close` or `purge`: either would fail
    assert one._producer is None
