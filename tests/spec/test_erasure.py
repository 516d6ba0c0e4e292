"""Who is erased stays erased, whatever is read again and in whatever order."""

import dataclasses
import os
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from schemas.catalogue import TOPICS, Key
from schemas.events.event import Event
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.events.signal import Signal
from streams.runtime.memory import Memory
from tests.support.histories import LAST_DAY, histories, shuffled
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    dawn,
    erased,
    joined,
    open_alerts,
    person,
    seen,
    told,
)

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261125"))
STORY: tuple[Said, ...] = (
    joined("kind", "huis"),
    joined("ouder", "huis"),
    agreed("kind", on=2),
    absence("kind", on=3),
    arrears("ouder", on=10),
    dawn(20),
)


def _about(event: Said, who: str) -> bool:
    return isinstance(event, Signal | Membership | Consent | PersonLifecycle) and event.person == person(who)


def standing_keys(memory: Memory) -> set[tuple[str, str, str]]:
    """What compaction would keep: topic, owner and entity of every key whose last record has a value."""
    last: dict[tuple[str, Key], bool] = {}
    for logged in memory.log:
        if TOPICS[logged.record.topic].compacted:
            last[logged.record.topic, Key.decode(logged.record.key)] = logged.record.value is not None
    return {(topic, key.owner, key.entity) for (topic, key), stands in last.items() if stands}


def test_an_erased_person_takes_the_alert_along() -> None:
    before, after = told(STORY), told([*STORY, erased("kind", on=20)])
    assert len(open_alerts(before)) == 1
    assert open_alerts(after) == {}
    assert seen(after) == seen(told([each for each in STORY if not _about(each, "kind")]))


def test_of_an_erased_person_no_derived_key_stands() -> None:
    """The registers take their own keys back; what the steps wrote is taken back by the steps."""
    keys = standing_keys(told([*STORY, erased("kind", on=20)]))
    derived = {each for each in keys if each[0] in ("contribution.v1", "outcome.v1")}
    assert derived
    assert not any(person("kind") in each for each in derived)
    assert any(person("ouder") in each for each in derived)


def test_every_topic_read_again_in_any_order_brings_nobody_back(figures: Callable[[str], None]) -> None:
    ends: Counter[str] = Counter()

    @seed(SEED)
    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(histories(), st.sampled_from(("kind", "moeder", "vader")), st.data())
    def stays_erased(events: list[Said], who: str, data: st.DataObject) -> None:
        goodbye = erased(who, on=LAST_DAY)
        others = [each for each in events if not _about(each, who)]
        again = shuffled(data, [*events, goodbye])
        memory = told([*events, goodbye, *again], partitions=2)
        ends["mattered"] += seen(told(events)) != seen(told(others))
        assert seen(memory) == seen(told(others))
        assert not any(
            person(who) in key for key in standing_keys(memory) if key[0] in ("contribution.v1", "outcome.v1")
        )
        state = memory.states("person")[person(who)]
        assert state == dataclasses.replace(
            state, signals=(), memberships=(), consents=(), contributions=(), died_on=None
        )

    stays_erased()
    figures(f"seed {SEED}: in {ends['mattered']} of 300 histories the person had made a difference")
    assert ends["mattered"] >= 60


def test_even_the_erasure_is_forgotten_when_nothing_of_the_person_can_come_any_more() -> None:
    memory = told([*STORY, erased("kind", on=20), dawn(20 + 183)])
    assert person("kind") in memory.states("person")
    memory = told([*STORY, erased("kind", on=20), dawn(20 + 183), dawn(20 + 184)])
    assert person("kind") not in memory.states("person")


def test_a_stranger_who_is_erased_before_anything_came_gets_nowhere() -> None:
    late: list[Event] = [each for each in STORY if isinstance(each, Event)]
    memory = told([erased("kind", on=1), *late])
    assert open_alerts(memory) == {}
    assert seen(memory) == seen(told([each for each in STORY if not _about(each, "kind")]))
