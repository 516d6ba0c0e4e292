"""What may not be used changes nothing that a team can see: not what it shows, nor when, nor whom it names."""

import pytest

from schemas.events.account import Outcome
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.vocabulary import OutcomeKind, Reason, Source
from streams.runtime.memory import Memory
from streams.topology import HOUSEHOLD
from tests.support.stories import (
    Said,
    absence,
    agreed,
    alerts,
    arrears,
    codec,
    dawn,
    died,
    joined,
    objected,
    open_alerts,
    person,
    policy,
    seen,
    told,
)

FAMILY: tuple[Said, ...] = (joined("kind", "huis"), joined("ouder", "huis"))
FORBIDDEN: dict[str, tuple[Said, ...]] = {
    "never asked": (absence("kind", on=3),),
    "objected": (agreed("kind", on=2), objected("kind", on=2), absence("kind", on=3)),
    "objected to this source": (
        agreed("kind", on=2),
        objected("kind", on=2, source=Source.SCHOOL_ATTENDANCE),
        absence("kind", on=3),
    ),
    "consent for another source": (agreed("kind", on=2, source=Source.GENERAL_PRACTICE), absence("kind", on=3)),
    "consent ended": (agreed("kind", on=2, until=15), absence("kind", on=3)),
    "consent of somebody else": (agreed("ouder", on=2), absence("kind", on=3)),
    "died": (agreed("kind", on=2), died("kind", on=4), absence("kind", on=3)),
}


@pytest.mark.parametrize("why", FORBIDDEN)
def test_a_signal_that_may_not_be_used_changes_nothing_a_team_sees(why: str) -> None:
    facts = FORBIDDEN[why]
    story = [dawn(20), *FAMILY, arrears("ouder", on=10)]
    signal = absence("kind", on=3)
    without = told([*story, *(each for each in facts if each != signal)], first=20)
    with_it = told([*story, *facts], first=20)
    assert seen(with_it) == seen(without)
    assert _said(alerts(with_it)) == _said(alerts(without))
    assert _denied(with_it, "kind")


def test_the_same_signal_with_consent_does_make_a_difference() -> None:
    story = [dawn(20), *FAMILY, arrears("ouder", on=10), absence("kind", on=3)]
    assert open_alerts(told(story, first=20)) == {}
    assert len(open_alerts(told([*story, agreed("kind", on=2)], first=20))) == 1


def test_a_stopped_ground_acts_at_once_and_a_resumed_one_brings_the_alert_back() -> None:
    story = [dawn(20), *FAMILY, agreed("kind", on=2), arrears("ouder", on=10), absence("kind", on=3)]
    assert len(open_alerts(told(story, first=20))) == 1
    stopped = [*story, policy("ground:lpw-toestemming")]
    assert open_alerts(told(stopped, first=20)) == {}
    assert len(open_alerts(told([*stopped, policy()], first=20))) == 1


def _household_alone(under: PolicyPublished) -> Memory:
    """The household step with what the person step contributed under today's policy, and nothing more of it."""
    story = [*FAMILY, agreed("kind", on=2), arrears("ouder", on=10), absence("kind", on=3)]
    contributed = told(story, first=20).events("contribution.v1")
    memory = Memory(codec(), steps=(HOUSEHOLD,))
    memory.publish(dawn(20), under, *(each for each in contributed if isinstance(each, Contribution)))
    return memory.run()


def test_a_household_judges_again_what_the_person_step_has_not_taken_back_yet() -> None:
    memory = _household_alone(policy())
    assert len(open_alerts(memory)) == 1
    memory.publish(policy("ground:lpw-toestemming"))
    assert open_alerts(memory.run()) == {}


def test_what_was_contributed_under_another_policy_opens_nothing_yet() -> None:
    memory = _household_alone(policy("rule:een-andere"))
    assert alerts(memory) == []
    memory.publish(policy())
    assert len(open_alerts(memory.run())) == 1


def _said(revisions: list[Alert]) -> list[tuple[object, ...]]:
    return [(each.kind, each.reason, each.views, each.signals) for each in revisions]


def _denied(memory: Memory, who: str) -> bool:
    said = [
        each for each in memory.events("outcome.v1") if isinstance(each, Outcome) and each.person == person(who)
    ]
    return said[-1].kind is OutcomeKind.DENIED and said[-1].reason is not Reason.UNKNOWN
