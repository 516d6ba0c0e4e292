"""What the feed keeps of facts: the same statement wins as in the core, and every fact reaches whom it touches."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest

from connectors.wijkteam.ddl import PROJECTOR
from connectors.wijkteam.facts import remembered
from schemas.events.event import Forget
from schemas.events.register import Consent
from schemas.vocabulary import ConsentKind, Purpose, Source
from streams.core.knowledge import learned, stranger
from streams.runtime.memory import Memory
from tests.integration.wijkteam.conftest import two_households
from tests.support import stories
from tests.support.feed import KEYS, OOST, Feed

pytestmark = pytest.mark.integration

LONG_AGO = -55
GRANDPARENT, HOUSE = "opa", "huis-noord"


def household_led_by_a_grandparent(feed: Feed) -> Memory:
    """Opa's own signal is too old for the rule, but his address, the newest, decides which team has the alert."""
    memory = stories.told(
        [
            *two_households(),
            stories.joined(GRANDPARENT, HOUSE, on=15, area=stories.OOSTERDIJK),
            stories.arrears(GRANDPARENT, LONG_AGO),
        ],
        first=20,
        partitions=8,
    )
    feed.project(memory)
    used = "select count(*) from use where person = %s"
    assert feed.one(used, KEYS.person(stories.person(GRANDPARENT))) == 0, "else another road leads to the alert"
    assert standing(feed) == "shown"
    return memory


def standing(feed: Feed) -> str:
    sql = "select standing from alert where team = %s and household = %s"
    found: str = feed.one(sql, OOST, stories.household(HOUSE))
    return found


def before_the_steps(feed: Feed, memory: Memory, said: stories.Said) -> None:
    memory.publish(said)
    feed.project(memory)


ENDING: dict[str, Callable[[], stories.Said]] = {
    "died": lambda: stories.died(GRANDPARENT, 19),
    "was erased": lambda: stories.erased(GRANDPARENT, 19),
    "contributes no more": lambda: Forget("contribution.v1", stories.household(HOUSE), stories.person(GRANDPARENT)),
}


@pytest.mark.parametrize("what", ENDING)
def test_the_household_is_looked_at_again_when_a_member_whose_signal_was_not_used(feed: Feed, what: str) -> None:
    memory = household_led_by_a_grandparent(feed)
    before_the_steps(feed, memory, ENDING[what]())
    assert standing(feed) == "overtaken"


def test_the_household_is_looked_at_again_when_a_membership_is_known_no_more(feed: Feed) -> None:
    memory = household_led_by_a_grandparent(feed)
    before_the_steps(feed, memory, stories.joined(GRANDPARENT, HOUSE, on=18, area=stories.MOLENBUURT))
    assert standing(feed) == "overtaken"
    gone = Forget("household.membership.v1", stories.person(GRANDPARENT), stories.household(HOUSE))
    before_the_steps(feed, memory, gone)
    assert standing(feed) == "shown", "the address in the contribution is the newest that is known again"


def same_moment() -> list[Consent]:
    """Statements under one id and of one moment, which differ in one thing or another."""
    first = stories.agreed("kind-noord")
    source = [dataclasses.replace(first, source=each) for each in (None, *Source) if each is not Source.UNKNOWN]
    purpose = [dataclasses.replace(first, purpose=each) for each in Purpose if each is not Purpose.UNKNOWN]
    kind = [dataclasses.replace(first, kind=each) for each in ConsentKind if each is not ConsentKind.UNKNOWN]
    days = [dataclasses.replace(first, valid_until=stories.day(n)) for n in (9, 10)]
    return list(dict.fromkeys([*source, *purpose, *kind, *days]))


def test_of_two_statements_of_one_moment_the_feed_keeps_the_one_that_the_core_keeps(feed: Feed) -> None:
    with feed.connecting(PROJECTOR)() as connection:
        for pair in itertools.permutations(same_moment(), 2):
            state = stranger(pair[0].person)
            with connection.transaction(force_rollback=True):
                for statement in pair:
                    remembered(connection, KEYS, statement, stories.at(20))
                    state = learned(state, statement)
                row = connection.execute(
                    "select kind, source, purpose, valid_from, valid_until from fact_consent"
                ).fetchone()
            [kept] = state.consents
            assert row == (kept.kind, kept.source, kept.purpose, kept.valid_from, kept.valid_until), pair
