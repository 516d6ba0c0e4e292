"""Real servers for those who ask: started at the first question, gone when the session ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from schemas.transport import Cluster
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from tests.support.empty_topics import emptied


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One Kafka and two PostgreSQL (main, vault) for the session; make topics and databases of your own."""
    state = State(tmp_path_factory.mktemp("state"))
    try:
        yield Servers.start(state)
    finally:
        Servers.attach(state).remove()


@pytest.fixture
def cluster(servers: Servers) -> Cluster:
    """All topics of the catalogue, empty, on the real broker."""
    return emptied(Cluster(servers.kafka.bootstrap))


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure that is printed at the end of the run, beside the test that measured it."""
    said = request.config.stash.setdefault(FIGURES, [])
    return lambda text: said.append(f"{request.node.nodeid.rpartition('::')[2]}: {text}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    said = config.stash.get(FIGURES, [])
    if said:
        terminalreporter.section("figures")
        for line in said:
            terminalreporter.write_line(line)
