"""On Kafka too: after a withdrawal the view is that of a run in which the signal never came."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.transport import Cluster
from streams.core.view import view
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.transactor import Transactor
from streams.topology import STEPS
from tests.support.empty_topics import emptied
from tests.support.probe import tools
from tests.support.runs import Reading, Sender
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    codec,
    day,
    joined,
    policy,
    seen,
    taken_back,
    told,
    withdrew,
)

pytestmark = pytest.mark.integration
PEOPLE: tuple[Said, ...] = (joined("kind", "huis"), joined("ouder", "huis"), agreed("kind"))
SIGNAL, OTHER = absence("kind", on=3), arrears("ouder", on=4)
TAKEN_BACK = taken_back(SIGNAL, "kind", "verzuim")


def run_on(on: Cluster, *stretches: tuple[Said, ...]) -> dict[str, Any]:
    """The view after each stretch was decided by transactors that opened, worked and left."""
    publish_day(on, codec(), day(10))
    publish_policy(on, codec(), policy())
    sender = Sender(on)
    for said in stretches:
        sender.say(*said)
        for step in STEPS:
            for q in range(on.partitions):
                _work(Transactor(step, q, on, tools(on)))
    reading = Reading(on)
    try:
        assert reading.settled()
        return view(reading.states("household"))
    finally:
        reading.close()


def _work(transactor: Transactor) -> None:
    transactor.open()
    while transactor.visiting:
        transactor.tick()
    transactor.close()


def test_after_a_withdrawal_it_is_as_if_the_signal_never_came(few: Cluster, figures: Callable[[str], None]) -> None:
    one = emptied(Cluster(few.brokers, partitions=1))
    before = run_on(one, PEOPLE, (SIGNAL, OTHER))
    assert before == seen(told([*PEOPLE, SIGNAL, OTHER], first=10))
    assert any(each["alerts"] for each in before.values())
    after = run_on(emptied(one), PEOPLE, (SIGNAL, OTHER), (TAKEN_BACK,))
    never = run_on(emptied(one), PEOPLE, (OTHER,))
    assert after == never != before
    consent = run_on(emptied(one), PEOPLE, (SIGNAL, OTHER), (withdrew("kind", on=5),))
    assert consent == never
    figures("an open alert before; after source or person withdrew, the view of a run without the signal")
