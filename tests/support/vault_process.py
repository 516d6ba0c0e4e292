"""A real vault for a test: its own process, socket and database on the vault's PostgreSQL."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from connectors.vault.api import Principal, Vault
from connectors.vault.client import VaultClient
from connectors.vault.ddl import EMPTIED, ROLES, install
from connectors.vault.principals import write_secrets
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.databases import prepare
from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import answers
from signaalbrug.local.servers import Servers


@dataclass(frozen=True)
class RunningVault:
    """A vault that runs, and what its callers need."""

    servers: Servers
    name: str
    database: str
    folder: Path
    environment: Mapping[str, str]
    tokens: Mapping[Principal, str]

    @property
    def socket(self) -> Path:
        return Path(self.environment["SIGNAALBRUG_VAULT_SOCKET"])

    @property
    def log(self) -> Path:
        return self.folder / "vault.log"

    def serving(self, principal: Principal) -> Vault:
        return VaultClient(self.socket, self.tokens[principal])

    def start(self) -> None:
        port = self.environment["SIGNAALBRUG_OPERATIONS_PORT"]
        self.servers.supervisor.start(
            self.name,
            program("connectors.vault.process"),
            env=self.environment,
            log=self.log,
            ready=lambda: answers(f"http://127.0.0.1:{port}/-/ready"),
        )

    def kill(self) -> None:
        self.servers.supervisor.kill(self.name)

    def stop(self) -> None:
        self.servers.supervisor.stop(self.name)

    def rows(self, query: str) -> list[tuple]:
        """What the superuser sees."""
        vault = self.servers.vault
        url = vault.url(SUPERUSER, vault.password_of(SUPERUSER), self.database)
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(query)
            return done.fetchall() if done.description else []

    def empty(self) -> None:
        self.rows(f"truncate {', '.join(sorted(EMPTIED))} restart identity cascade")

    def identity_lines(self) -> list[tuple]:
        return self.rows("select said, username, reason from identity_log order by line")

    def reveal_lines(self) -> list[tuple]:
        return self.rows("select said, team, username, reason from reveal_log order by line")


def program(module: str) -> list[str]:
    """The command that runs a process's `serve` with its environment."""
    return [
        sys.executable,
        "-c",
        f"import os, sys; from {module} import serve; sys.exit(serve(os.environ))",
    ]


@contextmanager
def running_vault(servers: Servers, name: str = "", **settings: str) -> Iterator[RunningVault]:
    """A vault on a database of its own, gone afterwards."""
    name = name or f"vault_{secrets.token_hex(4)}"
    folder = Path(tempfile.mkdtemp(prefix="sb-"))
    try:
        urls = prepare(servers.vault, name, ROLES, install)
        tokens = write_secrets(folder / "keys.json", folder / "tokens.json")
        environment = {
            "SIGNAALBRUG_VAULT_DATABASE": urls["vault"],
            "SIGNAALBRUG_VAULT_SOCKET": str(folder / "vault.sock"),
            "SIGNAALBRUG_VAULT_KEYS": str(folder / "keys.json"),
            "SIGNAALBRUG_VAULT_TOKENS": str(folder / "tokens.json"),
            "SIGNAALBRUG_OPERATIONS_PORT": str(free_ports(1)[0]),
            **settings,
        }
        vault = RunningVault(servers, name, name, folder, environment, tokens)
        vault.start()
        try:
            yield vault
        finally:
            vault.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
