"""Children in sessions of their own: they outlive their parent, and `down` finds and stops each of them."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from signaalbrug.local.errors import AlreadyRunning, NotReady
from signaalbrug.local.state import Started, State, alive, identity

STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
TAIL_LINES = 30

Ready = str | Callable[[], bool]  # a URL that answers 200, or a question

# The machine's proxy is not for 127.0.0.1.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Supervisor:
    """Starts, watches and stops the processes of one state folder."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        ready: Ready | None = None,
        timeout: float = 30.0,
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Started:
        """Start a child, put it on the list, and return when it is ready.

        The log of the previous run is kept as `<log>.previous`. `env` is the child's whole environment.
        Raises  AlreadyRunning, NotReady (with the end of the child's log; the child is stopped then)
        """
        if self.state.find(name):
            raise AlreadyRunning(f"{name} runs already for {self.state.root}", "signaalbrug down")
        log = log or self.state.folder("logs") / f"{name}.log"
        if log.exists():
            log.replace(log.with_name(log.name + ".previous"))
        with open(log, "wb", opener=_private) as out:
            child = subprocess.Popen(
                [str(word) for word in argv],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=_group_of(user),
                extra_groups=None if user is None else [],
            )
        self._children[child.pid] = child
        started = Started(name, child.pid, identity(child.pid) or "ended at once", str(log), stop_signal)
        self.state.remember(started)
        if ready is not None:
            self._await(started, ready, timeout)
        return started

    def stop(self, name: str, patience: float = STOP_SECONDS) -> None:
        """Ask a process to end, and after `patience` seconds end it; one that is gone already is fine."""
        for started in self.state.started():
            if started.name == name:
                self._stop(started, patience)

    def stop_all(self, patience: float = STOP_SECONDS) -> None:
        """Stop everything on the list, the last started first."""
        for started in reversed(self.state.started()):
            self._stop(started, patience)

    def kill(self, name: str) -> None:
        """End a process and its group with SIGKILL, as a crash would, and return when it is gone."""
        started = self._running(name)
        self._signal(started, signal.SIGKILL)
        self._await_end(started, STOP_SECONDS)
        self.state.forget(started)

    def freeze(self, name: str) -> None:
        """Halt a process with SIGSTOP, as a long pause would."""
        self._signal(self._running(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self._signal(self._running(name), signal.SIGCONT)

    def running(self) -> tuple[Started, ...]:
        """What is on the list and still runs."""
        return tuple(started for started in self.state.started() if self._lives(started))

    def _running(self, name: str) -> Started:
        started = self.state.find(name)
        if started is None:
            raise NotReady(f"{name} does not run for {self.state.root}", "signaalbrug up")
        return started

    def _stop(self, started: Started, patience: float) -> None:
        if self._lives(started):
            self._signal(started, started.stop_signal)
            self._signal(started, signal.SIGCONT)  # a frozen process must hear it too
            if not self._await_end(started, patience):
                self._signal(started, signal.SIGKILL)
                self._await_end(started, STOP_SECONDS)
        self.state.forget(started)

    def _signal(self, started: Started, number: int) -> None:
        if alive(started):  # else the pid may be somebody else's by now
            try:
                os.killpg(started.pid, number)
            except ProcessLookupError:
                return

    def _lives(self, started: Started) -> bool:
        if alive(started):
            return True
        child = self._children.pop(started.pid, None)
        if child is not None:
            child.wait()  # it ended; until it is waited for, its pid is taken, and PostgreSQL would not start again
        return False

    def _await_end(self, started: Started, seconds: float) -> bool:
        return wait_until(lambda: not self._lives(started), seconds)

    def _await(self, started: Started, ready: Ready, seconds: float) -> None:
        ask = ready if callable(ready) else lambda: answers(ready)
        if wait_until(lambda: not self._lives(started) or ask(), seconds) and self._lives(started):
            return
        reason = f"was not ready within {seconds:g} s" if self._lives(started) else "ended before it was ready"
        end = tail(Path(started.log))
        self._stop(started, patience=2.0)
        raise NotReady(f"{started.name} {reason}; the end of {started.log}:\n{end}", "signaalbrug down, then up")


def wait_until(true: Callable[[], bool], seconds: float, tick_s: float = POLL_SECONDS) -> bool:
    """Ask until the answer is yes; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() >= deadline:
            return False
        time.sleep(tick_s)
    return True


def answers(url: str) -> bool:
    """Whether this URL answers 200 now."""
    try:
        with _DIRECT.open(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _group_of(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid
