"""What a team sees and decides over HTTP, on the real database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.policy.bundle import published
from tests.integration.wijkteam.conftest import DECIDED, TOLD, Town, meanwhile
from tests.support import stories
from tests.support.feed import csrf_in

pytestmark = pytest.mark.integration


def test_the_worklist_shows_the_teams_alert_and_its_explanation(town: Town) -> None:
    client = town.client("noor")
    page = client.get(f"/werkvoorraad?signalering={town.noord}").text
    assert "Schoolverzuim en betalingsachterstand" in page
    assert "WN-0001" in page and "Molenbuurt" in page
    assert "Wijkteam Noord" in page
    assert "2 signalen" in page
    assert town.oost not in page


def test_a_card_is_new_until_somebody_opened_it(town: Town) -> None:
    client = town.client("noor")
    assert "Nieuw" in client.get("/werkvoorraad").text
    client.get(f"/signaleringen/{town.noord}")
    assert "Nieuw" not in client.get("/werkvoorraad").text


def test_taking_up_is_being_processed_and_then_taken_up(town: Town) -> None:
    client = town.client("noor")
    page = client.get(f"/signaleringen/{town.noord}").text
    answer = client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf_in(page), "revisie": "1"})
    assert answer.status_code == 303, answer.text
    assert "Uw besluit wordt verwerkt" in client.get(f"/signaleringen/{town.noord}").text
    assert town.feed.relay(town.memory) == 1
    assert town.feed.relay(town.memory) == 0
    town.goes_on()
    assert "Opgepakt door Noor" in client.get(f"/signaleringen/{town.noord}").text


def test_closing_moves_it_to_what_was_done_with_its_outcome(town: Town) -> None:
    client = town.client("noor")
    page = client.get(f"/signaleringen/{town.noord}").text
    data = {"csrf": csrf_in(page), "revisie": "1", "uitkomst": "contact_made"}
    assert client.post(f"/signaleringen/{town.noord}/afsluiten", data=data).status_code == 303
    town.feed.relay(town.memory)
    town.goes_on()
    assert town.noord not in client.get("/werkvoorraad").text
    done = client.get("/afgehandeld").text
    assert "contact gelegd" in done and "Schoolverzuim" in done
    closed = client.get(f"/signaleringen/{town.noord}").text
    assert "Deze signalering is afgesloten" in closed and "Toestemming" not in closed
    assert town.feed.one("select count(*) from member") == 2, "only those of the other team"


def test_the_reader_of_a_role_sees_the_view_of_that_role(town: Town) -> None:
    member, lead = town.client("noor"), town.client("leider")
    assert "16 uur verzuim" in member.get(f"/signaleringen/{town.noord}").text
    page = lead.get(f"/signaleringen/{town.noord}").text
    assert "16 uur verzuim" not in page and "niet getoond" in page


def test_a_stale_revision_is_a_conflict_and_nothing_is_stored(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    town.goes_on(stories.arrears("ouder-noord", 14, name="tweede"))
    answer = client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    assert answer.status_code == 409 and "intussen veranderd" in answer.text
    assert town.feed.one("select count(*) from team_decision") == 0


def test_a_second_click_decides_nothing_new_and_another_decision_waits(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    where = f"/signaleringen/{town.noord}"
    for _ in range(2):
        assert client.post(f"{where}/oppakken", data={"csrf": csrf, "revisie": "1"}).status_code == 303
    data = {"csrf": csrf, "revisie": "1", "uitkomst": "contact_made"}
    assert client.post(f"{where}/afsluiten", data=data).status_code == 409
    assert town.feed.one("select count(*) from team_decision") == 1


@pytest.mark.parametrize("revision", ["", "x", "-1", "1e9", "１", "99999999999"])
def test_a_revision_that_is_none_is_refused(town: Town, revision: str) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    answer = client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": revision})
    assert answer.status_code == 400


def test_a_poll_is_no_view(town: Town) -> None:
    client = town.client("noor")
    client.get(f"/werkvoorraad?signalering={town.noord}", headers={"X-Verversen": "1"})
    assert town.feed.one("select count(*) from access_log where action = 'viewed'") == 0
    client.get(f"/werkvoorraad?signalering={town.noord}")
    assert town.feed.one("select count(*) from access_log where action = 'viewed'") == 1


def test_the_rules_in_force_are_explained(town: Town) -> None:
    page = town.client("noor").get("/uitleg").text
    assert "School en schulden" in page and "binnen 60 dagen" in page


def test_a_withdrawal_decided_between_post_and_decision_is_told_to_the_user(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    town.goes_on(stories.withdrew("kind-noord", 19))
    assert town.feed.relay(town.memory) == 1
    town.goes_on()
    page = client.get("/werkvoorraad").text
    assert "Uw besluit over WN-0001 is niet doorgevoerd: de signalering was al ingetrokken." in page
    assert "niet doorgevoerd: de signalering was al ingetrokken" in client.get(f"/signaleringen/{town.noord}").text


def test_a_change_decided_in_between_leaves_the_alert_open_and_says_why(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    town.goes_on(stories.arrears("ouder-noord", 14, name="tweede"))
    town.feed.relay(town.memory)
    town.goes_on()
    page = client.get(f"/signaleringen/{town.noord}").text
    assert "Uw besluit is niet doorgevoerd: de signalering was intussen gewijzigd" in page
    assert "Ik pak dit op" in page


@pytest.mark.parametrize("where", ["/werkvoorraad?signalering={}", "/signaleringen/{}"])
def test_two_tabs_that_are_told_at_once_both_show_their_page(town: Town, where: str) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    town.goes_on(stories.arrears("ouder-noord", 14, name="tweede"))
    town.feed.relay(town.memory)
    town.goes_on()
    with meanwhile(town, TOLD, lambda: client.get(where.format(town.noord))) as answer:
        assert answer.status_code == 200
        assert "Uw besluit is niet doorgevoerd: de signalering was intussen gewijzigd" in answer.text


def test_two_tabs_in_which_a_withdrawal_is_told_at_once_both_show_the_list(town: Town) -> None:
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    client.post(f"/signaleringen/{town.noord}/oppakken", data={"csrf": csrf, "revisie": "1"})
    town.goes_on(stories.withdrew("kind-noord", 19))
    town.feed.relay(town.memory)
    town.goes_on()
    with meanwhile(town, TOLD, lambda: client.get("/werkvoorraad")) as answer:
        assert answer.status_code == 200
        assert "Uw besluit over WN-0001 is niet doorgevoerd" in answer.text


def test_of_two_tabs_that_decide_at_once_the_second_hears_that_it_was_decided(town: Town) -> None:
    client, where = town.client("noor"), f"/signaleringen/{town.noord}"
    decide = {"csrf": csrf_in(client.get(where).text), "revisie": "1", "uitkomst": "contact_made"}
    with meanwhile(town, DECIDED, lambda: client.post(f"{where}/afsluiten", data=decide)) as answer:
        assert answer.status_code == 409 and "intussen veranderd" in answer.text
    assert town.feed.one("select count(*) from team_decision") == 1


def test_of_two_tabs_that_decide_the_same_at_once_both_have_decided_it_and_it_is_decided_once(town: Town) -> None:
    client, where = town.client("noor"), f"/signaleringen/{town.noord}"
    decide = {"csrf": csrf_in(client.get(where).text), "revisie": "1"}
    with meanwhile(town, DECIDED, lambda: client.post(f"{where}/oppakken", data=decide)) as answer:
        assert answer.status_code == 303
    assert town.feed.one("select count(*) from team_decision") == 1
    assert town.feed.one("select count(*) from access_log where action = 'taken_up'") == 0, (
        "the other's line stands"
    )


def test_half_past_eleven_in_the_evening_in_utc_is_the_next_day_on_every_page(town: Town) -> None:
    late = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)
    town.feed.clock.at = late
    client = town.client("noor")
    csrf = csrf_in(client.get(f"/signaleringen/{town.noord}").text)
    data = {"csrf": csrf, "revisie": "1", "uitkomst": "contact_made"}
    client.post(f"/signaleringen/{town.noord}/afsluiten", data=data)
    town.feed.relay(town.memory)
    town.goes_on(published(stories.bundle(), late))
    done, rules = client.get("/afgehandeld").text, client.get("/uitleg").text
    assert "21 jan" in done and "20 jan" not in done
    assert "21 jan" in rules and "20 jan" not in rules
