"""I11 at the end of a run: a clumsy operator sets all offsets to 0, and nothing comes of it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing

from signaalbrug.local.processes import wait_until
from signaalbrug.proof.finding import Checked
from streams.core.view import view
from streams.topology import PARTITION_WIDE, STEPS
from tests.chaos import judge
from tests.chaos.house import House
from tests.chaos.settling import Settling
from tests.chaos.wijkteam import Teams
from tests.support.offsets import clumsy
from tests.support.runs import Reading

AGAIN = "signaalbrug_step_redelivered_total"
PATIENCE_S, TICK_S = 120.0, 0.2
#: Who has got nothing more for so long has got everything.
QUIET_S = 2.0


def replayed(house: House, settling: Settling, teams: Teams) -> Checked:
    """Stop all workers, set the offsets to 0, start them, wait until all was delivered again, and compare."""
    before, there = _now(house, settling, teams), _there(settling)
    names = [name for name in house.running if name.startswith("worker-")]
    codes = [house.leave(name) for name in names]
    assert not any(codes), f"workers left with {codes}"
    clumsy(house.cluster, house.delivery)
    # One of each step alone: what comes before a partition is open, or before a rebalance, is dropped unseen.
    alone = {step.name: next(name for name in names if f"-{step.name}-" in name) for step in STEPS}
    for name in alone.values():
        house.start(name)

    def again() -> dict[str, float]:
        return {step: house.metric(name, AGAIN) for step, name in alone.items()}

    def enough(many: Mapping[str, float]) -> bool:
        return all(many[step] >= judge.AGAIN * there[step] for step in alone)

    assert wait_until(_quiet(again, enough), PATIENCE_S, TICK_S), f"{again()} of {there} were delivered again"
    many = again()
    for name in names:
        if name not in alone.values():
            house.start(name)
    assert wait_until(lambda: all(map(house.is_ready, names)), PATIENCE_S, TICK_S), "not every worker became ready"
    settling.settled()
    return judge.nothing_new(before, _now(house, settling, teams), many, there)


def _there(settling: Settling) -> Mapping[str, int]:
    """How many records lie there for each step."""
    topics = Counter(each.at.topic for each in settling.log.arrived)
    return {step.name: sum(topics[topic] for topic in (*PARTITION_WIDE, *step.topics)) for step in STEPS}


def _quiet(again: Callable[[], dict[str, float]], enough: Callable[[dict[str, float]], bool]) -> Callable[[], bool]:
    """Asks whether enough was delivered again, and for a while nothing more."""
    seen, since = again(), time.monotonic()

    def quiet() -> bool:
        nonlocal seen, since
        now = again()
        if now != seen:
            seen, since = now, time.monotonic()
        return enough(now) and time.monotonic() - since >= QUIET_S

    return quiet


def _now(house: House, settling: Settling, teams: Teams) -> Mapping[str, object]:
    teams.caught_up()
    with closing(Reading(house.cluster)) as reading:
        seen = view(reading.states("household"))
    alerts = sum(each.at.topic == "alert.v1" for each in settling.log.arrived)
    return {"alerts": alerts, "entries": len(teams.entries), "view": seen}
