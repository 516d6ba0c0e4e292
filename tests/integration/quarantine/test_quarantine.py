"""Quarantine on the real broker, through a real intake and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka.admin import AdminClient

from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.sealing import new_pair
from schemas.transport import Cluster, create_topics
from schemas.vocabulary import Refusal
from signaalbrug.local.processes import wait_until
from signaalbrug.local.servers import Servers
from tests.integration.intake.support import RunningIntake, running_intake
from tests.support.brp_people import WHO, written
from tests.support.deliveries import NUMBERS, arrears, ddas_file
from tests.support.topics import everything
from tests.support.vault_process import RunningVault, running_vault
from tests.unit.vault.contract import digits

pytestmark = pytest.mark.integration
DEBT, SIGNALS, TOPIC = "debt_services", "signal.debt-services.v1", "quarantine.v1"
AT_HOME = {"postcode": "9990AB", "huisnummer": "7"}


@pytest.fixture(scope="module")
def vault(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    with running_vault(servers, SIGNAALBRUG_BRP=str(written(tmp_path_factory.mktemp("brp")))) as running:
        yield running


@pytest.fixture
def intake(servers: Servers, cluster: Cluster, vault: RunningVault, tmp_path: Path) -> Iterator[RunningIntake]:
    vault.empty()
    with running_intake(servers, cluster, vault, tmp_path) as prepared:
        private, public = new_pair()
        (tmp_path / "quarantine.key").write_text(public)
        (tmp_path / "quarantine.private").write_text(private)
        yield prepared


def told(intake: RunningIntake, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """What the command line says, with the settings of intake."""
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        env={"PATH": os.environ["PATH"], **intake.environment, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def quarantined(cluster: Cluster) -> list[Quarantined]:
    return [each.event for each in everything(cluster, TOPIC) if isinstance(each.event, Quarantined)]


def signals(cluster: Cluster) -> list[Signal]:
    return [each.event for each in everything(cluster, SIGNALS) if isinstance(each.event, Signal)]


def test_who_is_not_certain_waits_for_two_deskworkers_and_then_comes_in(
    intake: RunningIntake, cluster: Cluster, vault: RunningVault, tmp_path: Path
) -> None:
    intake.start()
    intake.send(DEBT, ddas_file(arrears("A", client=AT_HOME), arrears("B", NUMBERS[1])))
    assert wait_until(lambda: len(intake.lying(DEBT, "done")) == 1, 60)
    (entry,) = quarantined(cluster)
    assert (
        entry.reason is Refusal.IDENTITY_UNCERTAIN and entry.delivered_at is not None and len(signals(cluster)) == 1
    )
    desk = {"SIGNAALBRUG_VAULT_TOKEN": vault.tokens["identity"]}  # type: ignore[index]
    question = told(intake, "identity", "list", env=desk).stdout.split()[0]
    key = str(tmp_path / "quarantine.private")
    offer = ("quarantine", "redrive", f"{entry.receipt}/1", "--private-key", key, "--by", "b.heerder")
    early = told(intake, *offer)
    assert (early.returncode, early.stdout) == (1, f"{entry.receipt}/1: not offered: identity_uncertain\n")
    shown = told(intake, "identity", "show", question, "--by", "a.desk", "--reason", "vroegsignaal", env=desk)
    assert "9990AB 7" in shown.stdout and "Sara" in shown.stdout and digits(WHO["sara"]) not in shown.stdout
    place = next(line for line in shown.stdout.splitlines() if "Sara" in line).partition(":")[0]
    said = [
        told(intake, "identity", "decide", question, "--by", by, "--candidate", place, env=desk).stdout
        for by in ("a.desk", "b.desk")
    ]
    assert said == ["wacht op een tweede medewerker\n", "beslist\n"]
    done, again = told(intake, *offer), told(intake, *offer)
    assert (done.returncode, again.returncode) == (0, 0) and "offered as" in done.stdout
    assert again.stdout.endswith("was offered before: a duplicate\n")
    assert len(signals(cluster)) == 2
    listed = told(intake, "quarantine", "list", "--all").stdout
    assert listed.count("redriven on") == 1 and told(intake, "quarantine", "list").stdout == ""
    everywhere = listed + done.stdout + again.stdout + intake.logs() + vault.log.read_text()
    assert "9990AB" not in everywhere and digits(WHO["sara"]) not in everywhere


def test_what_lies_there_is_shown_without_content_and_discarded_by_two(
    intake: RunningIntake, cluster: Cluster, tmp_path: Path
) -> None:
    intake.start()
    intake.send(DEBT, ddas_file(arrears("A", "123456789")))
    assert wait_until(lambda: len(intake.lying(DEBT, "done")) == 1, 60)
    (entry,) = quarantined(cluster)
    one = f"{entry.receipt}/1"
    shown = told(intake, "quarantine", "show", one)
    assert "bsn_invalid" in told(intake, "quarantine", "list").stdout
    assert "content sealed" in shown.stdout and "123456789" not in shown.stdout
    opened = told(intake, "quarantine", "show", one, "--private-key", str(tmp_path / "quarantine.private"))
    assert "123456789" in opened.stdout
    (tmp_path / "other.private").write_text(new_pair()[0])
    refused = told(intake, "quarantine", "show", one, "--private-key", str(tmp_path / "other.private"))
    assert refused.returncode == 1 and "another key" in refused.stderr
    alone = told(intake, "quarantine", "discard", one, "--by", "a.x", "--with", "a.x", "--reason", "by_mistake")
    assert alone.returncode == 1 and "second person" in alone.stderr
    both = told(intake, "quarantine", "discard", one, "--by", "a.x", "--with", "b.y", "--reason", "by_mistake")
    assert both.returncode == 0
    assert "by_mistake on" in told(intake, "quarantine", "list", "--all").stdout
    offer = ("quarantine", "redrive", one, "--by", "a.x", "--private-key", str(tmp_path / "quarantine.private"))
    assert told(intake, *offer).stdout == f"{one}: not offered: settled\n"
    assert told(intake, "quarantine", "show", f"{'f' * 32}/1").returncode == 1


def books(intake: RunningIntake) -> list[tuple]:
    with psycopg.connect(intake.environment["SIGNAALBRUG_DATABASE"]) as connection:
        return connection.execute("select through_row, closed from delivery").fetchall()


def test_nothing_is_ticked_off_while_the_quarantine_topic_is_missing(
    intake: RunningIntake, cluster: Cluster
) -> None:
    admin = AdminClient({"bootstrap.servers": cluster.brokers})
    for done in admin.delete_topics([TOPIC], operation_timeout=30).values():
        done.result(30)
    try:
        intake.start()
        intake.send(DEBT, ddas_file(arrears("A", "123456789"), arrears("B")))
        assert wait_until(lambda: bool(books(intake)), 60)
        assert wait_until(lambda: not intake.ready() or "outage" in intake.logs(), 120)
        assert books(intake) == [(-1, False)]
        assert len(intake.lying(DEBT, "in")) == 1 and not intake.lying(DEBT, "done")
    finally:
        create_topics(cluster)
    assert wait_until(lambda: len(intake.lying(DEBT, "done")) == 1, 180)
    # What was not acknowledged is said again, under the same key: one entry.
    assert {(each.reason, each.row, each.receipt) for each in quarantined(cluster)} == {
        (Refusal.BSN_INVALID, 1, signals(cluster)[0].receipt)
    }
    assert books(intake) == [(2, True)]
    assert len({each.version for each in signals(cluster)}) == 1
