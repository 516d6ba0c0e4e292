"""A story with alerts for two teams, and the feed that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from connectors.bsn import Bsn
from schemas.identity import derived
from signaalbrug.local.servers import Servers
from streams.runtime.memory import Memory
from tests.support import stories
from tests.support.feed import NOORD, Feed, VaultDouble, brp_with, log_in
from tests.support.runs import wait_for

TESS = Bsn("999990019")


@dataclass
class Town:
    """Household huis-noord in Molenbuurt and huis-oost in Oosterdijk, each with one alert."""

    feed: Feed
    memory: Memory
    vault: VaultDouble
    brp: Any
    noord: str
    oost: str

    def goes_on(self, *said: stories.Said) -> None:
        """The steps decide, the feed follows."""
        self.memory.publish(*said)
        self.memory.run()
        self.feed.project(self.memory)

    def client(self, user: str | None = None) -> TestClient:
        client = self.feed.web(self.vault, self.brp)
        if user is not None:
            assert log_in(client, user).status_code == 303
        return client


def two_households() -> list[stories.Said]:
    said: list[stories.Said] = []
    for house, area in (("noord", stories.MOLENBUURT), ("oost", stories.OOSTERDIJK)):
        child, parent = f"kind-{house}", f"ouder-{house}"
        said += [
            stories.joined(child, f"huis-{house}", area=area),
            stories.joined(parent, f"huis-{house}", area=area),
            stories.agreed(child),
            stories.absence(child, 10),
            stories.arrears(parent, 12),
        ]
    return said


@pytest.fixture
def feed(servers: Servers) -> Iterator[Feed]:
    feed = Feed(servers)
    yield feed
    feed.close()


@pytest.fixture
def town(feed: Feed, tmp_path: Path) -> Town:
    memory = stories.told(two_households(), first=20, partitions=8)
    found = {alert.household: alert.alert for alert in stories.alerts(memory)}
    feed.project(memory)
    vault = VaultDouble(TESS)
    return Town(
        feed,
        memory,
        vault,
        brp_with(tmp_path / "brp", TESS),
        found[stories.household("huis-noord")],
        found[stories.household("huis-oost")],
    )


#: what another tab of the same user does: being told what became of a decision, and taking up revision 1
TOLD = "update team_decision set told_at = now() where alert = %(alert)s and told_at is null"
DECIDED = """insert into team_decision
    (decision, team, alert, household, revision, kind, username, shown_as, decided_at)
    select %(decision)s, team, alert, household, 1, 'taken_up', 'noor', 'Noor', now()
    from alert where alert = %(alert)s"""


@contextmanager
def meanwhile(town: Town, sql: str, asking: Callable[[], Any]) -> Iterator[Any]:
    """Another tab has done this and not yet said so; *asking* goes on until it meets that, and ends after it."""
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    values = {"alert": town.noord, "decision": derived("team-decision", NOORD, town.noord, "1", "taken_up", "")}
    with town.feed.admin() as other, ThreadPoolExecutor(1) as elsewhere:
        with other.transaction():
            assert other.execute(sql, values).rowcount == 1
            answer = elsewhere.submit(asking)
            wait_for(lambda: answer.done() or town.feed.one(waits), 10, "the request meets the other")
        yield answer.result(10)
