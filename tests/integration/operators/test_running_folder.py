"""What an operator asks of a folder where everything runs: how far is everybody, and what is wrong."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.transport import Cluster
from signaalbrug import wiring
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State, alive
from streams.topology import PARTITION_WIDE, STEPS
from tests.end_to_end.test_demo import run
from tests.support.runs import Sender, wait_for
from tests.support.stories import agreed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
WORKER = "worker-person"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """`signaalbrug up` on an empty folder; everything is gone afterwards."""
    state = tmp_path / "state"
    try:
        up = run(state, "up")
        assert up.returncode == 0, up.stdout + up.stderr
        yield state
    finally:
        assert run(state, "down", "--remove").returncode == 0


def readers(folder: Path) -> list[dict[str, Any]]:
    said = run(folder, "status", "--json")
    assert said.returncode == 0, said.stderr
    return list(json.loads(said.stdout)["readers"])


def of_step(folder: Path, name: str) -> list[dict[str, Any]]:
    return [each for each in readers(folder) if each["reader"] == f"step {name}"]


def test_status_and_doctor_tell_of_a_running_folder_and_of_a_worker_that_died(folder: Path) -> None:
    for step in STEPS:
        rows = of_step(folder, step.name)
        assert [each["partition"] for each in rows] == list(range(wiring.PARTITIONS))
        assert all(set(each["cursor"]) == {*PARTITION_WIDE, *step.topics} for each in rows)
        assert all((each["lag"], each["oldest_undecided_s"]) == (0, None) for each in rows)
    drawn = run(folder, "status")
    for title in ("partition", "cursor", "lag", "oldest undecided", "last commit", "step person", "follower trail"):
        assert title in drawn.stdout, title
    well = run(folder, "doctor")
    assert (well.returncode, "nothing is wrong" in well.stdout) == (0, True), well.stdout

    state = State(folder)
    (worker,) = [one for one in state.started() if one.name == WORKER]
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(lambda: not alive(worker), 10, "the worker is gone")
    cluster = Cluster(Servers.attach(state).kafka.bootstrap, wiring.PARTITIONS)
    Sender(cluster).say(agreed("a"), agreed("b"), agreed("c"))
    left = [each for each in of_step(folder, "person") if each["lag"]]
    assert sum(each["lag"] for each in left) == 3
    assert all(0 <= each["oldest_undecided_s"] < 120 for each in left)
    ill = run(folder, "doctor")
    assert ill.returncode == 1 and WORKER in ill.stdout and "repair: " in ill.stdout, ill.stdout
