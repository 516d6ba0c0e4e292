"""The feed as its real process on the real Kafka, with real workers and a real vault that come and go."""

from __future__ import annotations

import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from connectors.vault.api import Principal
from connectors.wijkteam.ddl import PROJECTOR, RELAY, WEB
from connectors.wijkteam.projection import TOPICS, projector
from schemas.civil import civil_day
from schemas.following import Follower, Overtaken
from schemas.record import Recorder
from schemas.scrubbing import leaked_numbers
from schemas.trace import begun
from schemas.transport import Cluster
from signaalbrug.local.ports import free_ports
from signaalbrug.local.servers import Servers
from streams.policy.bundle import published
from tests.end_to_end.metrics import ADDED, LABELS, PLANNED
from tests.support import stories
from tests.support.feed import KEYS, PASSWORD, Feed, csrf_in
from tests.support.runs import ROOT, Sender, Worker, stop_all, wait_for
from tests.support.vault_process import RunningVault, program, running_vault

pytestmark = pytest.mark.integration

TODAY = (civil_day(datetime.now(UTC)) - stories.DAY_ONE).days + 1
BOUND_S = 5.0


class Running:
    """Feed, both workers and the vault, on a story that begins today."""

    def __init__(self, feed: Feed, cluster: Cluster, vault: RunningVault, folder: Path) -> None:
        self.feed, self.vault = feed, vault
        self.sender = Sender(cluster)
        self.person, self.household = (Worker(step, cluster, folder) for step in ("person", "household"))
        self.port, self.operations = free_ports(2)
        (folder / "feed.key").write_text((b"k" * 32).hex())
        (folder / "brp").mkdir()
        self.log = folder / "wijkteam.log"
        self.environment = {
            "SIGNAALBRUG_BROKER": cluster.brokers,
            "SIGNAALBRUG_OPERATIONS_PORT": str(self.operations),
            "SIGNAALBRUG_WEB_PORT": str(self.port),
            "SIGNAALBRUG_FEED_PROJECTOR_DATABASE": feed.urls[PROJECTOR],
            "SIGNAALBRUG_FEED_WEB_DATABASE": feed.urls[WEB],
            "SIGNAALBRUG_FEED_RELAY_DATABASE": feed.urls[RELAY],
            "SIGNAALBRUG_FEED_KEY": str(folder / "feed.key"),
            "SIGNAALBRUG_VAULT_SOCKET": str(vault.socket),
            "SIGNAALBRUG_VAULT_TOKEN": vault.tokens[Principal.WIJKTEAM],
            "SIGNAALBRUG_BRP": str(folder / "brp"),
        }
        self.process = self.start()
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=10)

    def start(self) -> subprocess.Popen[bytes]:
        """The process, once more when it was killed."""
        with self.log.open("ab") as out:
            return subprocess.Popen(
                program("connectors.wijkteam.process"),
                env=self.environment,
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            url = f"http://127.0.0.1:{self.operations}/-/ready"
            return httpx2.get(url, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def begin(self) -> str:
        """One alert of wijkteam Noord that the web shows, its tokens fetched; returns its id."""
        now = datetime.now(UTC)
        self.sender.say(
            *(stories.joined(who, "huis", area=stories.MOLENBUURT) for who in ("kind", "ouder")),
            stories.agreed("kind"),
            stories.absence("kind", TODAY - 10),
            stories.arrears("ouder", TODAY - 8),
        )
        recorder = Recorder(stories.codec(), 8)
        for each in (stories.dawn(TODAY), published(stories.bundle(), now)):
            self.sender.send([recorder.record(each, begun("test", "wide"), now, partition=q) for q in range(8)])
        wait_for(lambda: self.person.is_ready() and self.household.is_ready() and self.is_ready(), 60, "ready")
        wait_for(lambda: self.feed.one("select standing from alert") == "shown", 60, "an alert")
        wait_for(lambda: self.feed.one("select count(*) from pending") == 0, 20, "tokens")
        form = {"gebruiker": "noor", "wachtwoord": PASSWORD, "csrf": csrf_in(self.client.get("/inloggen").text)}
        assert self.client.post("/inloggen", data=form).status_code == 303
        return str(self.feed.one("select alert from alert"))

    def page(self, alert: str) -> str:
        return str(self.client.get(f"/signaleringen/{alert}").text)

    def seconds_until(self, alert: str, text: str, gone: str) -> float:
        """How long until a worker who reloads reads *text*, and *gone* no more."""
        began = time.monotonic()

        def there() -> bool:
            page = self.page(alert)
            return text in page and gone not in page

        wait_for(there, BOUND_S, text)
        return time.monotonic() - began

    def end(self) -> None:
        stop_all([self.person, self.household])
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.client.close()


@pytest.fixture
def running(servers: Servers, cluster: Cluster) -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="sb-"))
    with running_vault(servers, f"vault_{secrets.token_hex(4)}") as vault:
        run = Running(Feed(servers), cluster, vault, folder)
        try:
            yield run
        finally:
            run.end()
            shutil.rmtree(folder, ignore_errors=True)


