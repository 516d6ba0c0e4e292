"""A worker is frozen with all of a transaction written and nothing committed, or killed right behind its commit."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.transport import START, Cluster, reader
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import undecided
from streams.runtime.reading import to_end
from tests.integration.runtime.test_transactor import each_once
from tests.support.halting import BEFORE_COMMIT, BEHIND_COMMIT, is_stopped
from tests.support.probe import PROBE, inputs, owners_of
from tests.support.runs import Sender, Worker, events_of, stop_all, wait_for
from tests.support.stories import codec, day, policy

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
EACH = 20


def probe_worker(few: Cluster, folder: Path, delivery: str, serve: str) -> Worker:
    code = f"from tests.support.halting import {serve}; sys.exit({serve}(os.environ, {delivery!r}))"
    return Worker("person", few, folder, code=code)


class Inputs:
    """The same number of new owners in either partition, each time it is asked."""

    def __init__(self, few: Cluster) -> None:
        self._few, self._sender, self.sent = few, Sender(few), 0
        self._owners: list[Iterator[str]] = [owners_of(q, few) for q in range(few.partitions)]

    def more(self) -> None:
        names = [next(owners) for owners in self._owners for _ in range(EACH)]
        self._sender.send(inputs(names, "a", self._few))
        self.sent += len(names)


def written_at_all(few: Cluster, topic: str) -> int:
    """How many records stand on the log, committed or not."""
    with closing(reader(few, "test-uncommitted", isolation_level="read_uncommitted")) as consumer:
        starts = {(topic, q): START for q in range(few.partitions)}
        return sum(len(rows) for rows in to_end(consumer, starts, "geen"))


def decided(few: Cluster) -> bool:
    return not any(undecided(few, PROBE).values())


def opened(worker: Worker) -> int:
    return worker.log.read_text().count('"partition_open"')


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_a_frozen_worker_whose_partition_another_took_over_commits_nothing(
    delivery: str, few: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    frozen = probe_worker(few, tmp_path, delivery, "serve_halting")
    heir = probe_worker(few, tmp_path, delivery, "serve_probe")
    both = (frozen, heir)
    put = Inputs(few)
    try:
        wait_for(lambda: [w.is_ready() and w.held() for w in both] == [1, 1], 60, "each holds a partition")
        put.more()
        wait_for(lambda: decided(few), 30, "both decide")
        (tmp_path / BEFORE_COMMIT).touch()
        put.more()
        wait_for(lambda: is_stopped(frozen.process.pid), 30, "it froze between produce and commit")
        wait_for(lambda: heir.held() == 2 and decided(few), 30, "the other took over, and decided everything")
        uncommitted = written_at_all(few, "outcome.v1") - put.sent
        assert uncommitted > 0, "nothing had been written when it froze"
        before = opened(frozen)
        os.kill(frozen.process.pid, signal.SIGCONT)
        wait_for(lambda: opened(frozen) > before, 30, "it has let go, and opened a partition anew")
        wait_for(lambda: [w.is_ready() and w.held() for w in both] == [1, 1], 60, "each holds a partition again")
        assert each_once(few, put.sent), "what was frozen came through"
        put.more()
        wait_for(lambda: decided(few), 30, "both go on")
        assert each_once(few, put.sent)
        assert events_of(few, "quarantine.v1") == []
        assert [worker.leave() for worker in both] == [0, 0], frozen.log.read_text()[-2000:]
        figures(f"{delivery}: {uncommitted} outputs frozen, none came through; {put.sent} inputs, each once")
    finally:
        stop_all(both)


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_a_worker_that_dies_between_a_commit_and_the_next_batch_leaves_nothing_to_do_twice(
    delivery: str, few: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    dies, put = probe_worker(few, tmp_path, delivery, "serve_halting"), Inputs(few)
    workers = [dies]
    try:
        wait_for(lambda: dies.is_ready() and dies.held() == 2, 60, "it holds both partitions")
        (tmp_path / BEHIND_COMMIT).touch()
        put.more()
        wait_for(lambda: is_stopped(dies.process.pid), 30, "it halts right behind a commit")
        committed = len(events_of(few, "outcome.v1"))
        assert committed > 0, "what it committed stands there"
        put.more()
        dies.kill()
        workers.append(heir := probe_worker(few, tmp_path, delivery, "serve_probe"))
        wait_for(lambda: heir.is_ready() and decided(few), 60, "another goes on")
        assert each_once(few, put.sent)
        assert heir.leave() == 0, heir.log.read_text()[-2000:]
        figures(f"{delivery}: killed behind a commit of {committed} outputs; {put.sent} inputs, each once")
    finally:
        stop_all(workers)
