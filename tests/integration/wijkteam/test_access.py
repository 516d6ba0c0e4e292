"""Getting in, staying in and getting out; forms that cannot be forged."""

from datetime import timedelta

import pytest

from connectors.wijkteam.forms import BEFORE, SESSION
from connectors.wijkteam.users import add_user, end_user
from tests.integration.wijkteam.conftest import Town
from tests.support.feed import NOORD, OOST, PASSWORD, csrf_in, log_in

pytestmark = pytest.mark.integration


def test_without_a_session_everything_leads_to_the_login(town: Town) -> None:
    client = town.client()
    for where in ("/werkvoorraad", "/afgehandeld", "/uitleg", f"/signaleringen/{town.noord}"):
        answer = client.get(where)
        assert (answer.status_code, answer.headers["location"]) == (303, "/inloggen")
    assert client.post(f"/signaleringen/{town.noord}/oppakken").status_code == 401
    assert client.get("/werkvoorraad", headers={"X-Verversen": "1"}).status_code == 401
    assert client.get("/toegankelijkheid").status_code == 200


WRONG = [("noor", "een ander wachtwoord"), ("niemand", PASSWORD), ("", ""), ("no\x00or", PASSWORD)]


@pytest.mark.parametrize(("user", "password"), WRONG)
def test_a_wrong_login_says_the_same_whatever_was_wrong(town: Town, user: str, password: str) -> None:
    client = town.client()
    answer = log_in(client, user, password)
    assert answer.status_code == 401
    assert "Inloggen is niet gelukt. Controleer uw gebruikersnaam en wachtwoord" in answer.text
    assert SESSION not in client.cookies


def test_tries_are_limited_per_user_and_the_right_password_waits_too(town: Town) -> None:
    client = town.client()
    assert {log_in(client, "noor", f"verkeerd wachtwoord {n}").status_code for n in range(5)} == {401}
    assert log_in(client, "noor").status_code == 429
    assert log_in(client, "oscar").status_code == 303
    town.feed.clock.at += timedelta(minutes=2)
    assert log_in(client, "noor").status_code == 303


def test_a_session_is_new_after_login_so_that_nobody_can_plant_one(town: Town) -> None:
    client = town.client()
    client.cookies.set(SESSION, "geplant")
    assert log_in(client, "noor").status_code == 303
    fresh = client.cookies.get(SESSION, domain="feed.local")
    assert fresh != "geplant"
    planted = town.client()
    planted.cookies.set(SESSION, "geplant")
    assert planted.get("/werkvoorraad").status_code == 303


def test_a_new_login_ends_the_session_before_it(town: Town) -> None:
    client, copy = town.client("noor"), town.client()
    copy.cookies.set(SESSION, client.cookies[SESSION])
    assert copy.get("/werkvoorraad").status_code == 200
    log_in(client, "noor")
    assert copy.get("/werkvoorraad").status_code == 303


def test_logging_out_ends_the_session_also_for_who_copied_it(town: Town) -> None:
    client, copy = town.client("noor"), town.client()
    copy.cookies.set(SESSION, client.cookies[SESSION])
    csrf = csrf_in(client.get("/werkvoorraad").text)
    assert client.post("/uitloggen", data={"csrf": csrf}).status_code == 303
    assert copy.get("/werkvoorraad").status_code == 303


def test_silence_ends_a_session_and_polls_are_silence(town: Town) -> None:
    client = town.client("noor")
    for _ in range(7):
        town.feed.clock.at += timedelta(minutes=4)
        assert client.get("/werkvoorraad", headers={"X-Verversen": "1"}).status_code == 200
    town.feed.clock.at += timedelta(minutes=4)
    assert client.get("/werkvoorraad", headers={"X-Verversen": "1"}).status_code == 401


def test_work_keeps_a_session_until_its_longest_time(town: Town) -> None:
    client = town.client("noor")
    for _ in range(20):
        town.feed.clock.at += timedelta(minutes=29)
        assert client.get("/werkvoorraad").status_code == 200
    town.feed.clock.at += timedelta(minutes=29)
    assert client.get("/werkvoorraad").status_code == 303


@pytest.mark.parametrize("csrf", ["", "geraden"])
def test_a_form_without_the_sessions_secret_is_forbidden(town: Town, csrf: str) -> None:
    client = town.client("noor")
    for form in ("oppakken", "afsluiten", "gegevens"):
        data = {"csrf": csrf, "revisie": "1", "uitkomst": "contact_made", "reden": "gesprek plannen"}
        assert client.post(f"/signaleringen/{town.noord}/{form}", data=data).status_code == 403
    assert client.post("/uitloggen", data={"csrf": csrf}).status_code == 403
    assert town.feed.one("select count(*) from team_decision") == 0


def test_a_form_of_another_users_session_is_forbidden(town: Town) -> None:
    csrf = csrf_in(town.client("leider").get("/werkvoorraad").text)
    answer = town.client("noor").post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    assert answer.status_code == 403


def test_a_login_form_from_elsewhere_is_forbidden(town: Town) -> None:
    client = town.client()
    csrf = csrf_in(client.get("/inloggen").text)
    data = {"gebruiker": "noor", "wachtwoord": PASSWORD, "csrf": csrf}
    assert client.post("/inloggen", data=data, headers={"Origin": "https://elders.example"}).status_code == 403
    client.cookies.delete(BEFORE)
    assert client.post("/inloggen", data=data).status_code == 403


def test_another_team_holds_from_the_next_request(town: Town) -> None:
    client = town.client("noor")
    with town.feed.admin() as connection:
        connection.execute("update account set team = %s where username = 'noor'", (OOST,))
    assert client.get(f"/signaleringen/{town.noord}").status_code == 404
    assert client.get(f"/signaleringen/{town.oost}").status_code == 200
    with town.feed.admin() as connection:
        end_user(connection, "noor")
    assert client.get("/werkvoorraad").status_code == 303


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(town: Town) -> None:
    answer = log_in(town.client(), "noor")
    cookie = next(v for k, v in answer.headers.multi_items() if k == "set-cookie" and v.startswith(f"{SESSION}="))
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie


def test_every_answer_has_its_headers_and_only_static_files_are_kept(town: Town) -> None:
    client = town.client("noor")
    for where in ("/werkvoorraad", "/nergens", "/v1/openapi.json", "/v1/signaleringen"):
        headers = client.get(where).headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert "immutable" in client.get("/static/signaalbrug.css").headers["cache-control"]
    for hidden in ("vendor/refresh.py", "vendor/vendor.lock.json", "../ddl.py", "..%2fddl.py"):
        assert client.get(f"/static/{hidden}").status_code == 404


def test_too_much_is_refused_before_it_is_read(town: Town) -> None:
    assert town.client().post("/inloggen", content=b"x" * 20_000).status_code == 413


@pytest.mark.parametrize(("user", "password"), [("noor", "te kort"), ("noor; --", PASSWORD), ("nöör", PASSWORD)])
def test_an_account_with_a_weak_password_or_odd_name_is_refused(town: Town, user: str, password: str) -> None:
    with town.feed.admin() as connection, pytest.raises(ValueError, match="account"):
        add_user(connection, NOORD, user, password)
