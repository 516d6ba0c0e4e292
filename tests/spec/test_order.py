"""Order of arrival does not matter for what a team sees."""

from itertools import permutations

import pytest

from tests.support.stories import (
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    arrears,
    dawn,
    joined,
    left,
    open_alerts,
    policy,
    seen,
    told,
    withdrew,
)

ENDS_OPEN: tuple[Said, ...] = (
    absence("kind", on=3),
    arrears("ouder", on=10),
    agreed("kind", on=2),
    left("kind", "oud adres", on=12),
    joined("kind", "huis", on=12, area=OOSTERDIJK),
    dawn(20),
)
ENDS_WITHOUT: tuple[Said, ...] = (
    absence("kind", on=3),
    arrears("ouder", on=10),
    agreed("kind", on=2),
    withdrew("kind", on=5),
    joined("kind", "huis", on=12, area=OOSTERDIJK),
    dawn(20),
)
BEFORE = (joined("ouder", "huis", on=1, area=OOSTERDIJK), joined("kind", "oud adres", on=1))


@pytest.mark.parametrize(("events", "alerts_open"), [(ENDS_OPEN, 1), (ENDS_WITHOUT, 0)])
def test_all_720_orders_of_six_events_end_in_one_view(events: tuple[Said, ...], alerts_open: int) -> None:
    reference = told([*BEFORE, *events])
    assert len(open_alerts(reference)) == alerts_open
    orders = 0
    for order in permutations(events):
        memory = told([*BEFORE, *order])
        assert seen(memory) == seen(reference), order
        assert len(open_alerts(memory)) == alerts_open
        orders += 1
    assert orders == 720


def test_an_order_run_can_see_a_difference() -> None:
    assert seen(told([*BEFORE, *ENDS_OPEN])) != seen(told([*BEFORE, *ENDS_WITHOUT]))
    assert seen(told([*BEFORE, *ENDS_OPEN])) != seen(told([*BEFORE, *ENDS_OPEN[1:]]))


def test_a_new_policy_in_between_ends_in_the_same_view() -> None:
    stopped = told([*BEFORE, *ENDS_OPEN, policy("rule:school-en-schulden")])
    resumed = told([*BEFORE, *ENDS_OPEN, policy("rule:school-en-schulden"), policy()])
    assert open_alerts(stopped) == {}
    assert seen(resumed) == seen(told([*BEFORE, *ENDS_OPEN]))
