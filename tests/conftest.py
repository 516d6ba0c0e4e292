"""Real servers for those who ask: started at the first question, gone when the session ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "integration: needs the real servers, which it starts by itself")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One Kafka and two PostgreSQL (main, vault) for the session; make topics and databases of your own."""
    state = State(tmp_path_factory.mktemp("state"))
    try:
        yield Servers.start(state)
    finally:
        Servers.attach(state).remove()
