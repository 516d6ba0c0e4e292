"""What a team decides is carried out, or the team is told why not; it is never silently lost."""

import dataclasses

import pytest

from schemas.events.alert import Alert, TeamDecision
from schemas.identity import AlertId, TeamId
from schemas.vocabulary import AlertKind, AlertReason, AlertStatus, OutcomeKind, Reason
from streams.runtime.memory import Memory
from tests.support.stories import (
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    alerts,
    arrears,
    closes,
    dawn,
    joined,
    left,
    named,
    open_alerts,
    takes_up,
    told,
    withdrew,
)

STORY: tuple[Said, ...] = (
    dawn(20),
    joined("kind", "huis"),
    joined("ouder", "huis"),
    agreed("kind", on=2),
    absence("kind", on=3),
    arrears("ouder", on=10),
)


def _with_alert() -> tuple[Memory, Alert]:
    memory = told(STORY, first=20)
    (alert,) = open_alerts(memory).values()
    return memory, alert


def _then(memory: Memory, *said: Said) -> Alert:
    memory.publish(*said)
    return alerts(memory.run())[-1]


def test_a_team_takes_an_alert_up_and_the_answer_names_the_decision() -> None:
    memory, alert = _with_alert()
    decision = takes_up(alert)
    answer = _then(memory, decision)
    assert (answer.kind, answer.status) == (AlertKind.UPDATED, AlertStatus.TAKEN_UP)
    assert (answer.answers, answer.revision) == (decision.decision, alert.revision + 1)
    assert answer.views


def test_a_closed_alert_stays_closed_for_the_same_signals_and_opens_anew_for_another() -> None:
    memory, alert = _with_alert()
    taken = _then(memory, takes_up(alert))
    done = _then(memory, closes(taken))
    assert (done.kind, done.status, done.views) == (AlertKind.CLOSED, AlertStatus.CLOSED, ())
    before = len(alerts(memory))
    memory.publish(dawn(21), arrears("ouder", on=10))
    assert len(alerts(memory.run())) == before
    new = _then(memory, absence("kind", on=21, name="opnieuw verzuim"))
    assert new.kind is AlertKind.OPENED
    assert new.alert != alert.alert


def test_what_a_closed_alert_used_is_accounted_for_as_used() -> None:
    from schemas.events.account import Outcome

    memory, alert = _with_alert()
    _then(memory, closes(alert))
    last = [each for each in memory.events("outcome.v1") if isinstance(each, Outcome)][-1]
    assert (last.kind, last.reason) == (OutcomeKind.USED, Reason.IN_CLOSED_ALERT)


def _elsewhere(alert: Alert) -> list[Said]:
    return [
        left("kind", "huis", on=20),
        left("ouder", "huis", on=20),
        joined("kind", "nieuw huis", on=20, area=OOSTERDIJK),
        joined("ouder", "nieuw huis", on=20, area=OOSTERDIJK),
    ]


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ([withdrew("kind", on=20)], AlertReason.ALREADY_WITHDRAWN),
        ([arrears("ouder", on=20, name="tweede schuld")], AlertReason.NEWER_REVISION),
        (_elsewhere, AlertReason.ALREADY_WITHDRAWN),
    ],
)
def test_a_decision_that_came_too_late_is_answered_with_the_reason(meanwhile: object, reason: AlertReason) -> None:
    memory, alert = _with_alert()
    said = meanwhile(alert) if callable(meanwhile) else meanwhile
    assert isinstance(said, list)
    memory.publish(*said)
    memory.run()
    decision = takes_up(alert)
    answer = _then(memory, decision)
    assert (answer.kind, answer.reason) == (AlertKind.DECISION_NOT_APPLIED, reason)
    assert answer.answers == decision.decision


def test_closing_twice_says_that_it_was_closed_already() -> None:
    memory, alert = _with_alert()
    _then(memory, closes(alert))
    answer = _then(memory, closes(alert, name="nog eens"))
    assert (answer.kind, answer.reason) == (AlertKind.DECISION_NOT_APPLIED, AlertReason.ALREADY_CLOSED)


def test_a_decision_of_a_team_that_does_not_hold_the_alert_is_not_applied() -> None:
    memory, alert = _with_alert()
    foreign = dataclasses.replace(takes_up(alert), team=TeamId("wijkteam-oost"))
    answer = _then(memory, foreign)
    assert (answer.kind, answer.reason) == (AlertKind.DECISION_NOT_APPLIED, AlertReason.REASSIGNED)
    assert answer.team == alert.team


@pytest.mark.parametrize("story", [STORY, STORY[:1]])
def test_a_decision_about_an_unknown_alert_is_answered_too(story: tuple[Said, ...]) -> None:
    memory, alert = told(story, first=20), _with_alert()[1]
    unknown: TeamDecision = dataclasses.replace(takes_up(alert), alert=AlertId(named("alert", "nooit")))
    answer = _then(memory, unknown)
    assert (answer.kind, answer.reason) == (AlertKind.DECISION_NOT_APPLIED, AlertReason.UNKNOWN_ALERT)


def test_the_same_decision_read_twice_is_applied_once() -> None:
    memory, alert = _with_alert()
    taken = _then(memory, takes_up(alert))
    again = _then(memory, takes_up(alert))
    assert taken.status is again.status is AlertStatus.TAKEN_UP
    assert again.kind is AlertKind.DECISION_NOT_APPLIED


def test_an_ended_alert_is_forgotten_when_its_signals_are_past_every_retention() -> None:
    memory, alert = _with_alert()
    _then(memory, closes(alert))
    memory.publish(dawn(20 + 182))
    assert memory.run().states("household")
    memory.publish(dawn(20 + 183))
    assert not memory.run().states("household")
