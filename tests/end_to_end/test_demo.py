"""The two commands of the README, as a newcomer runs them: the demonstration holds, says so, and leaves nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from schemas.scrubbing import leaked_numbers
from signaalbrug.local.processes import wait_until
from signaalbrug.local.state import CHECKOUT, State, alive
from streams.policy.load import load_bundle
from tests.end_to_end.metrics import ADDED, LABELS, PLANNED

pytestmark = [pytest.mark.integration, pytest.mark.timeout(420)]

TEAMS = [team["id"] for team in json.loads(load_bundle())["routing"]["team"]]
STAYS = "It stays up"
Staying = tuple[subprocess.Popen[str], str, Path]


def settings(state: Path) -> dict[str, str]:
    """The user's own environment, whose certificates and proxies a first download may need; no settings of ours."""
    ours = {name for name in os.environ if name.startswith("SIGNAALBRUG_")} - {"SIGNAALBRUG_CACHE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "SIGNAALBRUG_STATE": str(state), "COLUMNS": "200", "LANG": "C.UTF-8"}


def started(state: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "signaalbrug", *words],
        env=settings(state),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        env=settings(state),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def told(process: subprocess.Popen[str], until: str | None = None) -> str:
    """What the process printed, to its end or to the words that are waited for."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if until is not None and until in line:
            break
    return "".join(lines)


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def entered(browser: httpx2.Client, user: str, password: str) -> str:
    """The first page that somebody gets to see after logging in."""
    csrf = csrf_in(browser.get("/inloggen").text)
    page = browser.post("/inloggen", data={"csrf": csrf, "gebruiker": user, "wachtwoord": password})
    assert page.status_code == 200
    assert "Uitloggen" in page.text
    return page.text


def alerts_of(text: str, team: str) -> int:
    row = re.search(rf"{team}\s*│\s*([0-9]+)", text)
    return int(row[1]) if row else 0


def assert_whole_summary(text: str) -> None:
    for title in ("Rows received", "Decisions on use", "What became of the signals", "Alerts per team"):
        assert title in text
    for refusal in ("bsn_invalid", "kind_not_accepted", "date_in_future", "dtd", "syntax"):
        assert refusal in text
    for reason in ("never_asked", "objected", "consent_valid", "statutory_task"):
        assert reason in text
    for name in ("I1", "I2", "I3", "I4", "I7"):
        assert re.search(rf"{name}\b.*holds", text), name
    assert "does not hold" not in text
    assert "the trace of one alert" in text
    assert "seconds since the downloads" in text
    assert "everything holds" in text
    assert all(alerts_of(text, team) > 0 for team in TEAMS)


def left_running(state: Path) -> list[str]:
    return [one.name for one in State(state).started() if alive(one)]


def test_headless_it_ends_well_and_leaves_nothing_running(tmp_path: Path) -> None:
    state = tmp_path / "state"
    process = started(state, "demo", "--headless")
    text = told(process)
    assert process.wait(60) == 0, text
    assert_whole_summary(text)
    assert "inbox: http://127.0.0.1:" in text
    assert left_running(state) == []


@pytest.fixture(scope="module")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staying]:
    """One demonstration that stays up, looked at from several sides; the last look takes it down."""
    state = tmp_path_factory.mktemp("staying") / "state"
    process = started(state, "demo")
    try:
        yield process, told(process, STAYS), state
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        run(state, "down", "--remove")


def test_the_inbox_is_served_where_the_summary_says(staying: Staying) -> None:
    address = re.search(r"inbox: (http://\S+)", staying[1])
    assert address is not None, staying[1]
    with urllib.request.urlopen(address[1], timeout=10) as page:
        assert "wijkteam" in page.read().decode().lower()


def test_who_is_printed_may_enter_and_finds_the_teams_own_alerts(staying: Staying) -> None:
    text = staying[1]
    address = re.search(r"inbox: (http://\S+)", text)
    logins = re.findall(r"(wijkteam-\w+): user (\S+)  password (\S+)", text)
    assert address is not None
    assert [team for team, _, _ in logins] == sorted(TEAMS)
    for team, user, password in logins:
        with httpx2.Client(base_url=address[1], follow_redirects=True, trust_env=False) as browser:
            assert re.search(r"signalering=[0-9a-f]{32}", entered(browser, user, password)), team


def test_the_trace_that_was_shown_can_be_asked_again(staying: Staying) -> None:
    shown = re.search(r"^alert ([0-9a-f]{32})$", staying[1], re.MULTILINE)
    assert shown is not None
    asked = run(staying[2], "trace", shown[1], "--json")
    assert asked.returncode == 0, asked.stderr
    walk = json.loads(asked.stdout)
    assert (walk["id"], walk["kind"], walk["dangling"]) == (shown[1], "alert", [])
    assert '"role": "row"' in asked.stdout


def test_every_process_serves_its_metrics_and_none_is_unplanned(staying: Staying) -> None:
    for name, text in scraped(staying[2]).items():
        families = set(re.findall(r"^# TYPE signaalbrug_(\w+) ", text, re.MULTILINE))
        assert "build_info" in families, name
        unplanned = {family for family in families if not family.endswith("_created")} - PLANNED - ADDED
        assert not unplanned, (name, unplanned)


def test_what_the_catalogue_plans_for_this_flow_is_served(staying: Staying) -> None:
    served = "\n".join(scraped(staying[2]).values())
    for wanted in ("intake_rows_total", "decisions_total", "outcomes_total", "alerts_total", "build_info"):
        assert re.search(rf"^signaalbrug_{wanted}\b", served, re.MULTILINE), wanted


def test_the_trail_understood_every_record(staying: Staying) -> None:
    text = scraped(staying[2])["trail"]
    assert "signaalbrug_trail_records_total" in text
    assert not re.search(r"^signaalbrug_trail_gaps_total\{[^}]*\} [1-9]", text, re.MULTILINE)


def test_no_label_names_anybody(staying: Staying) -> None:
    for name, text in scraped(staying[2]).items():
        for label, value in re.findall(r'(\w+)="([^"]*)"', text):
            assert not re.fullmatch(r"[0-9a-f]{32}", value), (name, label)
            assert not list(leaked_numbers(value)), (name, label)
            assert label in LABELS, (name, label)


def test_a_second_demonstration_does_not_empty_the_folder_of_the_first(staying: Staying) -> None:
    refused = run(staying[2], "demo", "--memory", "--headless")
    assert refused.returncode == 1
    assert "runs already" in refused.stderr
    assert "repair: signaalbrug down" in refused.stderr
    assert len(scraped(staying[2])) == 8


def test_down_stops_by_process_id_what_was_started(staying: Staying) -> None:
    process, _, state = staying
    assert left_running(state)
    done = run(state, "down")
    assert done.returncode == 0
    assert "stopped: " in done.stdout
    assert left_running(state) == []
    assert process.wait(30) == 0


def test_what_was_taken_down_comes_up_again_on_its_own_data(staying: Staying) -> None:
    state = staying[2]
    assert left_running(state) == []
    up = run(state, "up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "inbox: http://127.0.0.1:" in up.stdout
    assert len(scraped(state)) == 8
    shown = re.search(r"^alert ([0-9a-f]{32})$", staying[1], re.MULTILINE)
    assert shown is not None
    assert run(state, "trace", shown[1]).returncode == 0
    assert run(state, "down").returncode == 0
    assert left_running(state) == []


def test_up_on_an_empty_folder_waits_for_whatever_comes(tmp_path: Path) -> None:
    state = tmp_path / "new"
    up = run(state, "up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert len(scraped(state)) == 8
    doctor = run(state, "doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert run(state, "down", "--remove").returncode == 0
    assert not state.exists()


def test_down_cleans_up_after_a_demonstration_that_was_killed_halfway(tmp_path: Path) -> None:
    state = tmp_path / "state"
    process = started(state, "demo", "--headless")
    assert wait_until(lambda: len(left_running(state)) >= 4, 120), "nothing was started"
    process.kill()
    process.wait(10)
    assert run(state, "down").returncode == 0
    assert left_running(state) == []
    assert run(state, "down", "--remove").returncode == 0
    assert not state.exists()


def scraped(state: Path) -> dict[str, str]:
    """`/metrics` of every process that the targets file names."""
    targets = json.loads((state / "prometheus" / "targets.json").read_text())
    texts = {}
    for target in targets:
        url = f"http://{target['targets'][0]}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            texts[target["labels"]["process"]] = answer.read().decode()
    assert len(texts) == 8
    return texts


def test_in_memory_it_takes_less_than_a_minute_and_no_java(tmp_path: Path) -> None:
    state, began = tmp_path / "state", time.monotonic()
    process = started(state, "demo", "--memory", "--headless")
    text = told(process)
    assert process.wait(30) == 0, text
    assert time.monotonic() - began < 60
    assert_whole_summary(text)
    assert not (state / "kafka").exists()
    assert left_running(state) == []


def test_in_memory_a_team_can_take_up_an_alert_in_the_same_inbox(tmp_path: Path) -> None:
    process = started(tmp_path / "state", "demo", "--memory")
    try:
        text = told(process, STAYS)
        address = re.search(r"inbox: (http://\S+)", text)
        login = re.search(r"wijkteam-noord: user (\S+)  password (\S+)", text)
        assert address is not None and login is not None, text
        with httpx2.Client(base_url=address[1], follow_redirects=True, trust_env=False) as browser:
            shown = re.search(r"signalering=([0-9a-f]{32})", entered(browser, login[1], login[2]))
            assert shown is not None
            page = browser.get("/werkvoorraad", params={"signalering": shown[1]}).text
            revision = re.search(r'name="revisie" value="([0-9]+)"', page)
            assert revision is not None
            form = {"csrf": csrf_in(page), "revisie": revision[1]}
            waiting = browser.post(f"/signaleringen/{shown[1]}/oppakken", data=form).text
            assert "wordt verwerkt" in waiting.lower()

            def taken_up() -> bool:
                now = browser.get("/werkvoorraad", params={"signalering": shown[1]}).text.lower()
                return "opgepakt" in now and "wordt verwerkt" not in now

            assert wait_until(taken_up, 15)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
