"""Workers are killed, join and leave; nothing is lost, nothing doubled, every alert can be taken again."""

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from schemas.events.alert import Alert
from schemas.events.signal import Signal
from schemas.transport import Cluster
from schemas.vocabulary import SignalKind
from streams.core.view import view
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.runs import Reading, Sender, Worker, double_or_lost, events_of, stop_all, verified, wait_for
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    codec,
    corrected,
    day,
    joined,
    policy,
    seen,
    told,
    withdrew,
)

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
HOUSEHOLDS, KILLS = 100, 6
ARREARS = (SignalKind.ARREARS_RENT, SignalKind.ARREARS_ENERGY, SignalKind.ARREARS_WATER)


def facts() -> list[Said]:
    """Two members a household; every fifth child never agreed."""
    said: list[Said] = []
    for i in range(HOUSEHOLDS):
        said += [joined(f"kind-{i}", f"huis-{i}"), joined(f"ouder-{i}", f"huis-{i}")]
        said += [agreed(f"kind-{i}")] if i % 5 else []
    return said


def signals() -> list[Signal]:
    """Five signals a household, some of them corrections, in one fixed disorder."""
    said = []
    for i in range(HOUSEHOLDS):
        said += [
            absence(f"kind-{i}", on=3),
            corrected(f"kind-{i}", on=3) if i % 4 == 0 else absence(f"kind-{i}", 4, "2"),
        ]
        said += [arrears(f"ouder-{i}", on=5 + n, kind=kind) for n, kind in enumerate(ARREARS)]
    random.Random(4).shuffle(said)
    return said


def withdrawals() -> list[Said]:
    return [withdrew(f"kind-{i}", on=9) for i in range(1, HOUSEHOLDS, 7)]


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_killing_workers_changes_nothing(
    delivery: str, cluster: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    began = time.monotonic()
    publish_day(cluster, codec(), day(10))
    publish_policy(cluster, codec(), policy())
    sender, reading = Sender(cluster), Reading(cluster)
    make = partial(Worker, cluster=cluster, folder=tmp_path, delivery=delivery)
    workers = [make(step) for step in ("person", "household", "person", "household")]
    try:
        sender.say(*facts())
        behind = _killing(signals(), withdrawals(), sender, reading, workers, cluster, make)
        wait_for(reading.settled, 60, "everything is decided")
        clean = told([*facts(), *signals(), *withdrawals()], first=10, partitions=cluster.partitions)
        assert view(reading.states("household")) == seen(clean)
        alerts = [each for each in events_of(cluster, "alert.v1") if isinstance(each, Alert)]
        doubled, lost = double_or_lost(alerts)
        decisions, untold = verified(cluster)
        opened = sum(bool(each["alerts"]) for each in seen(clean).values())
        figures(
            f"{delivery}: {len(signals())} signals, {len(behind)} kills with {behind} records undecided, {opened}"
            f" households with an alert, {len(alerts)} revisions: {doubled} double, {lost} lost;"
            f" {decisions} decisions taken again from their evidence, {len(untold)} alerts without;"
            f" {time.monotonic() - began:.0f} s"
        )
        assert len(behind) == KILLS and all(behind) and opened > 10
        assert (doubled, lost, untold) == (0, 0, [])
        assert [worker.leave() for worker in workers] == [0] * len(workers)
    finally:
        reading.close()
        stop_all(workers)


def _killing(
    left: list[Signal],
    last: list[Said],
    sender: Sender,
    reading: Reading,
    workers: list[Worker],
    cluster: Cluster,
    make: Callable[[str], Worker],
) -> list[int]:
    """Paced bursts; a worker dies right behind one, and only a kill that left something undecided counts."""
    behind: list[int] = []
    burst = 20
    while left:
        now, left = left[:burst], left[burst:]
        wait_for(lambda: all(worker.is_ready() for worker in workers), 60, "all workers are ready")
        victim = workers[0]
        wait_for(lambda: _all_held(workers, cluster), 60, "every partition is held")
        sender.say(*now, *(last if not left else ()))
        if len(behind) == KILLS:
            continue
        victim.kill()
        undecided = reading.behind(victim.step)
        behind += [undecided] if undecided else []
        workers.remove(victim)
        workers.append(make(victim.step))
        if len(behind) in (2, 4):  # one more joins, one leaves in order
            workers.append(make(victim.step))
            leaver = next(each for each in workers if each.step == victim.step)
            workers.remove(leaver)
            assert leaver.leave() == 0, leaver.log.read_text()[-1500:]
    return behind


def _all_held(workers: list[Worker], cluster: Cluster) -> bool:
    return all(
        sum(each.held() for each in workers if each.step == step) == cluster.partitions
        for step in ("person", "household")
    )


def test_a_kill_run_can_see_a_difference() -> None:
    everything = [*facts(), *signals(), *withdrawals()]
    assert seen(told(everything, first=10)) != seen(told([*facts(), *signals()], first=10))
    assert seen(told(everything, first=10)) != seen(told([*facts(), *signals()[1:], *withdrawals()], first=10))