def test_vault_stopped_and_then_a_withdrawal_it_is_hidden_within_five_seconds(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    alert = running.begin()
    assert "Schoolverzuim" in running.page(alert)
    running.vault.stop()
    running.household.kill()
    running.person.kill()
    running.sender.say(stories.withdrew("kind", TODAY))
    took = running.seconds_until(alert, "Er zijn nieuwere gegevens binnen", "Schoolverzuim")
    with capsys.disabled():
        print(f"\nwithdrawal hidden after {took:.2f} s, vault and both steps stopped")  # noqa: T201


def test_household_worker_stopped_and_then_a_move_the_old_team_sees_nothing(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    alert = running.begin()
    running.household.kill()
    moved = [stories.joined(who, "huis", on=TODAY, area=stories.OOSTERDIJK) for who in ("kind", "ouder")]
    running.sender.say(*moved)
    took = running.seconds_until(alert, "Er zijn nieuwere gegevens binnen", "Schoolverzuim")
    with capsys.disabled():
        print(f"\nmove hidden after {took:.2f} s, household step stopped")  # noqa: T201


def test_what_was_withdrawn_while_the_feed_was_down_is_never_shown_again(running: Running) -> None:
    alert = running.begin()
    assert "Schoolverzuim" in running.page(alert)
    running.process.kill()
    running.process.wait(10)
    stop_all([running.person, running.household])
    running.sender.say(stories.withdrew("kind", TODAY))
    running.process = running.start()
    pages: list[str] = []

    def answered() -> bool:
        try:
            pages.append(running.page(alert))
        except httpx2.TransportError:
            return False
        return True

    wait_for(answered, 30, "a first page")
    assert "Er zijn nieuwere gegevens binnen" in pages[0]
    assert "Schoolverzuim" not in pages[0]


def test_a_decision_goes_round_and_the_process_ends_in_order_having_said_what_was_planned(running: Running) -> None:
    alert = running.begin()
    form = {"csrf": csrf_in(running.page(alert)), "revisie": "1"}
    assert running.client.post(f"/signaleringen/{alert}/oppakken", data=form).status_code == 303
    wait_for(lambda: "Opgepakt door Noor" in running.page(alert), 20, "taken up")
    metrics = httpx2.get(f"http://127.0.0.1:{running.operations}/metrics", trust_env=False).text
    families = set(re.findall(r"^# TYPE signaalbrug_(\w+) ", metrics, re.MULTILINE))
    wanted = {"team_decisions_total", "signal_to_feed_seconds", "inbox_first_open_seconds", "inbox_open_items"}
    assert wanted <= families
    assert {each for each in families if not each.endswith("_created")} <= PLANNED | ADDED
    for label, value in re.findall(r'(\w+)="([^"]*)"', metrics):
        assert label in LABELS and not re.fullmatch(r"[0-9a-f]{32}", value), (label, value)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    said = running.log.read_text()
    assert '"event": "stopped"' in said and not list(leaked_numbers(said))
    assert stories.person("kind") not in said and stories.person("ouder") not in said


def test_a_zombie_projector_writes_nothing(servers: Servers, cluster: Cluster) -> None:
    feed = Feed(servers)
    sender = Sender(cluster)

    def follower() -> Follower:
        apply = projector(KEYS)
        return Follower("feed", cluster, stories.codec(), TOPICS, feed.connecting(PROJECTOR), apply, repair="geen")

    def written(one: Follower) -> bool:
        one.poll()
        return bool(feed.one("select count(*) from fact_consent"))

    zombie, heir = follower(), follower()
    zombie.open()
    heir.open()
    try:
        sender.say(stories.agreed("kind"))
        wait_for(lambda: written(heir), 20, "the heir")
        before = feed.one("select committed_at from follower_cursor")
        with pytest.raises(Overtaken):
            wait_for(lambda: zombie.poll() < 0, 10, "the zombie")
        assert feed.one("select committed_at from follower_cursor") == before
    finally:
        zombie.close()
        heir.close()
