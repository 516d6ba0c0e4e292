"""`/v1` by the NL API Design Rules: list, detail, feed by positions, decisions by revision, problems."""

import re

import pytest
from starlette.testclient import TestClient

from tests.integration.wijkteam.conftest import DECIDED, Town, meanwhile
from tests.support import stories
from tests.support.feed import bearer

pytestmark = pytest.mark.integration
PROBLEM = "application/problem+json"


@pytest.fixture
def client(town: Town) -> TestClient:
    client = town.client()
    client.headers.update(bearer(client, "noor"))
    return client


def test_list_and_detail_say_what_the_inbox_shows(town: Town, client: TestClient) -> None:
    [card] = client.get("/v1/signaleringen").json()["signaleringen"]
    assert (card["id"], card["kenmerk"], card["toestand"], card["urgentie"]) == (
        *(town.noord, "WN-0001"),
        *("open", "deze_week"),
    )
    answer = client.get(f"/v1/signaleringen/{town.noord}")
    assert answer.headers["etag"] == '"1"' and answer.headers["api-version"] == "1.0.0"
    one = answer.json()
    assert len(one["signalen"]) == 2 and one["regel"] == "School en schulden" and len(one["betrokkenen"]) == 2
    assert not any("Huishouden" in key for key in one)


def test_the_feed_gives_what_came_after_a_position_without_gaps(town: Town, client: TestClient) -> None:
    first = client.get("/v1/gebeurtenissen").json()
    assert [each["positie"] for each in first["gebeurtenissen"]] == [1]
    assert first["gebeurtenissen"][0] | {"tijdstip": None} == {
        "positie": 1,
        "signalering": town.noord,
        "revisie": 1,
        "soort": "opened",
        "reden": "rule_matched",
        "tijdstip": None,
    }
    town.goes_on(stories.arrears("ouder-noord", 14, name="tweede"), stories.withdrew("kind-noord", 19))
    after = client.get("/v1/gebeurtenissen", params={"na": first["volgende"]}).json()["gebeurtenissen"]
    assert [each["positie"] for each in after] == list(range(2, 2 + len(after)))
    assert after[-1]["soort"] == "withdrawn"
    one_by_one, na = [], 0
    while page := client.get("/v1/gebeurtenissen", params={"na": na, "aantal": 1}).json()["gebeurtenissen"]:
        one_by_one += page
        na = page[-1]["positie"]
    assert one_by_one == first["gebeurtenissen"] + after


def test_a_decision_needs_the_revision_that_was_seen(town: Town, client: TestClient) -> None:
    where = f"/v1/signaleringen/{town.noord}/oppakken"
    assert client.post(where).status_code == 428
    assert client.post(where, headers={"If-Match": "1"}).status_code == 400
    assert client.post(where, headers={"If-Match": '"7"'}).status_code == 412
    accepted = client.post(where, headers={"If-Match": '"1"'})
    assert (accepted.status_code, accepted.json()) == (202, {"toestand": "wordt_verwerkt"})
    assert client.post(where, headers={"If-Match": '"1"'}).status_code == 202
    close = client.post(
        where.replace("oppakken", "afsluiten"), headers={"If-Match": '"1"'}, json={"uitkomst": "no_contact"}
    )
    assert close.status_code == 409 and close.headers["content-type"] == PROBLEM
    town.feed.relay(town.memory)
    town.goes_on()
    one = client.get(f"/v1/signaleringen/{town.noord}").json()
    assert one["toestand"] == "opgepakt" and one["besluit"]["toestand"] == "doorgevoerd"


def test_what_was_not_carried_out_is_said_with_its_reason(town: Town, client: TestClient) -> None:
    client.post(f"/v1/signaleringen/{town.noord}/oppakken", headers={"If-Match": '"1"'})
    town.goes_on(stories.withdrew("kind-noord", 19))
    town.feed.relay(town.memory)
    town.goes_on()
    one = client.get(f"/v1/signaleringen/{town.noord}").json()
    assert one["toestand"] == "ingetrokken" and one["titel"] == ""
    assert (one["besluit"]["toestand"], one["besluit"]["reden"]) == (
        "niet_doorgevoerd",
        "de signalering was al ingetrokken",
    )


