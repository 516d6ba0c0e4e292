"""A log that lost its beginning is never replayed to a false difference: what is gone is named, and what holds."""

import os
import subprocess
import sys

import pytest

from schemas.transport import Cluster
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import CHECKOUT
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.transactor import Transactor
from streams.topology import STEPS
from tests.support.empty_topics import emptied
from tests.support.losses import deleted
from tests.support.probe import tools
from tests.support.runs import Sender
from tests.support.stories import absence, agreed, arrears, codec, day, joined, policy

pytestmark = pytest.mark.integration
SIGNALS = "signal.school-attendance.v1"


@pytest.fixture
def decided(servers: Servers) -> Cluster:
    """A household with an alert, everything decided."""
    few = emptied(Cluster(servers.kafka.bootstrap, partitions=2))
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    Sender(few).say(joined("kind", "huis"), joined("ouder", "huis"), agreed("kind"))
    Sender(few).say(absence("kind", on=3), arrears("ouder", on=5))
    run(few)
    return few


def run(few: Cluster) -> None:
    for step in STEPS:
        for partition in range(few.partitions):
            transactor = Transactor(step, partition, few, tools(few))
            transactor.open()
            transactor.close()


def asked(few: Cluster, *words: str) -> subprocess.CompletedProcess[str]:
    names = {"SIGNAALBRUG_BROKER": few.brokers, "SIGNAALBRUG_PARTITIONS": str(few.partitions), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        env={**os.environ, **names},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_is_gone_is_named_with_what_can_still_be_shown(decided: Cluster) -> None:
    whole = asked(decided, "replay")
    assert (whole.returncode, "0 differ, 0 new alerts" in whole.stdout) == (0, True), whole.stderr
    deleted(decided, SIGNALS)
    deleted(decided, "alert.v1")
    cut = asked(decided, "replay")
    assert (cut.returncode, cut.stdout) == (1, "")
    assert f"{SIGNALS} begins at" in cut.stderr and "alert.v1 begins at" in cut.stderr
    assert "consent.v1" not in cut.stderr, "what is whole is not named"
    assert "repair: signaalbrug verify --all" in cut.stderr and "Traceback" not in cut.stderr


@pytest.mark.parametrize("command", ["replay", "status"])
def test_records_that_were_lost_before_they_were_decided_are_said_and_not_skipped(
    command: str, decided: Cluster
) -> None:
    Sender(decided).say(absence("kind", on=6, name="verloren"), absence("ouder", on=6, name="ook verloren"))
    deleted(decided, SIGNALS)
    said = asked(decided, command)
    assert said.returncode != 0 and SIGNALS in said.stderr, said.stderr
    assert ("verify" in said.stderr) is (command == "replay")
    assert ("rebuild person" in said.stderr) is (command == "status")
    assert "Traceback" not in said.stderr
