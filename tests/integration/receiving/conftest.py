"""One front with all behind it for the tests of this folder; each test delivers content of its own."""

from collections.abc import Iterator

import asyncssh
import httpx2
import pytest

from schemas.transport import Cluster
from signaalbrug.local.servers import Servers
from tests.integration.intake.support import RunningIntake, running_intake
from tests.integration.receiving.support import Front, running_front
from tests.support.certificates import OIN
from tests.support.empty_topics import emptied
from tests.support.vault_process import RunningVault, running_vault


@pytest.fixture(scope="package")
def vault(servers: Servers) -> Iterator[RunningVault]:
    with running_vault(servers) as running:
        yield running


@pytest.fixture(scope="package")
def log(servers: Servers) -> Cluster:
    return emptied(Cluster(servers.kafka.bootstrap))


@pytest.fixture(scope="package")
def intake(
    servers: Servers, log: Cluster, vault: RunningVault, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningIntake]:
    with running_intake(servers, log, vault, tmp_path_factory.mktemp("intake")) as running:
        running.start()
        yield running


@pytest.fixture(scope="package")
def ssh_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="package")
def front(
    intake: RunningIntake, ssh_key: asyncssh.SSHKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    public = ssh_key.export_public_key().decode().strip()
    with running_front(intake, tmp_path_factory.mktemp("front"), public) as running:
        yield running


@pytest.fixture(scope="package")
def partner(front: Front) -> httpx2.Client:
    return front.client(front.ca.pair("partner", OIN))
