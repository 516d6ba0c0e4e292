"""After a withdrawal everything is as if the signal had never come."""

import os
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from schemas.events.event import Forget
from schemas.events.signal import Signal
from schemas.vocabulary import Source
from tests.support.histories import histories, shuffled
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    dawn,
    household,
    joined,
    named,
    open_alerts,
    person,
    seen,
    taken_back,
    told,
    withdrew,
)

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261125"))
FAMILY = (joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2))
DEBT = arrears("ouder", on=10)


def test_a_signal_taken_back_by_its_source_leaves_no_trace_in_the_view() -> None:
    signal = absence("kind", on=3)
    with_it = told([*FAMILY, DEBT, signal, dawn(20)])
    after = told([*FAMILY, DEBT, signal, dawn(20), taken_back(signal, "kind", "verzuim")])
    never = told([*FAMILY, DEBT, dawn(20)])
    assert len(open_alerts(with_it)) == 1
    assert seen(after) == seen(never) != seen(with_it)


def test_a_consent_taken_back_leaves_the_view_as_if_the_signal_had_never_come() -> None:
    signal = absence("kind", on=3)
    after = told([*FAMILY, DEBT, signal, dawn(20), withdrew("kind", on=15)])
    never = told([*FAMILY, DEBT, dawn(20), withdrew("kind", on=15)])
    assert open_alerts(after) == {}
    assert seen(after) == seen(never)


def test_a_consent_given_anew_brings_the_alert_back_as_a_new_one() -> None:
    before = [*FAMILY, DEBT, absence("kind", on=3), dawn(20), withdrew("kind", on=15)]
    again = told([*before, agreed("kind", on=18, name="opnieuw")])
    first = told(before[:-1])
    assert len(open_alerts(again)) == 1
    assert set(open_alerts(again)) != set(open_alerts(first))


@pytest.mark.parametrize(
    "gone",
    [
        Forget("consent.v1", person("kind"), named("consent", "kind/toestemming")),
        Forget("household.membership.v1", person("kind"), household("huis")),
    ],
    ids=["consent", "membership"],
)
def test_what_was_taken_off_its_topic_holds_no_more(gone: Forget) -> None:
    story = [*FAMILY, DEBT, absence("kind", on=3), dawn(20)]
    after = told([*story, gone])
    assert len(open_alerts(told(story))) == 1
    assert open_alerts(after) == {}
    assert seen(after) == seen(told([*FAMILY, DEBT, dawn(20)]))


def test_in_any_history_a_withdrawal_equals_never_having_come(figures: Callable[[str], None]) -> None:
    ends: Counter[str] = Counter()

    @seed(SEED)
    @settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.data())
    def equals_never(events: list[Said], data: st.DataObject) -> None:
        signal = absence("kind", on=45, name="eenmalig")
        back = taken_back(signal, "kind", "eenmalig")
        order = shuffled(data, [*events, signal, back])
        ends["changed"] += seen(told([*events, signal])) != seen(told(events))
        assert seen(told(order)) == seen(told(events))

    equals_never()
    figures(f"seed {SEED}: in {ends['changed']} of 500 histories the signal had made a difference")
    assert ends["changed"] >= 50


def test_in_any_history_a_withdrawn_consent_equals_a_signal_that_never_came(figures: Callable[[str], None]) -> None:
    ends: Counter[str] = Counter()

    @seed(SEED)
    @settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.data())
    def equals_never(events: list[Said], data: st.DataObject) -> None:
        refusals = [withdrew("kind", on=60, source=source) for source in (None, Source.SCHOOL_ATTENDANCE)]
        without = [each for each in events if not _needs_consent(each)]
        order = shuffled(data, [*events, *refusals])
        ends["changed"] += seen(told(events)) != seen(told([*events, *refusals]))
        assert seen(told(order)) == seen(told([*without, *refusals]))

    equals_never()
    figures(f"seed {SEED}: in {ends['changed']} of 500 histories the consent had made a difference")
    assert ends["changed"] >= 50


def _needs_consent(event: Said) -> bool:
    if not isinstance(event, Signal):
        return False
    return event.person == person("kind") and event.source is Source.SCHOOL_ATTENDANCE
