"""What was started is stopped; what was not is left alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from signaalbrug.local.errors import AlreadyRunning, NotReady
from signaalbrug.local.ports import HOST, LOWEST, free_ports, is_free
from signaalbrug.local.processes import Supervisor, tail, wait_until
from signaalbrug.local.state import State, alive, identity

SAYS_HELLO = "import signal; print('hello', flush=True); signal.pause()"
IGNORES_TERM = "import signal; signal.signal(15, signal.SIG_IGN); print('hello', flush=True); signal.pause()"
HAS_A_CHILD = (
    "import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print(c.pid, flush=True); c.wait()"
)
SERVES = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/-/ready' else 404); self.end_headers()
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Ready).serve_forever()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(State(tmp_path / "state"))
    yield supervisor
    supervisor.stop_all(patience=0.1)


def said(supervisor: Supervisor, name: str) -> str:
    log = supervisor.state.folder("logs") / f"{name}.log"
    return log.read_text() if log.exists() else ""


def start(supervisor: Supervisor, code: str, name: str = "worker") -> int:
    return supervisor.start(
        name, [sys.executable, "-c", code], ready=lambda: "\n" in said(supervisor, name)
    ).pid


def status(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_child_is_on_the_list_until_it_is_stopped(supervisor: Supervisor) -> None:
    pid = start(supervisor, SAYS_HELLO)
    assert [one.pid for one in supervisor.running()] == [pid]

    supervisor.stop("worker")
    assert identity(pid) is None
    assert supervisor.state.started() == ()


def test_a_second_child_of_the_same_name_is_refused(supervisor: Supervisor) -> None:
    start(supervisor, SAYS_HELLO)

    with pytest.raises(AlreadyRunning, match="worker runs already"):
        start(supervisor, SAYS_HELLO)


def test_a_reused_pid_is_never_signalled(supervisor: Supervisor) -> None:
    with subprocess.Popen([sys.executable, "-c", SAYS_HELLO], start_new_session=True) as bystander:
        start(supervisor, SAYS_HELLO)
        listed = supervisor.state.find("worker")
        assert listed is not None
        supervisor.state.remember(replace(listed, name="old", pid=bystander.pid, born="an earlier boot/1"))

        supervisor.stop_all()
        assert bystander.poll() is None
        assert supervisor.state.started() == ()
        bystander.kill()


def test_a_child_that_does_not_listen_is_ended(supervisor: Supervisor) -> None:
    pid = start(supervisor, IGNORES_TERM)

    supervisor.stop("worker", patience=0.2)
    assert identity(pid) is None


def test_a_frozen_child_neither_ends_nor_escapes_being_stopped(supervisor: Supervisor) -> None:
    pid = start(supervisor, SAYS_HELLO)
    supervisor.freeze("worker")
    assert wait_until(lambda: status(pid) == "T", 5)
    supervisor.thaw("worker")
    assert wait_until(lambda: status(pid) == "S", 5)

    supervisor.freeze("worker")
    supervisor.stop("worker", patience=5)
    assert identity(pid) is None


def test_a_killed_child_takes_its_own_children_along_and_may_start_again(supervisor: Supervisor) -> None:
    first = start(supervisor, HAS_A_CHILD)
    grandchild = int(said(supervisor, "worker"))
    supervisor.kill("worker")
    assert identity(first) is None
    assert wait_until(lambda: identity(grandchild) is None, 5)

    assert start(supervisor, SAYS_HELLO) != first


def test_of_a_killed_child_the_pid_is_free_also_when_it_ended_just_now(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = start(supervisor, SAYS_HELLO)
    monkeypatch.setattr(subprocess.Popen, "poll", lambda _: None)  # as it is asked right before the end
    supervisor.kill("worker")

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_that_does_not_run_can_be_killed(supervisor: Supervisor) -> None:
    with pytest.raises(NotReady, match="worker does not run"):
        supervisor.kill("worker")


def test_children_are_stopped_also_when_the_one_that_started_them_is_gone(supervisor: Supervisor) -> None:
    parent = (
        "import sys; from pathlib import Path; from signaalbrug.local.processes import Supervisor;"
        "from signaalbrug.local.state import State;"
        "Supervisor(State(Path(sys.argv[1]))).start('orphan', [sys.executable, '-c', sys.argv[2]])"
    )
    subprocess.run([sys.executable, "-c", parent, str(supervisor.state.root), SAYS_HELLO], check=True)
    orphan = supervisor.state.find("orphan")
    assert orphan is not None

    supervisor.stop_all()
    assert not alive(orphan)


def test_a_child_is_ready_when_its_url_answers(supervisor: Supervisor) -> None:
    (port,) = free_ports(1)
    supervisor.start("web", [sys.executable, "-c", SERVES, str(port)], ready=f"http://{HOST}:{port}/-/ready")

    assert not is_free(port)


def test_a_child_that_is_not_ready_in_time_is_stopped_and_its_log_is_told(supervisor: Supervisor) -> None:
    with pytest.raises(NotReady, match=r"was not ready within 0\.5 s(.|\n)*hello"):
        supervisor.start("slow", [sys.executable, "-c", SAYS_HELLO], ready=lambda: False, timeout=0.5)
    assert supervisor.running() == ()


def test_a_child_that_ends_at_once_is_told_without_waiting(supervisor: Supervisor) -> None:
    with pytest.raises(NotReady, match=r"ended before it was ready(.|\n)*no such setting"):
        supervisor.start(
            "bad", [sys.executable, "-c", "raise SystemExit('no such setting')"], ready=lambda: False
        )


def test_the_environment_of_a_child_is_what_was_given_and_no_more(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "1")
    code = "import os, signal; print(sorted(os.environ), flush=True); signal.pause()"
    supervisor.start(
        "worker",
        [sys.executable, "-c", code],
        env={"LC_ALL": "C.UTF-8"},
        ready=lambda: "\n" in said(supervisor, "worker"),
    )

    assert said(supervisor, "worker").strip() == "['LC_ALL']"


def test_the_log_of_the_previous_run_is_kept(supervisor: Supervisor) -> None:
    start(supervisor, "print('first', flush=True); import signal; signal.pause()")
    supervisor.kill("worker")
    start(supervisor, SAYS_HELLO)

    log = supervisor.state.folder("logs") / "worker.log"
    assert (tail(log), tail(log.with_name("worker.log.previous"))) == ("hello", "first")


def test_the_stop_signal_is_the_one_that_was_asked_for(supervisor: Supervisor) -> None:
    code = (
        "import signal, sys; signal.signal(2, lambda *a: (print('INT', flush=True), sys.exit()));"
        "print('hello', flush=True); signal.pause()"
    )
    supervisor.start(
        "worker",
        [sys.executable, "-c", code],
        ready=lambda: "\n" in said(supervisor, "worker"),
        stop_signal=signal.SIGINT,
    )
    supervisor.stop("worker")

    assert said(supervisor, "worker").split() == ["hello", "INT"]


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])


def test_free_ports_differ_and_lie_outside_the_range_of_outgoing_connections() -> None:
    ports = free_ports(20)
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()

    assert len(set(ports)) == 20
    assert all(LOWEST <= port < int(outgoing[0]) for port in ports)
