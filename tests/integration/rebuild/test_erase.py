"""The rights desk's command, as its own process, on a real vault and a real broker."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from connectors.vault.api import Principal
from schemas.events.register import PersonLifecycle
from schemas.transport import Cluster
from schemas.vocabulary import LifecycleKind
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import CHECKOUT
from tests.support.runs import events_of, read_all
from tests.support.vault_process import RunningVault, running_vault
from tests.unit.vault.contract import ANNA, digits, known

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def vault(servers: Servers) -> Iterator[RunningVault]:
    with running_vault(servers) as vault:
        yield vault


def erase(vault: RunningVault, cluster: Cluster, given: str, who: Principal = Principal.RIGHTS) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "signaalbrug", "erase"],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=CHECKOUT,
        check=False,
        env={
            "PATH": os.defpath,
            "SIGNAALBRUG_BROKER": cluster.brokers,
            "SIGNAALBRUG_VAULT_SOCKET": str(vault.socket),
            "SIGNAALBRUG_VAULT_TOKEN": vault.tokens[who],
        },
    )
    return done.returncode, done.stdout + done.stderr


def test_who_asks_to_be_erased_is_on_the_log_and_then_out_of_the_vault(
    vault: RunningVault, cluster: Cluster
) -> None:
    (anna,) = known(vault, ANNA)
    number = digits(ANNA)
    for given, who, why in (
        (number, Principal.INTAKE, "no token of the rights desk"),
        (number, Principal.WIJKTEAM, "no token of the rights desk"),
        (number[:-1], Principal.RIGHTS, "no citizen service number"),
    ):
        code, told = erase(vault, cluster, given, who)
        assert code == 1 and why in told and given not in told
    assert read_all(cluster, "person-lifecycle.v1") == [], "said before the vault was asked"
    code, told = erase(vault, cluster, f"{number}\n")
    assert code == 0, told
    assert told.startswith("erased on ") and number not in told and anna not in told
    (said,) = events_of(cluster, "person-lifecycle.v1")
    assert isinstance(said, PersonLifecycle) and (said.kind, said.person) == (LifecycleKind.ERASED, anna)
    (record,) = read_all(cluster, "person-lifecycle.v1")
    (trace,) = [line.split()[1] for line in told.splitlines() if line.startswith("trace ")]
    assert trace.encode() in dict(record.headers or ())["traceparent"]
    code, told = erase(vault, cluster, number)
    assert code == 0 and "nothing to erase" in told
    assert known(vault, ANNA) != [anna]
