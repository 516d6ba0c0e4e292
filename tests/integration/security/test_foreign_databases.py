"""Databases on a PostgreSQL that is not ours to start: the same roles and tables, with passwords from files."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from connectors.intake_ddl import ROLES
from signaalbrug.local.servers import Servers
from signaalbrug.wiring import DATABASE_MODULES

pytestmark = pytest.mark.integration


def prepare(operator: str, passwords: Path) -> subprocess.CompletedProcess[str]:
    words = ("databases", "prepare", "--passwords", str(passwords), "--operator", operator)
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_prepared_twice_is_prepared_once_and_a_missing_password_is_named(servers: Servers, tmp_path: Path) -> None:
    refused = prepare(servers.main.superuser_url, tmp_path)
    assert refused.returncode == 1 and "there is no password for" in refused.stderr
    rooms = [__import__(module, fromlist=["ROLES"]) for module in DATABASE_MODULES]
    for role in (role for room in rooms for role in room.ROLES):
        (tmp_path / role).write_text(servers.main.password_of(role))
    for _ in range(2):
        told = prepare(servers.main.superuser_url, tmp_path)
        assert told.returncode == 0, told.stderr
        assert servers.main.password_of(ROLES[0]) not in told.stdout + told.stderr
    with psycopg.connect(servers.main.url(ROLES[0], servers.main.password_of(ROLES[0]), "intake")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
