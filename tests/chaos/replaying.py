"""I11 at the end of a run: a clumsy operator sets all offsets to 0, and nothing comes of it."""

from collections.abc import Mapping

from signaalbrug.proof.finding import Checked
from streams.core.view import view
from streams.topology import STEPS
from tests.chaos import judge
from tests.chaos.faults import until
from tests.chaos.house import House
from tests.chaos.settling import Settling
from tests.chaos.wijkteam import Teams
from tests.support.offsets import clumsy
from tests.support.runs import Reading

AGAIN = "signaalbrug_step_redelivered_total"
PATIENCE_S = 120.0


def replayed(house: House, settling: Settling, teams: Teams) -> Checked:
    """Stop all workers, set the offsets to 0, start them, wait until all was delivered again, and compare."""
    before = _now(house, settling, teams)
    names = [name for name in house.running if name.startswith("worker-")]
    codes = [house.leave(name) for name in names]
    assert not any(codes), f"workers left with {codes}"
    clumsy(house.cluster, house.delivery)
    alone = {step.name: next(name for name in names if f"-{step.name}-" in name) for step in STEPS}
    for (
        name
    ) in alone.values():  # alone: what comes before a partition is open, or before a rebalance, is dropped unseen
        house.start(name)

    def again() -> dict[str, float]:
        return {step: house.metric(name, AGAIN) for step, name in alone.items()}

    until(lambda: all(again().values()), PATIENCE_S, 0.2)
    many = again()
    for name in names:
        if name not in alone.values():
            house.start(name)
    until(lambda: all(map(house.is_ready, names)), PATIENCE_S, 0.2)
    settling.settled()
    return judge.nothing_new(before, _now(house, settling, teams), many)


def _now(house: House, settling: Settling, teams: Teams) -> Mapping[str, object]:
    teams.caught_up()
    reading = Reading(house.cluster)
    try:
        seen = view(reading.states("household"))
    finally:
        reading.close()
    alerts = sum(each.at.topic == "alert.v1" for each in settling.log.arrived)
    return {"alerts": alerts, "entries": len(teams.entries), "view": seen}
