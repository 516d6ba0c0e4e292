"""A family that moves is one change for the team that gets it: nothing flaps, nothing waits longer than a day."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from schemas.catalogue import Key
from schemas.events.account import Outcome
from schemas.events.alert import Alert
from schemas.events.register import Membership
from schemas.vocabulary import AlertKind, AlertReason, OutcomeKind, Reason, SignalKind
from streams.runtime.memory import Memory
from streams.trail.edges import contribution_of
from tests.support.stories import (
    MOLENBUURT,
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    alerts,
    arrears,
    codec,
    dawn,
    erased,
    joined,
    left,
    moving,
    objected,
    open_alerts,
    person,
    policy,
    seen,
    taken_back,
    takes_up,
    told,
    withdrew,
)

FAMILY = ("kind", "moeder", "vader", "zus")
BEFORE: tuple[Said, ...] = (
    *(joined(who, "huis") for who in FAMILY),
    *(agreed(who, on=2) for who in ("kind", "zus")),
    absence("kind", on=3),
    absence("zus", on=4),
    arrears("moeder", on=5),
    arrears("vader", on=6, kind=SignalKind.ARREARS_ENERGY),
    dawn(12),
)
TOGETHER = moving("verhuizing", 12, *(joined(who, "huis", on=12, area=OOSTERDIJK) for who in FAMILY))


Told = list[tuple[AlertKind, AlertReason, str]]
MOVED: Told = [(AlertKind.UPDATED, AlertReason.TEAM_CHANGED, "wijkteam-oost")]


def told_in_turn(before: Sequence[Said], *then: Said) -> tuple[Memory, Told]:
    """Both steps at rest after what came before and after each of the others, and what teams heard of those."""
    memory = told(before)
    known = len(alerts(memory))
    for each in then:
        memory.publish(each)
        memory.run()
    return memory, [(each.kind, each.reason, each.team) for each in alerts(memory)[known:]]


def in_turn(before: Sequence[Said], *then: Said) -> Memory:
    return told_in_turn(before, *then)[0]


def revisions(before: Sequence[Said], *then: Said) -> Told:
    return told_in_turn(before, *then)[1]


def the(memory: Memory) -> Alert:
    (alert,) = open_alerts(memory).values()
    return alert


def split(*order: int) -> list[Membership]:
    """Mother and children go and keep the household; father stays, in a household of his own."""
    gone = [joined(who, "huis", on=12, area=OOSTERDIJK) for who in ("kind", "moeder", "zus")]
    stayed = [left("vader", "huis", on=12), joined("vader", "vaders huis", on=12)]
    said = moving("scheiding", 12, *gone, *stayed)
    return [said[place] for place in order] if order else said


def test_a_family_of_four_that_moves_is_one_revision_in_every_order() -> None:
    for order in permutations(TOGETHER):
        memory, heard = told_in_turn(BEFORE, *order)
        assert heard == MOVED
        assert len(the(memory).signals) == 4


def test_a_split_is_one_revision_for_those_who_go_in_every_order() -> None:
    orders = [order for order in permutations(range(5)) if order.index(3) < order.index(4)]
    assert len(orders) == 60
    for order in orders:
        memory, heard = told_in_turn(BEFORE, *split(*order))
        assert heard == MOVED
        assert {each.person for each in the(memory).signals} == {person(who) for who in ("kind", "moeder", "zus")}


def test_without_the_move_the_same_split_would_have_flapped() -> None:
    said = [joined(who, "huis", on=12, area=OOSTERDIJK) for who in ("kind", "moeder", "zus")]
    assert len(revisions(BEFORE, left("vader", "huis", on=12), *said)) > 1


def test_until_the_last_mover_is_there_nothing_is_said() -> None:
    for arrived in range(1, len(TOGETHER)):
        assert revisions(BEFORE, *TOGETHER[:arrived]) == []


def test_a_family_that_moves_in_together_is_one_alert_and_not_one_that_grows() -> None:
    houses = {"kind": "bij oma", "moeder": "flat", "vader": "kamer", "zus": "internaat"}
    signals = [each for each in BEFORE if not isinstance(each, Membership)]
    apart = [*(joined(who, house) for who, house in houses.items()), *signals]
    ends = [left(who, house, on=12) for who, house in houses.items()]
    begins = [joined(who, "samen", on=12, area=OOSTERDIJK) for who in houses]
    said = moving("samenwonen", 12, *ends, *begins)
    assert revisions(apart, *said) == [(AlertKind.OPENED, AlertReason.RULE_MATCHED, "wijkteam-oost")]
    assert len(the(in_turn(apart, *said)).signals) == 4


def test_a_mover_whose_signals_are_denied_is_waited_for_until_the_next_day_and_no_longer() -> None:
    before = [*BEFORE, objected("vader", on=11)]
    assert revisions(before, *TOGETHER) == []
    assert revisions(before, *TOGETHER, dawn(13)) == MOVED


def test_a_mover_who_comes_days_later_changes_nothing_more() -> None:
    assert revisions(BEFORE, *TOGETHER[:3], dawn(13)) == MOVED
    assert revisions(BEFORE, *TOGETHER[:3], dawn(13), TOGETHER[3]) == MOVED
    late = in_turn(BEFORE, *TOGETHER[:3], dawn(13), TOGETHER[3])
    assert seen(late) == seen(in_turn(BEFORE, *TOGETHER, dawn(13)))


@pytest.mark.parametrize("wrong", [2, 9, 11, 14, 400])
def test_a_register_whose_clock_is_wrong_keeps_nothing_waiting(wrong: int) -> None:
    said = moving("verhuizing", wrong, *(joined(who, "huis", on=12, area=OOSTERDIJK) for who in FAMILY))
    assert revisions(BEFORE, said[0]) == MOVED


def test_a_register_whose_night_begins_a_little_early_does_not_make_alerts_flap() -> None:
    evening = [*BEFORE[:-1], dawn(11)]
    said = moving("verhuizing", 12, *(joined(who, "huis", on=11, area=OOSTERDIJK) for who in FAMILY))
    assert revisions(evening, *said[:3]) == []
    assert revisions(evening, *said[:3], dawn(12)) == []
    assert revisions(evening, *said[:3], dawn(12), said[3]) == MOVED


@pytest.mark.parametrize(
    "takes_away",
    [
        withdrew("zus", on=12),
        objected("moeder", on=12),
        erased("kind", on=12),
        taken_back(absence("kind", on=3), "kind", "verzuim"),
    ],
)
def test_what_takes_a_signal_away_acts_at_once_while_a_move_is_under_way(takes_away: Said) -> None:
    for arrived in range(1, len(TOGETHER)):
        assert len(revisions(BEFORE, *TOGETHER[:arrived], takes_away)) == 1


def test_who_left_by_a_move_came_back_and_objects_is_taken_out_at_once() -> None:
    (gone,) = split(3)
    back = joined("vader", "huis", on=12)
    back = dataclasses.replace(back, recorded_at=gone.recorded_at + timedelta(minutes=1))
    assert revisions(BEFORE, gone) == revisions(BEFORE, gone, back) == []
    assert len(revisions(BEFORE, gone, back, objected("vader", on=12))) == 1


def test_who_left_by_a_move_and_is_erased_is_out_of_the_alert_at_once() -> None:
    assert revisions(BEFORE, *split(3)) == []
    assert len(revisions(BEFORE, *split(3), erased("vader", on=12))) == 1
    after = the(in_turn(BEFORE, *split(3), erased("vader", on=12)))
    assert person("vader") not in after.members


def test_a_rule_that_is_stopped_stops_while_a_move_is_under_way() -> None:
    stopped = revisions(BEFORE, *TOGETHER[:2], policy("rule:school-en-schulden"))
    assert [each[:2] for each in stopped] == [(AlertKind.WITHDRAWN, AlertReason.RULE_STOPPED)]


def test_a_team_that_decides_while_a_move_is_under_way_is_answered_on_what_is_known() -> None:
    decides = takes_up(the(told(BEFORE)))
    answered = revisions(BEFORE, *TOGETHER[:2], decides)
    assert [(kind, reason) for kind, reason, _ in answered] == [
        (AlertKind.UPDATED, AlertReason.TEAM_CHANGED),
        (AlertKind.DECISION_NOT_APPLIED, AlertReason.REASSIGNED),
    ]


def test_a_threatening_situation_does_not_wait_for_a_mover() -> None:
    crisis = arrears("moeder", on=12, kind=SignalKind.ARREARS_ENERGY, crisis=True)
    opened = revisions(BEFORE, *TOGETHER[:3], crisis)
    assert (AlertKind.OPENED, AlertReason.RULE_MATCHED, "wijkteam-oost") in opened
    at_home = [*BEFORE, crisis]
    assert len(open_alerts(told(at_home))) == 2
    assert revisions(at_home, TOGETHER[1]) == MOVED  # the threatening one; the other waits


def test_a_second_move_before_the_first_has_arrived_ends_where_the_second_leads() -> None:
    returned = [joined(who, "huis", on=12, area=MOLENBUURT) for who in FAMILY]
    later = [dataclasses.replace(each, recorded_at=each.recorded_at + timedelta(hours=1)) for each in returned]
    back = moving("terug", 12, *later)
    half = (*TOGETHER[:2], *back[:2])
    assert revisions(BEFORE, *half) == []
    assert revisions(BEFORE, *half, *TOGETHER[2:], *back[2:]) == []  # there and back: no team has seen a thing
    ended = seen(in_turn(BEFORE, *back, dawn(13)))
    for order in permutations((*TOGETHER[:2], *back[:2])):
        assert seen(in_turn(BEFORE, *order, *TOGETHER[2:], *back[2:], dawn(13))) == ended


def test_a_source_learns_that_its_signal_waits_for_the_move() -> None:
    half = in_turn(BEFORE, *TOGETHER[:2], arrears("moeder", on=12, kind=SignalKind.ARREARS_WATER))
    said = [each for each in half.events("outcome.v1") if isinstance(each, Outcome)]
    last = [(each.kind, each.reason) for each in said if each.writer != "person"][-1]
    assert last == (OutcomeKind.WAITING, Reason.MOVE_UNDER_WAY)


@pytest.mark.parametrize("others", [(withdrew("zus", on=12),), (arrears("zus", on=12),), (dawn(13),)])
def test_in_every_order_of_movers_and_others_the_end_is_the_same(others: tuple[Said, ...]) -> None:
    trio = [joined(who, "huis", on=12, area=OOSTERDIJK) for who in ("kind", "moeder", "vader")]
    said: tuple[Said, ...] = (*moving("zonder zus", 12, *trio), *others)
    reference = seen(in_turn(BEFORE, *said, dawn(14)))
    for order in permutations(said):
        assert seen(in_turn(BEFORE, *order, dawn(14))) == reference, order


def test_a_household_remembers_nothing_of_a_move_once_its_day_is_over() -> None:
    during = in_turn(BEFORE, *split())
    assert any(state.moving for state in during.states("household").values())
    after = in_turn(BEFORE, *split(), dawn(13))
    assert not any(state.moving for state in after.states("household").values())


def test_what_a_household_remembers_of_a_mover_is_what_was_contributed_byte_by_byte() -> None:
    memory = in_turn(BEFORE, *split())
    published = {record.key: record.value for record in memory.records("contribution.v1")}
    remembered = [
        (state.household, member) for state in memory.states("household").values() for member in state.members
    ]
    assert any(member.move is not None for _, member in remembered)
    for household, member in remembered:
        bytes_again = codec().encode("contribution.v1", contribution_of(household, member))
        assert published[Key(household, member.person).encode()] == bytes_again
