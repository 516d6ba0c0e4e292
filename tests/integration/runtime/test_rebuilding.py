"""Books that were away longer than tombstones stay: refused, rebuilt, and then as if nothing had been missed."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from schemas.events.alert import Alert
from schemas.events.event import Forget
from schemas.following import CannotContinue
from schemas.rebuilding import Rebuilt
from schemas.transport import Cluster
from schemas.vocabulary import AlertKind, AlertStatus, SignalKind
from streams.core.step import Step
from streams.core.view import view
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import committed_cursors, committed_states, undecided
from streams.runtime.rebuilding import Rebuilder, rebuild_step
from streams.runtime.transactor import Fenced, Transactor, wall_clock
from streams.topology import HOUSEHOLD, PERSON
from tests.support.losses import deleted, made_anew
from tests.support.probe import Clock, tools
from tests.support.runs import Sender, double_or_lost, events_of, read_all
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    codec,
    day,
    household,
    joined,
    named,
    person,
    policy,
    seen,
    takes_up,
    told,
)

pytestmark = pytest.mark.integration

DAYS_AWAY = timedelta(days=8)
ARREARS = (SignalKind.ARREARS_RENT, SignalKind.ARREARS_ENERGY, SignalKind.ARREARS_WATER)
FAMILIES = range(6)
#: whose consent was taken off its topic while the step was away
GONE = (1, 4)


def homes() -> list[Said]:
    return [joined(f"{who}-{i}", f"huis-{i}") for i in FAMILIES for who in ("kind", "ouder")]


def consents(of: Sequence[int]) -> list[Said]:
    return [agreed(f"kind-{i}") for i in of]


def forgotten(of: Sequence[int]) -> list[Said]:
    return [Forget("consent.v1", person(f"kind-{i}"), named("consent", f"kind-{i}/toestemming")) for i in of]


def signals() -> list[Said]:
    of_parents = [arrears(f"ouder-{i}", on=5 + n, kind=kind) for i in FAMILIES for n, kind in enumerate(ARREARS)]
    return [*(absence(f"kind-{i}", on=3) for i in FAMILIES), *of_parents]


def late() -> list[Said]:
    """What was said while the steps were away."""
    return [absence(f"kind-{i}", on=4, name="later") for i in FAMILIES]


def run(few: Cluster, *steps: Step[Any], clock: Clock | None = None) -> None:
    """Every partition opens, decides to the end of the log and stops."""
    for step in steps:
        for partition in range(few.partitions):
            transactor = Transactor(step, partition, few, tools(few), now=clock or wall_clock)
            try:
                transactor.open()
                while transactor.visiting:
                    transactor.tick()
            finally:
                transactor.close()


def rebuilt(few: Cluster, step: Step[Any], **how: bool) -> list[Rebuilt]:
    return list(rebuild_step(step, few, tools(few), **how))


def refusal(few: Cluster, step: Step[Any]) -> str:
    with pytest.raises(CannotContinue) as stopped:
        run(few, step)
    assert stopped.value.code == 6
    return str(stopped.value)


def views(few: Cluster) -> dict[str, Any]:
    return view(committed_states(few, HOUSEHOLD))


def alerts(few: Cluster) -> list[Alert]:
    return [each for each in events_of(few, "alert.v1") if isinstance(each, Alert)]


def contributed(few: Cluster, of: Sequence[int]) -> int:
    """How often these children contributed anything."""
    children = {person(f"kind-{i}") for i in of}
    said = events_of(few, "contribution.v1")
    return sum(each.person in children and bool(each.signals) for each in said)


def outputs(few: Cluster) -> Counter[str]:
    topics = ("contribution.v1", "outcome.v1", "decision.v1", "evidence.v1", "alert.v1", "quarantine.v1")
    return Counter(raw.at.topic for raw in read_all(few, *topics))


@pytest.fixture
def away(few: Cluster) -> Cluster:
    """Both steps decided everything eight days ago; then consents went, tombstones and all, and signals came."""
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    say = Sender(few).say
    say(*homes(), *consents(FAMILIES), *signals())
    run(few, PERSON, HOUSEHOLD, clock=Clock(wall_clock() - DAYS_AWAY))
    deleted(few, "consent.v1")
    say(*consents([i for i in FAMILIES if i not in GONE]), *late())
    return few


def clean() -> dict[str, Any]:
    return seen(told([*homes(), *consents(FAMILIES), *signals(), *forgotten(GONE), *late()], 10, partitions=2))


def test_a_missed_tombstone_is_refused_and_after_the_rebuild_it_is_as_if_it_was_heard(
    away: Cluster, figures: Callable[[str], None]
) -> None:
    before = {each.alert for each in alerts(away) if each.kind is AlertKind.OPENED}
    assert len(before) >= len(FAMILIES)
    for step in (PERSON, HOUSEHOLD):
        why = refusal(away, step)
        assert f"state.{step.name}.v1 partitie" in why
        assert why.endswith(f"Herstel: signaalbrug rebuild {step.name}")
    done = [*rebuilt(away, PERSON), *rebuilt(away, HOUSEHOLD)]
    run(away, PERSON, HOUSEHOLD)
    assert views(away) == clean()
    assert clean() != seen(told([*homes(), *consents(FAMILIES), *signals(), *late()], 10)), "consents matter"
    assert sum(each.forgotten for each in done) == len(GONE)
    assert [gap for each in done for gap in each.gaps] == []
    opened = [each.alert for each in alerts(away) if each.kind is AlertKind.OPENED]
    assert set(opened) == before and len(opened) == len(before), "a second alert"
    assert double_or_lost(alerts(away)) == (0, 0)
    figures(f"{len(GONE)} consents whose tombstones were missed: {len(opened)} alerts were opened, none twice")


def test_asked_twice_it_changes_nothing(away: Cluster) -> None:
    rebuilt(away, PERSON)
    rebuilt(away, HOUSEHOLD)
    run(away, PERSON, HOUSEHOLD)
    before = outputs(away)
    for step in (PERSON, HOUSEHOLD):
        assert [(each.forgotten, each.gaps) for each in rebuilt(away, step)] == [(0, ())] * away.partitions
    run(away, PERSON, HOUSEHOLD)
    assert outputs(away) == before
    assert before["quarantine.v1"] == 0


def test_a_dry_run_tells_and_changes_nothing(away: Cluster) -> None:
    before, cursors = outputs(away), committed_cursors(away, PERSON)
    assert sum(each.forgotten for each in rebuilt(away, PERSON, dry_run=True)) == len(GONE)
    assert (outputs(away), committed_cursors(away, PERSON)) == (before, cursors)
    assert "ouder dan 6 dagen" in refusal(away, PERSON)


def test_a_rebuild_that_dies_half_way_is_asked_for_again(away: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_: Rebuilder) -> None:
        raise ConnectionError

    with monkeypatch.context() as killed:
        killed.setattr(Rebuilder, "_turn", dies)
        for partition in range(away.partitions):
            rebuilder = Rebuilder(PERSON, partition, away, tools(away))
            with pytest.raises(ConnectionError):
                rebuilder.rebuild()
            rebuilder.close()
    known = {each.person: each for each in committed_states(away, PERSON)}
    assert all(not known[person(f"kind-{i}")].consents for i in GONE), "it died after it had begun"
    for partition in range(away.partitions):
        late = Transactor(PERSON, partition, away, tools(away))
        with pytest.raises(CannotContinue, match="signaalbrug rebuild person"):
            late.open()
        late.close()
    rebuilt(away, PERSON)
    rebuilt(away, HOUSEHOLD)
    run(away, PERSON, HOUSEHOLD)
    assert views(away) == clean()
    assert double_or_lost(alerts(away)) == (0, 0)


def test_a_member_whose_contribution_stands_no_more_leaves_the_household(away: Cluster) -> None:
    rebuilt(away, PERSON)
    run(away, PERSON)
    deleted(away, "contribution.v1")
    done = rebuilt(away, HOUSEHOLD)
    assert sum(each.forgotten for each in done) == 2 * len(FAMILIES)
    assert views(away) == {}
    newest = {each.alert: each.kind for each in alerts(away)}
    assert set(newest.values()) == {AlertKind.WITHDRAWN}
    assert double_or_lost(alerts(away)) == (0, 0)


def test_a_log_that_begins_beyond_the_books_is_told_by_offset(away: Cluster) -> None:
    rebuilt(away, PERSON)
    run(away, PERSON)
    say = Sender(away).say
    lost = [absence(f"kind-{i}", on=5, name="verloren") for i in FAMILIES]
    say(*lost)
    deleted(away, "signal.school-attendance.v1")
    kept = [absence(f"kind-{i}", on=6, name="bewaard") for i in FAMILIES]
    say(*kept)
    why = refusal(away, PERSON)
    assert "signal.school-attendance.v1" in why and "begint voorbij" in why and why.endswith("rebuild person")
    done = rebuilt(away, PERSON)
    gaps = [gap for each in done for gap in each.gaps]
    assert sum(gap.first - gap.expected for gap in gaps) == len(lost)
    assert all("are missed for ever" in str(gap) for gap in gaps)
    rebuilt(away, HOUSEHOLD)
    run(away, PERSON, HOUSEHOLD)
    assert not any(undecided(away, PERSON).values())
    said = [*homes(), *consents(FAMILIES), *signals(), *forgotten(GONE), *late(), *kept]
    assert views(away) == seen(told(said, 10))


def test_a_team_decision_is_not_taken_twice(away: Cluster) -> None:
    rebuilt(away, PERSON)
    rebuilt(away, HOUSEHOLD)
    run(away, PERSON, HOUSEHOLD)
    home = household("huis-0")
    newest = {each.alert: each for each in alerts(away) if each.household == home and each.views}
    Sender(away).say(*(takes_up(each, name) for name, each in newest.items()))
    run(away, HOUSEHOLD)
    assert [each.status for each in alerts(away)].count(AlertStatus.TAKEN_UP) == len(newest) > 0
    before = outputs(away)
    rebuilt(away, HOUSEHOLD)
    run(away, HOUSEHOLD)
    assert outputs(away) == before


def test_of_a_topic_that_was_made_anew_only_what_stands_is_decided(away: Cluster) -> None:
    rebuilt(away, PERSON)
    rebuilt(away, HOUSEHOLD)
    # made anew, every partition must be shorter than the books
    Sender(away).say(*(agreed(f"vulling-{n}") for n in range(40)))
    run(away, PERSON, HOUSEHOLD)
    before = Counter(each.alert for each in alerts(away) if each.kind is AlertKind.OPENED)
    said_of_gone = contributed(away, GONE)
    made_anew(away, "consent.v1")
    first, *others = [i for i in FAMILIES if i not in GONE]
    # the consent of the first stands there no more: given again and taken off before anybody looked
    Sender(away).say(*consents([*GONE, first]), *forgotten([*GONE, first]), *consents(others))
    assert "consent.v1" in refusal(away, PERSON)
    done = rebuilt(away, PERSON)
    assert [[gap.cut for gap in each.gaps] for each in done] == [[True]] * away.partitions
    run(away, PERSON, HOUSEHOLD)
    said = [*homes(), *consents(FAMILIES), *signals(), *forgotten([*GONE, first]), *late()]
    assert views(away) == seen(told(said, 10))
    assert Counter(each.alert for each in alerts(away) if each.kind is AlertKind.OPENED) == before, "a second alert"
    assert contributed(away, GONE) == said_of_gone, "what was replaced on the topic was decided for a moment"
    assert double_or_lost(alerts(away)) == (0, 0)


def test_the_policy_in_force_that_is_gone_is_replaced_by_the_newest_for_everybody(away: Cluster) -> None:
    made_anew(away, "policy.v1")
    made_anew(away, "calendar.v1")
    with pytest.raises(CannotContinue) as stopped:
        rebuilt(away, PERSON)
    assert "signaalbrug run calendar" in str(stopped.value)
    publish_day(away, codec(), day(10))
    publish_policy(away, codec(), policy())
    rebuilt(away, PERSON)
    rebuilt(away, HOUSEHOLD)
    run(away, PERSON, HOUSEHOLD)
    assert views(away) == clean()
    assert double_or_lost(alerts(away)) == (0, 0)


def test_a_worker_that_still_runs_is_fenced_and_writes_nothing_more(few: Cluster) -> None:
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    zombie = Transactor(PERSON, 0, few, tools(few), now=Clock(wall_clock() - DAYS_AWAY))
    zombie.open()
    rebuilt(few, PERSON)
    zombie._now = wall_clock
    with pytest.raises(Fenced):
        zombie.tick()
    zombie.close()


def test_where_nothing_was_decided_there_is_nothing_to_rebuild(few: Cluster) -> None:
    assert [(each.forgotten, each.gaps) for each in rebuilt(few, PERSON)] == [(0, ())] * few.partitions
