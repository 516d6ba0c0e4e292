"""What a worker does with the partitions it is given, with transactors that only remember."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import KafkaError, KafkaException
from prometheus_client import REGISTRY

from schemas.events.event import Position
from schemas.following import CannotContinue
from schemas.registry import RegistryDown
from streams.runtime import holding as rooms
from streams.runtime.holding import Holding
from streams.runtime.metrics import Meter
from streams.runtime.raw import Raw
from streams.runtime.transactor import Fenced
from tests.support.runs import wait_for


class Remembering:
    """A transactor that notes what was asked of it, and fails on request."""

    def __init__(self, partition: int, book: "Book") -> None:
        self.partition, self.book, self.visiting = partition, book, False

    def open(self) -> None:
        self.book.note("open", self.partition)

    def deliver(self, rows: list[Raw]) -> None:
        self.book.in_hand += 1
        self.book.busy.wait(5)
        self.book.note(f"deliver {[raw.at.offset for raw in rows]}", self.partition)

    def tick(self) -> None:
        self.book.note("tick", self.partition)

    def close(self) -> None:
        self.book.note("close", self.partition)


class Book:
    """What happened, and what shall go wrong."""

    def __init__(self) -> None:
        self.happened: list[tuple[int, str]] = []
        self.wrong: dict[str, list[BaseException]] = {}
        self.in_hand = 0
        self.busy = threading.Event()
        self.busy.set()

    def note(self, what: str, partition: int) -> None:
        self.happened.append((partition, what))
        troubles = self.wrong.get(what.partition(" ")[0], [])
        if troubles:
            raise troubles.pop(0)

    def of(self, partition: int) -> list[str]:
        return [what for q, what in self.happened if q == partition and what != "tick"]


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def held(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    monkeypatch.setattr(rooms, "FIRST_REST_S", 0.01)
    made = Holding(lambda q: Remembering(q, book), Meter("unit"), lambda *_, **__: None, threads=4)
    made.start()
    yield made
    book.busy.set()
    made.stop()


def row(partition: int, offset: int) -> Raw:
    return Raw(Position("consent.v1", partition, offset), b"k", b"v" * 10, (), round(time.time() * 1000) - 5_000)


def soon(what: Callable[[], bool]) -> None:
    wait_for(what, 5, "it happens")


def test_a_partition_is_opened_when_it_is_assigned(held: Holding, book: Book) -> None:
    assert not held.ready
    held.assigned([3, 5])
    soon(lambda: held.ready)
    assert (book.of(3), book.of(5), held.open_partitions) == (["open"], ["open"], 2)


def test_what_gathers_during_a_commit_is_one_batch_and_other_partitions_go_on(held: Holding, book: Book) -> None:
    held.assigned([0, 1])
    soon(lambda: held.ready)
    book.busy.clear()
    for offset in range(3):
        held.offer(row(0, offset))
    held.offer(row(1, 0))
    soon(lambda: held.oldest_undecided_s() > 4)
    book.busy.set()
    soon(lambda: held.oldest_undecided_s() == 0)
    batches = [what for what in book.of(0) if what.startswith("deliver")]
    assert len(batches) <= 2 and "".join(batches).count(",") + len(batches) == 3
    assert "deliver [0]" in book.of(1)


def test_a_record_of_a_partition_that_is_not_held_is_not_kept(held: Holding, book: Book) -> None:
    held.assigned([0])
    soon(lambda: held.ready)
    held.offer(row(7, 0))
    assert held.has_room and book.of(7) == []


def test_there_is_no_room_when_the_buffer_is_full(
    held: Holding, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "ROOM_RECORDS", 5)
    held.assigned([0])
    soon(lambda: held.ready)
    book.busy.clear()
    held.offer(row(0, 0))
    soon(lambda: book.in_hand == 1)
    for offset in range(1, 20):
        held.offer(row(0, offset))
    assert not held.has_room and not held.wait_for_room(0.05)
    book.busy.set()
    assert held.wait_for_room(5)


def test_a_revoked_partition_is_closed(held: Holding, book: Book) -> None:
    held.assigned([0, 1])
    soon(lambda: held.ready)
    held.revoked([0])
    soon(lambda: book.of(0) == ["open", "close"])
    assert held.open_partitions == 1
    held.assigned([0, 1])
    soon(lambda: book.of(0) == ["open", "close", "open"])
    assert book.of(1) == ["open"]


def test_a_failed_partition_is_forgotten_and_opened_again(held: Holding, book: Book) -> None:
    book.wrong["deliver"] = [KafkaException(KafkaError(KafkaError._TIMED_OUT))]
    held.assigned([0])
    soon(lambda: held.ready)
    held.offer(row(0, 0))
    soon(lambda: book.of(0) == ["open", "deliver [0]", "close", "open"])
    assert held.ended is None


def test_what_waits_for_the_registry_is_undecided_and_waits_until_it_is_there(held: Holding, book: Book) -> None:
    book.wrong["deliver"] = [RegistryDown("500")]
    held.assigned([0, 1])
    soon(lambda: held.ready)
    book.wrong["open"] = [RegistryDown("500") for _ in range(4)]
    held.offer(row(0, 0))
    soon(lambda: book.of(0).count("open") >= 3)
    assert held.oldest_undecided_s() > 4, "nobody would be told of it"
    assert waiting() == 1
    soon(lambda: book.of(0).count("open") == 6)
    soon(lambda: (held.oldest_undecided_s(), waiting()) == (0, 0))
    assert held.ended is None and book.of(1) == ["open"]


def waiting() -> float | None:
    return REGISTRY.get_sample_value("signaalbrug_step_parked", {"step": "unit"})


def test_a_fenced_partition_waits_for_a_fresh_word_of_the_group(held: Holding, book: Book) -> None:
    held.confirmed(time.monotonic())
    book.wrong["deliver"] = [Fenced()]
    held.assigned([0])
    soon(lambda: held.ready)
    held.offer(row(0, 0))
    soon(lambda: "close" in book.of(0))
    before = time.monotonic()
    held.confirmed(before - 10)
    wait_for(lambda: time.monotonic() > before + 0.6, 2, "some rounds of the dispatcher")
    assert book.of(0).count("open") == 1, "it fenced the new owner back"
    held.confirmed(time.monotonic())
    soon(lambda: book.of(0).count("open") == 2)


def test_three_fences_a_minute_end_with_five_and_two_do_not(held: Holding, book: Book) -> None:
    book.wrong["open"] = [Fenced(), Fenced()]
    held.assigned([0])
    soon(lambda: held.confirmed(time.monotonic()) is None and held.ready)
    assert held.ended is None
    book.wrong["deliver"] = [Fenced()]
    held.offer(row(0, 0))
    soon(lambda: held.ended is not None)
    assert held.ended is not None and (held.ended.code, "partitie 0" in held.ended.why) == (5, True)


def test_books_that_do_not_fit_end_with_six_and_name_the_repair(held: Holding, book: Book) -> None:
    ended = threading.Event()
    held.on_ended = ended.set
    book.wrong["open"] = [CannotContinue("consent.v1", 0, "te oud", "signaalbrug rebuild --step person")]
    held.assigned([0])
    assert ended.wait(5) and held.ended is not None
    assert held.ended.code == 6 and "signaalbrug rebuild" in held.ended.why and "consent.v1" in held.ended.why


def test_a_fault_of_ours_ends_the_process_without_its_text(held: Holding, book: Book) -> None:
    book.wrong["deliver"] = [AssertionError("999990019")]
    held.assigned([0])
    soon(lambda: held.ready)
    held.offer(row(0, 0))
    soon(lambda: held.ended is not None)
    assert held.ended is not None and (held.ended.code, held.ended.why) == (1, "partitie 0: AssertionError")
