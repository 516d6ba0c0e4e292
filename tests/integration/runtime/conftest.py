"""Few partitions where speed matters."""

import pytest

from schemas.transport import Cluster
from signaalbrug.local.servers import Servers
from tests.support.empty_topics import emptied


@pytest.fixture
def few(servers: Servers) -> Cluster:
    """All topics with two partitions each."""
    return emptied(Cluster(servers.kafka.bootstrap, partitions=2))
