"""Team A reads nothing of B: not over HTTP, not over the feed's database roles, not over the vault."""

import psycopg
import pytest
from psycopg import sql

from connectors.wijkteam.ddl import PROJECTOR, RELAY, ROLES, WEB
from signaalbrug.local.cluster import SUPERUSER
from tests.integration.wijkteam.conftest import Town
from tests.support import stories
from tests.support.feed import NOORD, OOST, bearer, csrf_in

pytestmark = pytest.mark.integration

NEVER_WAS = "f" * 32
PAGES = ("/signaleringen/{}", "/werkvoorraad?signalering={}")
FORMS = ("oppakken", "afsluiten", "gegevens")


def foreign(town: Town) -> tuple[str, ...]:
    """Another team's alert, one that never was, and what is no id."""
    return town.oost, NEVER_WAS, "x", "..%2f..", "%00", "a' or true --"


def test_over_the_inbox_a_foreign_alert_is_not_found_whatever_the_verb(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    tokens = town.feed.one("select count(*) from pending")
    assert tokens == 4 and town.feed.fill(town.vault) + town.feed.fill(town.vault) == 4
    token = town.feed.one("select token from member where team = %s limit 1", OOST)
    data = {"csrf": csrf, "revisie": "1", "uitkomst": "contact_made", "persoon": token, "reden": "gesprek plannen"}
    bodies: dict[str, set[str]] = {}
    for name in foreign(town):
        for page in PAGES:
            answer = client.get(page.format(name))
            assert answer.status_code == 404, (name, page)
            bodies.setdefault(page, set()).add(answer.text)
        for form in FORMS:
            answer = client.post(f"/signaleringen/{name}/{form}", data=data)
            assert answer.status_code == 404, (name, form, answer.status_code)
            bodies.setdefault(form, set()).add(answer.text)
    assert all(len(texts) == 1 for texts in bodies.values())
    assert town.vault.asked == []
    for verb in ("PUT", "PATCH", "DELETE"):
        codes = {client.request(verb, f"/signaleringen/{name}").status_code for name in (town.oost, NEVER_WAS)}
        assert len(codes) == 1 and codes <= {404, 405}


def test_over_the_api_a_foreign_alert_is_not_found_whatever_the_verb(town: Town) -> None:
    client = town.client()
    headers = bearer(client, "noor") | {"If-Match": '"1"'}
    bodies: dict[str, set[str]] = {}
    for name in (town.oost, NEVER_WAS, "x"):
        said = {
            "": client.get(f"/v1/signaleringen/{name}", headers=headers),
            "oppakken": client.post(f"/v1/signaleringen/{name}/oppakken", headers=headers),
            "afsluiten": client.post(
                f"/v1/signaleringen/{name}/afsluiten", headers=headers, json={"uitkomst": "contact_made"}
            ),
            "gegevens": client.post(
                f"/v1/signaleringen/{name}/gegevens",
                headers=headers,
                json={"betrokkene": "t" * 32, "reden": "gesprek plannen"},
            ),
        }
        for what, answer in said.items():
            assert answer.status_code == 404, (name, what, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            bodies.setdefault(what, set()).add(answer.text)
    assert all(len(texts) == 1 for texts in bodies.values())
    listed = "".join(client.get(f"/v1/{of}", headers=headers).text for of in ("signaleringen", "gebeurtenissen"))
    assert town.noord in listed and town.oost not in listed


def test_a_token_of_another_alert_or_team_reveals_nobody(town: Town) -> None:
    town.feed.fill(town.vault), town.feed.fill(town.vault)
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    token = town.feed.one("select token from member where team = %s limit 1", OOST)
    data = {"csrf": csrf, "revisie": "1", "persoon": token, "reden": "gesprek plannen"}
    assert client.post(f"/signaleringen/{town.noord}/gegevens", data=data).status_code == 404
    assert town.vault.asked == []


def test_without_a_team_the_web_role_sees_no_row_of_any_table(town: Town) -> None:
    tables = [
        row[0]
        for row in town.feed.admin()
        .execute("select tablename from pg_tables where schemaname = 'public'")
        .fetchall()
    ]
    assert len(tables) >= 14
    with town.feed.connecting(WEB)() as connection:
        for table in tables:
            try:
                counted = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
                found = connection.execute(counted).fetchone()
            except psycopg.errors.InsufficientPrivilege:
                continue
            assert found == (0,), table


def test_with_a_team_the_web_role_sees_only_that_teams_rows(town: Town) -> None:
    with town.feed.connecting(WEB)() as connection, connection.transaction():
        connection.execute("select set_config('app.team', %s, true)", (NOORD,))
        connection.execute("select set_config('app.role', 'team_member', true)")
        for table in ("alert", "content", "member", "feed_entry"):
            found = connection.execute(f"select distinct team from {table}").fetchall()
            assert found == [(NOORD,)], table
        assert connection.execute("select distinct role from content").fetchall() == [("team_member",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into access_log (team, username, shown_as, action, at) values (%s, 'x', 'x', 'x', now())",
                (OOST,),
            )


@pytest.mark.parametrize(
    "statement",
    [
        "select * from pending",
        "select * from use",
        "select person from member",
        "select * from account",
        "select * from session",
        "select * from fact_consent",
        "update alert set status = 'open'",
        "delete from access_log",
        "update access_log set username = 'iemand'",
        "update team_decision set applied = true",
        "insert into feed_entry values ('wijkteam-noord', 99, 'a', 1, 'x', '', now())",
        "create table mine (a int)",
    ],
)
def test_the_web_role_may_not(town: Town, statement: str) -> None:
    with town.feed.connecting(WEB)() as connection:
        connection.execute("select set_config('app.team', %s, false)", (NOORD,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("statement", ["select * from alert", "select * from pending", "select * from content"])
def test_the_relay_sees_decisions_alone(town: Town, statement: str) -> None:
    with town.feed.connecting(RELAY)() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_not_even_the_projector_may_touch_the_access_log(town: Town) -> None:
    with town.feed.connecting(PROJECTOR)() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from access_log")
    town.client("noor").get(f"/signaleringen/{town.noord}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        town.feed.admin().execute("delete from access_log")


def test_no_role_of_the_feed_enters_the_vaults_server_or_another_database(town: Town) -> None:
    vault, main = town.feed.servers.vault, town.feed.servers.main
    for role in ROLES:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(vault.url(role, main.password_of(role), "vault"))
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(vault.url(role, main.password_of(role), SUPERUSER))
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(main.url(role, main.password_of(role), SUPERUSER))


def test_a_move_takes_the_alert_from_the_old_team_and_gives_it_to_the_new(town: Town) -> None:
    town.client("noor").get(f"/signaleringen/{town.noord}")
    for who in ("kind-noord", "ouder-noord"):
        town.goes_on(stories.joined(who, "huis-noord", on=19, area=stories.OOSTERDIJK))
    old, new = town.client("noor"), town.client("oscar")
    page = old.get(f"/signaleringen/{town.noord}")
    assert page.status_code == 200 and "ingetrokken" in page.text and "Schoolverzuim" not in page.text
    assert "Schoolverzuim" in new.get(f"/signaleringen/{town.noord}").text
    assert town.feed.one("select count(*) from content where team = %s", NOORD) == 0
    assert town.feed.one("select count(*) from member where team = %s", NOORD) == 0
