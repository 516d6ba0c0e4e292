"""A worker that is watched says how far its transactions are, also when it is dead."""

from pathlib import Path
from typing import Any

import pytest

from tests.chaos.flags import SIZE, Flags, Phase, cleared
from tests.chaos.slow_worker import Watched


class Producer:
    """Notes what was asked of it, and what the flags said then."""

    def __init__(self, file: Path, left: int = 0, fails: bool = False) -> None:
        self.file, self.left, self.fails = file, left, fails
        self.seen: list[tuple[str, Phase]] = []
        cleared(file)

    def _note(self, what: str) -> None:
        self.seen.append((what, Flags(self.file).met()))

    def begin_transaction(self) -> None:
        self._note("begin")

    def produce(self, topic: str, **_: Any) -> None:
        self._note(topic)

    def flush(self, _: float) -> int:
        self._note("flush")
        return self.left

    def commit_transaction(self, _: float) -> None:
        self._note("commit")
        if self.fails:
            raise RuntimeError("fenced")


def watched(producer: Producer) -> Any:
    return Watched(producer, Flags(producer.file), 3, 0.0)


def test_each_phase_can_be_read_by_somebody_else(tmp_path: Path) -> None:
    producer = Producer(tmp_path / "flags")
    one = watched(producer)
    one.begin_transaction()
    one.produce("alert.v1")
    one.commit_transaction(1.0)
    assert producer.seen == [
        ("begin", Phase.NONE),
        ("alert.v1", Phase.BEGUN),
        ("flush", Phase.BEGUN),
        ("commit", Phase.COMMITTING),
    ]
    assert Flags(producer.file).met() is Phase.NONE


def test_what_was_not_acknowledged_is_not_called_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Phase] = []
    monkeypatch.setattr(Flags, "set", lambda self, partition, phase: said.append(phase))
    watched(Producer(tmp_path / "flags", left=1)).commit_transaction(1.0)
    assert said == [Phase.COMMITTING, Phase.NONE]
    said.clear()
    watched(Producer(tmp_path / "flags")).commit_transaction(1.0)
    assert said == [Phase.WRITTEN, Phase.COMMITTING, Phase.NONE]


def test_a_transaction_that_failed_is_open_no_more(tmp_path: Path) -> None:
    producer = Producer(tmp_path / "flags", fails=True)
    one = watched(producer)
    one.begin_transaction()
    with pytest.raises(RuntimeError):
        one.commit_transaction(1.0)
    assert Flags(producer.file).met() is Phase.NONE


def test_the_partition_whose_records_lie_open_counts_before_the_others(tmp_path: Path) -> None:
    cleared(tmp_path / "flags")
    flags = Flags(tmp_path / "flags")
    for partition, phase in enumerate((Phase.BEGUN, Phase.COMMITTING, Phase.NONE)):
        flags.set(partition, phase)
    assert flags.met() is Phase.COMMITTING
    flags.set(5, Phase.WRITTEN)
    assert Flags(tmp_path / "flags").met() is Phase.WRITTEN


def test_a_worker_that_starts_again_finds_nothing_under_way_and_its_predecessor_cannot_say_so(
    tmp_path: Path,
) -> None:
    file = tmp_path / "flags"
    cleared(file)
    old = Flags(file)
    old.set(1, Phase.WRITTEN)
    cleared(file)
    old.set(2, Phase.COMMITTING)
    assert Flags(file).met() is Phase.NONE and file.stat().st_size == SIZE