def test_what_is_overtaken_has_no_content(town: Town, client: TestClient) -> None:
    town.memory.publish(stories.withdrew("kind-noord", 19))
    town.feed.project(town.memory)
    one = client.get(f"/v1/signaleringen/{town.noord}").json()
    assert one["toestand"] == "wordt_bijgewerkt"
    empty = ("titel", "waarom", "bronnen", "signalen", "contacten", "betrokkenen", "regel", "venstervan")
    assert not any(one.get(key) for key in empty)
    where = f"/v1/signaleringen/{town.noord}/oppakken"
    assert client.post(where, headers={"If-Match": '"1"'}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/gebeurtenissen?na=-1", None, 400),
        ("GET", "/v1/gebeurtenissen?na=x", None, 400),
        ("GET", "/v1/signaleringen?aantal=1000", None, 400),
        ("GET", "/v1/signaleringen?urgentie=snel", None, 400),
        ("POST", "/v1/sessies", {"gebruiker": "noor"}, 400),
        ("POST", "/v1/sessies", {"gebruiker": "noor", "wachtwoord": "verkeerd", "extra": 1}, 400),
        ("POST", "/v1/sessies", {"gebruiker": "noor", "wachtwoord": "verkeerd"}, 401),
        ("GET", "/v1/nergens", None, 404),
        ("PUT", "/v1/signaleringen", None, 405),
    ],
)
def test_a_bad_question_is_a_problem_that_repeats_no_value(
    client: TestClient, method: str, path: str, body: object, status: int
) -> None:
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert answer.headers["api-version"] == "1.0.0"
    assert set(answer.json()) == {"type", "status", "title", "detail"} and "verkeerd" not in answer.text


def test_without_a_token_nothing_is_said_and_a_cookie_is_no_token(town: Town) -> None:
    for client in (town.client(), town.client("noor")):
        for path in ("/v1/signaleringen", "/v1/gebeurtenissen", f"/v1/signaleringen/{town.noord}"):
            answer = client.get(path)
            assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"


def test_a_token_ends_with_its_session(client: TestClient) -> None:
    assert client.delete("/v1/sessies/huidige").status_code == 204
    assert client.get("/v1/signaleringen").status_code == 401


def test_every_look_at_an_alert_is_logged(town: Town, client: TestClient) -> None:
    client.get(f"/v1/signaleringen/{town.noord}")
    assert town.feed.one("select username from access_log where action = 'viewed'") == "noor"


def test_the_openapi_document_follows_the_design_rules(client: TestClient) -> None:
    document = client.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1") and document["info"]["version"] == "1.0.0"
    assert set(document["info"]["contact"]) == {"name", "url", "email"}
    assert all(server["url"].startswith("https://") and "/v1" in server["url"] for server in document["servers"])
    for path, operations in document["paths"].items():
        assert re.fullmatch(r"(/([a-z]+(-[a-z]+)*|\{[a-zA-Z]+\}))+", path), path
        for operation in operations.values():
            codes = set(operation["responses"])
            assert "422" not in codes, path
            for code in codes:
                if code.startswith(("4", "5")):
                    assert list(operation["responses"][code]["content"]) == [PROBLEM], (path, code)
    for name, schema in document["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", field), (name, field)


@pytest.mark.parametrize(("what", "body", "status"), [("oppakken", None, 202), ("afsluiten", "no_contact", 409)])
def test_of_two_systems_that_decide_at_once_the_second_hears_what_it_would_hear_a_moment_later(
    town: Town, client: TestClient, what: str, body: str | None, status: int
) -> None:
    """The first took it up: the same decision is accepted again, another one conflicts."""
    where, seen = f"/v1/signaleringen/{town.noord}/{what}", {"If-Match": '"1"'}
    given = {"uitkomst": body} if body else None
    with meanwhile(town, DECIDED, lambda: client.post(where, headers=seen, json=given)) as answer:
        assert answer.status_code == status, answer.text
    assert client.post(where, headers=seen, json=given).status_code == status, "and so it is a moment later"
    assert town.feed.one("select count(*) from team_decision") == 1
