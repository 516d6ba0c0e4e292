"""Who delivers does not matter: the other kind goes on where the first left off."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.events.alert import Alert
from schemas.transport import Cluster
from streams.core.view import view
from streams.runtime.calendar import publish_day, publish_policy
from tests.integration.runtime.test_kill import facts, signals, withdrawals
from tests.support.runs import Reading, Sender, Worker, double_or_lost, events_of, stop_all, verified, wait_for
from tests.support.stories import codec, day, policy, seen, told

pytestmark = pytest.mark.integration


def _round(cluster: Cluster, folder: Path, delivery: str, reading: Reading) -> None:
    """One kind of workers decides everything there is and stops in order."""
    workers = [Worker(step, cluster, folder, delivery=delivery) for step in ("person", "household")]
    try:
        wait_for(lambda: all(worker.is_ready() for worker in workers), 60, "workers are ready")
        wait_for(reading.settled, 60, "everything is decided")
        assert [worker.leave() for worker in workers] == [0, 0]
    finally:
        stop_all(workers)


def test_native_workers_go_on_where_faust_stopped_and_the_other_way_round(
    few: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    sender, reading = Sender(few), Reading(few)
    thirds = [facts() + signals()[:150], signals()[150:350], signals()[350:] + withdrawals()]
    try:
        for delivery, said in zip(("faust", "native", "faust"), thirds, strict=True):
            before = reading.behind("person")
            sender.say(*said)
            assert reading.behind("person") >= before + len(said)
            _round(few, tmp_path, delivery, reading)
        clean = told([*facts(), *signals(), *withdrawals()], first=10, partitions=few.partitions)
        assert view(reading.states("household")) == seen(clean)
    finally:
        reading.close()
    alerts = [each for each in events_of(few, "alert.v1") if isinstance(each, Alert)]
    decisions, untold = verified(few)
    figures(f"{len(alerts)} revisions, {decisions} decisions taken again after faust, native, faust")
    assert double_or_lost(alerts) == (0, 0)
    assert untold == []
