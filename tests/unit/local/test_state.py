"""A pid alone names nobody."""

from __future__ import annotations

import os
import platform
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from signaalbrug.local.passwords import Passwords
from signaalbrug.local.processes import wait_until
from signaalbrug.local.state import CHECKOUT, Started, State, alive, identity, state_folder


def myself() -> Started:
    born = identity(os.getpid())
    assert born is not None
    return Started("me", os.getpid(), born, "/dev/null")


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_running_process_is_known_by_pid_and_birth() -> None:
    assert alive(myself())


def test_a_process_that_got_the_pid_of_another_is_not_it() -> None:
    assert not alive(replace(myself(), born="an earlier boot/1"))


def test_a_process_that_ended_and_was_not_yet_reaped_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()  # ends when the child does
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert identity(child.pid) is None


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the number of the system call")
def test_a_process_whose_first_thread_ended_still_holds_its_ports_and_is_not_gone() -> None:
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start();"
        "print('hello', flush=True); ctypes.CDLL(None).syscall(60, 0)"  # exit of this thread alone (x86-64)
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert wait_until(lambda: "Z" in Path(f"/proc/{child.pid}/stat").read_text().split(")")[1], 5)
        assert identity(child.pid) is not None
        child.kill()


def test_the_list_finds_only_what_still_runs(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.remember(myself())
    state.remember(replace(myself(), name="gone", born="an earlier boot/1"))

    assert State(tmp_path).find("me") == myself()
    assert State(tmp_path).find("gone") is None
    assert [one.name for one in state.started()] == ["me", "gone"]

    state.forget(myself())
    assert [one.name for one in state.started()] == ["gone"]


def test_a_new_process_takes_the_place_of_an_earlier_one_of_its_name(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.remember(replace(myself(), born="an earlier boot/1"))
    state.remember(myself())

    assert state.started() == (myself(),)


def test_the_state_folder_and_its_list_are_for_the_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.remember(myself())

    assert mode(state.root) == mode(state.folder("kafka")) == 0o700
    assert mode(state.root / "processes.json") == 0o600


def test_the_state_folder_is_the_checkouts_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    assert state_folder({}) == CHECKOUT / ".state"
    assert state_folder({"SIGNAALBRUG_STATE": str(tmp_path)}) == tmp_path


def test_a_role_keeps_its_password_and_shares_it_with_nobody(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path / "passwords.json")
    trail = passwords.of("trail")

    assert Passwords(tmp_path / "passwords.json").of("trail") == trail
    assert passwords.of("feed") != trail
    assert len(trail) >= 40
    assert mode(tmp_path / "passwords.json") == 0o600
