"""A database of an earlier release, with rows in it, becomes one of this release; no process meets another."""

from __future__ import annotations

import importlib.util
import secrets
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory

from connectors import intake_ddl
from connectors.vault import ddl
from connectors.vault.api import Principal
from connectors.vault.keys import Generation, Keys
from schemas.migrations import OtherVersion, refuse_other_version, version_of
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from tests.integration.vault.test_vault import _start
from tests.support.vault_process import running_vault
from tests.unit.vault.contract import ANNA, known

pytestmark = pytest.mark.integration
ROOMS = {"vault": ddl, "intake": intake_ddl}


def folder(room: Any) -> Path:
    return Path(room.MIGRATIONS)


def first_tables(room: Any) -> str:
    """What a release of before there were revisions made."""
    path = sorted(folder(room).glob("v0001_*.py"))[0]
    spec = importlib.util.spec_from_file_location("baseline", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module._TABLES)


def server_of(servers: Servers, name: str) -> Any:
    return servers.vault if name == "vault" else servers.main


@pytest.mark.parametrize("name", ROOMS)
def test_the_revisions_are_one_line_that_ends_at_the_version_of_this_release(name: str) -> None:
    room = ROOMS[name]
    script = ScriptDirectory(str(folder(room)), version_locations=[str(folder(room))])
    revisions = list(script.walk_revisions())
    assert script.get_heads() == [room.VERSION] and revisions[0].revision == room.VERSION
    assert [each.revision for each in reversed(revisions)] == [f"v{n:04d}" for n in range(1, len(revisions) + 1)]


def shape(connection: psycopg.Connection) -> list[tuple]:
    return connection.execute(
        "select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns"
        " where table_schema = 'public' order by 1, 2"
    ).fetchall()


@pytest.mark.parametrize("name", ROOMS)
def test_an_old_database_and_a_new_one_end_in_the_same_shape(servers: Servers, name: str) -> None:
    room, server = ROOMS[name], server_of(servers, name)
    shapes = []
    for old in (True, False):
        database = f"{name}_{secrets.token_hex(4)}"

        def made(connection: psycopg.Connection, old: bool = old) -> None:
            if old:
                connection.execute(first_tables(room))
                connection.commit()
                assert version_of(connection) is None
                connection.commit()
            for _ in range(2):
                room.install(connection)
                connection.commit()
            assert version_of(connection) == room.VERSION
            shapes.append(shape(connection))

        prepare(server, database, room.ROLES, made)
    assert shapes[0] == shapes[1] != []


def test_persons_of_an_old_vault_keep_their_pseudonyms(servers: Servers) -> None:
    name = f"vault_{secrets.token_hex(4)}"
    with running_vault(servers, name) as vault:
        before = known(vault, ANNA)
        vault.stop()
        vault.rows("drop table alembic_version, key_generation, identity_question, identity_log")
        vault.rows("alter table person drop column index_key_version, drop column key_version")
        vault.rows("alter table receipt drop column key_version")
        refused = _start(dict(vault.environment))
        assert refused.returncode == 2 and "heeft versie geen" in refused.stdout
        prepare(servers.vault, name, ddl.ROLES, ddl.install)
        vault.start()
        assert known(vault, ANNA) == before
        keys = Keys.read(Path(vault.environment["SIGNAALBRUG_VAULT_KEYS"]))
        assert keys.now == Generation(1, 1) and vault.serving(Principal.INTAKE)


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("found", [None, "v9999"])
def test_an_older_and_a_newer_release_refuse_to_work_on_it(servers: Servers, name: str, found: str | None) -> None:
    room, server = ROOMS[name], server_of(servers, name)
    urls = prepare(server, f"{name}_{secrets.token_hex(4)}", room.ROLES, room.install)
    database = urls[room.ROLES[0]].rpartition("/")[2].partition("?")[0]
    from signaalbrug.local.cluster import SUPERUSER

    url = server.url(SUPERUSER, server.password_of(SUPERUSER), database)
    with psycopg.connect(url, autocommit=True) as owner:
        statement = (
            "drop table alembic_version" if found is None else "update alembic_version set version_num = 'v9999'"
        )
        owner.execute(statement)
    with psycopg.connect(urls[room.ROLES[0]], autocommit=True) as role, pytest.raises(OtherVersion) as refused:
        refuse_other_version(role, name, room.VERSION)
    assert refused.value.code == 2
    assert str(found or "geen") in str(refused.value) and room.VERSION in str(refused.value)
