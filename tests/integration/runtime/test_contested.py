"""Two owners of one partition that fence each other for ever are a wiring fault: one of them ends with exit 5."""

import time
from collections.abc import Callable

import pytest

from schemas.transport import Cluster
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.holding import Holding
from streams.runtime.metrics import Meter
from tests.integration.runtime.test_transactor import each_once
from tests.support.probe import inputs, owners_of, probe
from tests.support.runs import Sender, read_all, wait_for
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration


def holding(few: Cluster) -> Holding:
    made = Holding(lambda q: probe(few, q), Meter("person"), lambda *_, **__: None, threads=1)
    made.start()
    made.assigned([0])
    return made


def test_three_fences_a_minute_end_the_process(few: Cluster, figures: Callable[[str], None]) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    sender, owners, sent = Sender(few), owners_of(0, few), 0
    began = time.monotonic()
    first = holding(few)
    wait_for(lambda: first.open_partitions == 1, 30, "the first owner is open")
    second = holding(few)
    rivals = (first, second)
    try:
        while not any(each.ended for each in rivals):
            assert time.monotonic() - began < 60, "nobody gave up"
            sender.send(inputs([next(owners)], "a", few))
            sent += 1
            newest = [raw for raw in read_all(few, "consent.v1") if raw.at.partition == 0][-1]
            for each in rivals:
                each.confirmed(time.monotonic())
                each.offer(newest)
        (ended,) = [each.ended for each in rivals if each.ended]
        assert (ended.code, "partitie 0" in ended.why) == (5, True)
        winner = next(each for each in rivals if not each.ended)
        wait_for(lambda: _goes_on(winner, few, sent), 30, "the other goes on")
        figures(f"gave up after {time.monotonic() - began:.0f} s; {sent} records meanwhile, each decided once")
    finally:
        for each in rivals:
            each.stop()


def _goes_on(winner: Holding, few: Cluster, sent: int) -> bool:
    winner.confirmed(time.monotonic())
    return winner.open_partitions == 1 and each_once(few, sent)
