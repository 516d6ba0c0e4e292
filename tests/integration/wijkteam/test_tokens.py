"""Team tokens come late and from elsewhere: whatever happens meanwhile, nobody waits whom nobody fetches for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.wijkteam.ddl import PROJECTOR
from connectors.wijkteam.projection import projector
from connectors.wijkteam.tokens import filled
from schemas.following import Arrived
from signaalbrug.demo.log import arrived_in
from tests.integration.wijkteam.conftest import Town
from tests.support import stories
from tests.support.feed import KEYS, Feed
from tests.support.runs import wait_for

pytestmark = pytest.mark.integration

FORGOTTEN = """select count(*) from member where token is null and not exists
    (select 1 from pending where pending.team = member.team and pending.person = member.person)"""


def is_waiting_for_a_lock(feed: Feed, process: int) -> bool:
    sql = "select count(*) from pg_stat_activity where pid = %s and wait_event_type = 'Lock'"
    return bool(feed.one(sql, process))


def news(town: Town) -> list[Arrived]:
    """A signal more: the alert gets a revision that the feed has not read yet."""
    town.memory.publish(stories.arrears("ouder-noord", 14, name="tweede"))
    town.memory.run()
    return arrived_in(town.memory, town.feed.read)


def test_a_revision_that_commits_while_tokens_are_written_leaves_nobody_without_one(town: Town) -> None:
    """Both know the same persons to be without a token; the revision writes them down anew."""
    feed, arrived = town.feed, news(town)
    with (
        feed.connecting(PROJECTOR)() as revising,
        feed.connecting(PROJECTOR)() as filling,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        with revising.transaction():
            projector(KEYS, feed.clock)(revising, arrived)
            filling_ended = elsewhere.submit(filled, filling, KEYS, town.vault)
            wait_for(
                lambda: filling_ended.done() or is_waiting_for_a_lock(feed, filling.info.backend_pid),
                10,
                "tokens meet the revision",
            )
        assert filling_ended.result(10) > 0
    assert feed.one(FORGOTTEN) == 0
    while feed.fill(town.vault):
        pass
    assert feed.one("select count(*) from member where token is null") == 0


def test_tokens_that_are_written_while_a_revision_begins_are_not_lost(town: Town) -> None:
    """The other way round: the revision waits until the tokens stand, and asks again for whom it did not see."""
    feed, arrived = town.feed, news(town)
    with (
        feed.connecting(PROJECTOR)() as revising,
        feed.connecting(PROJECTOR)() as filling,
        ThreadPoolExecutor(1) as elsewhere,
    ):

        def revise() -> None:
            with revising.transaction():
                projector(KEYS, feed.clock)(revising, arrived)

        with filling.transaction():
            while filled(filling, KEYS, town.vault):
                pass
            revised = elsewhere.submit(revise)
            wait_for(
                lambda: revised.done() or is_waiting_for_a_lock(feed, revising.info.backend_pid),
                10,
                "the revision meets the tokens",
            )
        revised.result(10)
    assert feed.one(FORGOTTEN) == 0
    while feed.fill(town.vault):
        pass
    assert feed.one("select count(*) from member where token is null") == 0
