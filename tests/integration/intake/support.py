"""Intake as a real process beside a real vault, broker and database."""

from __future__ import annotations

import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from connectors.files import prepare as prepare_folders
from connectors.intake_ddl import ROLES, install
from connectors.sources import SOURCES
from connectors.vault.api import Principal
from schemas.sealing import new_pair
from schemas.transport import Cluster
from signaalbrug.local.databases import prepare
from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import answers
from signaalbrug.local.servers import Servers
from tests.support.vault_process import RunningVault, program


@dataclass(frozen=True)
class RunningIntake:
    """An intake that may be started, killed and fed."""

    servers: Servers
    name: str
    drop: Path
    environment: dict[str, str]
    log: Path

    def start(self, await_ready: bool = True) -> None:
        port = self.environment["SIGNAALBRUG_OPERATIONS_PORT"]
        path = "ready" if await_ready else "alive"
        self.servers.supervisor.start(
            self.name,
            program("connectors.intake_process"),
            env=self.environment,
            log=self.log,
            ready=lambda: answers(f"http://127.0.0.1:{port}/-/{path}"),
        )

    def kill(self) -> None:
        self.servers.supervisor.kill(self.name)

    def stop(self) -> None:
        self.servers.supervisor.stop(self.name)

    def ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.environment['SIGNAALBRUG_OPERATIONS_PORT']}/-/ready")

    def metrics(self) -> str:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"http://127.0.0.1:{self.environment['SIGNAALBRUG_OPERATIONS_PORT']}/metrics"
        with direct.open(url, timeout=5) as reply:
            return str(reply.read().decode())

    def send(self, source: str, content: bytes, name: str = "levering") -> None:
        """Write apart, then rename the complete file into `in/`."""
        apart = self.drop / source / f"{secrets.token_hex(4)}.written"
        apart.write_bytes(content)
        apart.rename(self.drop / source / "in" / name)

    def lying(self, source: str, part: str) -> list[Path]:
        return sorted((self.drop / source / part).iterdir())

    def logs(self) -> str:
        """All that any run of it wrote."""
        return "".join(path.read_text() for path in self.log.parent.glob(f"{self.log.name}*"))


def books_url(servers: Servers) -> str:
    """A fresh database of intake, as its role."""
    return prepare(servers.main, f"intake_{secrets.token_hex(4)}", ROLES, install)["intake"]


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


@contextmanager
def running_intake(
    servers: Servers, cluster: Cluster, vault: RunningVault, folder: Path, **settings: str
) -> Iterator[RunningIntake]:
    """An intake with folders and books of its own, not yet started."""
    prepare_folders(folder / "drop", SOURCES)
    (folder / "quarantine.key").write_text(new_pair()[1])
    environment = {
        "SIGNAALBRUG_BROKER": cluster.brokers,
        "SIGNAALBRUG_PARTITIONS": str(cluster.partitions),
        "SIGNAALBRUG_DATABASE": books_url(servers),
        "SIGNAALBRUG_VAULT_SOCKET": str(vault.socket),
        "SIGNAALBRUG_VAULT_TOKEN": vault.tokens[Principal.INTAKE],
        "SIGNAALBRUG_DROP": str(folder / "drop"),
        "SIGNAALBRUG_QUARANTINE_KEY": str(folder / "quarantine.key"),
        "SIGNAALBRUG_OPERATIONS_PORT": str(free_ports(1)[0]),
        "SIGNAALBRUG_SETTLE_SECONDS": "0.1",
        "SIGNAALBRUG_POLL_SECONDS": "0.1",
        **settings,
    }
    name = f"intake-{secrets.token_hex(4)}"
    intake = RunningIntake(servers, name, folder / "drop", environment, folder / "intake.log")
    try:
        yield intake
    finally:
        intake.stop()
