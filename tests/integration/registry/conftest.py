"""One real registry a module."""

from collections.abc import Iterator

import pytest

from signaalbrug.local.apicurio import Apicurio
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import State


@pytest.fixture(scope="module")
def apicurio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apicurio]:
    """A real registry with nothing in it."""
    state = State(tmp_path_factory.mktemp("registry"))
    registry = Apicurio(state.folder("apicurio"), Supervisor(state))
    try:
        registry.restart()
        yield registry
    finally:
        registry.remove()
