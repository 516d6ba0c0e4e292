"""A story with alerts for two teams, and the feed that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from connectors.bsn import Bsn
from signaalbrug.local.servers import Servers
from streams.runtime.memory import Memory
from tests.support import stories
from tests.support.feed import Feed, VaultDouble, brp_with, log_in

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
