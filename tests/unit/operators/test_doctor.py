"""The doctor names what was spoiled, with a command; what is as it should be is not named."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from signaalbrug.doctor import machine, running
from signaalbrug.doctor.finding import Check, Seen, Wrong
from signaalbrug.doctor.table import CHECKS, CLUSTER, asked
from signaalbrug.local.state import Started, State
from signaalbrug.secrets import secrets_of


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    state = State(tmp_path / "state")
    secrets_of(state)
    return Seen(state)


def the_state(seen: Seen) -> State:
    assert seen.state is not None
    return seen.state


def test_a_new_state_folder_has_nothing_wrong(seen: Seen) -> None:
    for check in CHECKS:
        if check.needs != CLUSTER and check.ask not in (machine.jars, machine.java_runs):
            assert list(check.ask(seen)) == [], check.name


def one(found: list[Wrong], *words: str) -> None:
    assert len(found) == 1 and all(word in f"{found[0].what} {found[0].repair}" for word in words), found
    assert found[0].repair


def test_an_old_python_is_named(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (4, 0))
    one(list(machine.python(seen)), "too old", "make setup")


def test_a_python_outside_an_environment_is_named(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    one(list(machine.environment(seen)), "virtual environment", "make setup")


def test_jars_that_were_not_fetched_are_counted(
    seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNAALBRUG_CACHE", str(tmp_path / "empty"))
    one(list(machine.jars(seen)), "46 of Kafka's files", "signaalbrug up")


def test_a_folder_and_a_secret_that_are_open_to_others_are_named(seen: Seen) -> None:
    the_state(seen).root.chmod(0o755)
    one(list(machine.folder_rights(seen)), "open to others", "chmod 700")
    the_state(seen).root.chmod(0o700)
    (the_state(seen).root / "secrets" / "feed.key").chmod(0o644)
    one(list(machine.folder_rights(seen)), "feed.key", "chmod 600")


@pytest.mark.parametrize("spoiled", ["", "no hex", "ab" * 31])
def test_a_quarantine_key_that_is_none_is_named(seen: Seen, spoiled: str) -> None:
    (the_state(seen).root / "secrets" / "quarantine.key").write_text(spoiled)
    one(list(machine.quarantine_key(seen)), "no X25519 key", "restore")


def test_a_process_that_ended_is_named_with_its_log(seen: Seen) -> None:
    the_state(seen).remember(Started("trail", 2**22 - 1, "gone", "/somewhere/trail.log"))
    one(list(running.processes(seen)), "trail was started and ended", "/somewhere/trail.log", "signaalbrug up")


def test_a_file_that_nobody_takes_is_counted_and_not_named(seen: Seen) -> None:
    folder = the_state(seen).folder("drop") / "debt_services" / "in"
    folder.mkdir(parents=True)
    (folder / "jansen.json").touch()
    assert list(running.drop_folder(seen)) == []
    os.utime(folder / "jansen.json", (time.time() - 3600,) * 2)
    found = list(running.drop_folder(seen))
    one(found, "1 files lie in", "debt_services/in")
    assert "jansen" not in found[0].what


def test_after_a_broker_that_does_not_answer_nothing_more_is_asked_of_it(seen: Seen) -> None:
    checks = (Check("broker", running.broker, CLUSTER), Check("topics", running.topics, CLUSTER))
    assert [found for _, found in asked(seen, checks)] == [None, None]


def test_the_command_ends_with_1_when_something_is_wrong(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.remember(Started("trail", 2**22 - 1, "gone", "/somewhere/trail.log"))
    done = subprocess.run(
        [sys.executable, "-m", "signaalbrug", "doctor"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.defpath, "HOME": os.environ.get("HOME", "/"), "SIGNAALBRUG_STATE": str(state.root)},
    )
    assert done.returncode == 1, done.stderr
    assert "WRONG  processes" in done.stdout and "repair: " in done.stdout and "things are wrong" in done.stdout
