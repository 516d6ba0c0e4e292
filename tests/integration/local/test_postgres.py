"""A password for everyone, rows for one's own team, and no row lost by a kill."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from signaalbrug.local.postgres import Postgres
from signaalbrug.local.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that these tests may kill."""
    postgres = Postgres.start(tmp_path_factory.mktemp("server"))
    try:
        yield postgres
    finally:
        postgres.remove()


def database(postgres: Postgres) -> tuple[str, str]:
    """A database of its own, and the url of its owner."""
    name = f"db-{uuid.uuid4()}"
    postgres.create_role(name, postgres.password_of(name))
    postgres.create_database(name, owner=name)
    return name, postgres.url(name, postgres.password_of(name), name)


def role(postgres: Postgres) -> tuple[str, str]:
    name = f"role-{uuid.uuid4()}"
    postgres.create_role(name, "a pass/word?&=%")
    return name, "a pass/word?&=%"


@pytest.mark.parametrize("password", ["", "guessed"])
@pytest.mark.parametrize("who", ["postgres", "nobody", "somebody"])
def test_nobody_enters_without_the_right_password(postgres: Postgres, who: str, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(postgres.url(who, password, "postgres"))


def test_the_server_listens_on_its_socket_alone(postgres: Postgres) -> None:
    with psycopg.connect(postgres.superuser_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert (postgres.socket / ".s.PGSQL.5432").is_socket()


def test_a_folder_that_was_deleted_and_made_again_begins_anew(tmp_path: Path) -> None:
    """As root the data lies apart, and outlives the folder with its passwords: a checkout that was deleted, say."""
    first = Postgres.start(tmp_path / "server")
    database(first)
    first.stop()
    shutil.rmtree(tmp_path / "server")
    again = Postgres.start(tmp_path / "server")
    try:
        with psycopg.connect(again.superuser_url) as connection:
            found = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'db-%'").fetchone()
        assert found == (0,)
    finally:
        again.remove()


def test_a_role_may_log_in_and_nothing_else(postgres: Postgres) -> None:
    name, _ = role(postgres)
    with psycopg.connect(postgres.superuser_url) as connection:
        found = connection.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
            " FROM pg_roles WHERE rolname = %s",
            (name,),
        ).fetchone()
    assert found == (True, False, False, False, False, False)


def test_a_role_that_was_given_more_is_brought_back_when_it_is_made_again(postgres: Postgres) -> None:
    name, _ = role(postgres)
    with psycopg.connect(postgres.superuser_url) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} BYPASSRLS").format(sql.Identifier(name)))

    postgres.create_role(name, "another")

    with psycopg.connect(postgres.superuser_url) as connection:
        found = connection.execute("SELECT rolbypassrls FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    assert found == (False,)


def test_a_role_enters_a_database_only_after_it_was_let_in(postgres: Postgres) -> None:
    base, _ = database(postgres)
    name, password = role(postgres)
    for closed in (base, "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(postgres.url(name, password, closed))

    postgres.grant_connect(base, name)
    with psycopg.connect(postgres.url(name, password, base)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (name,)


def test_making_roles_and_databases_again_changes_nothing(postgres: Postgres) -> None:
    name, owner = database(postgres)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE kept (id int)")

    postgres.create_role(name, postgres.password_of(name))
    postgres.create_database(name, owner=name)

    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_forced_row_security_shows_nothing_without_a_team_not_even_to_the_owner(postgres: Postgres) -> None:
    _, owner = database(postgres)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE feed (team text, alert text)")
        connection.execute("INSERT INTO feed VALUES ('noord', 'a'), ('zuid', 'b')")
        connection.execute("ALTER TABLE feed ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE feed FORCE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON feed USING (team = current_setting('app.team', true))")

        assert connection.execute("SELECT alert FROM feed").fetchall() == []
        with connection.transaction():
            connection.execute("SET LOCAL app.team = 'noord'")
            assert connection.execute("SELECT alert FROM feed").fetchall() == [("a",)]
        assert connection.execute("SELECT alert FROM feed").fetchall() == []


def test_the_log_holds_no_value_of_a_failing_statement(postgres: Postgres) -> None:
    _, owner = database(postgres)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (bsn text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('bsn-in-a-row')")
        for statement, parameter in (
            ("INSERT INTO person VALUES (%s)", "bsn-in-a-row"),
            ("SELECT %s::date", "bsn-in-an-error"),
            ("SELECT 'bsn-in-a-statement' FROM nowhere WHERE %s", "bsn-in-a-parameter"),
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, (parameter,))

    log = postgres.log.read_text()
    assert "database system is ready to accept connections" in log
    assert "bsn" not in log


def test_settings_keep_what_was_acknowledged(postgres: Postgres) -> None:
    with psycopg.connect(postgres.superuser_url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone() == ("on",)


def test_a_kill_loses_no_acknowledged_row(postgres: Postgres) -> None:
    _, owner = database(postgres)
    acknowledged: list[int] = []
    enough = threading.Event()
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE fact (id int PRIMARY KEY)")

    def write() -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(owner, autocommit=True) as connection:  # noqa: PT012
            for number in range(1_000_000):
                connection.execute("INSERT INTO fact VALUES (%s)", (number,))
                acknowledged.append(number)
                if number == 200:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert enough.wait(30)
    before = postgres.pid
    postgres.kill()
    writer.join(30)
    assert not writer.is_alive()

    postgres.restart()
    assert postgres.pid != before
    with psycopg.connect(owner) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM fact").fetchall()}
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 1


def test_a_stopped_server_comes_back_with_its_data(postgres: Postgres) -> None:
    _, owner = database(postgres)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    postgres.stop()
    postgres.restart()

    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_main_and_vault_share_neither_data_nor_password(servers: Servers) -> None:
    assert servers.main.socket != servers.vault.socket
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.vault.url("postgres", servers.main.password_of("postgres"), "postgres"))


def test_a_removed_server_leaves_nothing_behind(tmp_path: Path) -> None:
    postgres = Postgres.start(tmp_path / "server")
    socket = postgres.socket
    postgres.remove()

    assert postgres.pid is None
    assert not socket.exists()
    if not socket.is_relative_to(tmp_path):
        assert not socket.parent.exists()
