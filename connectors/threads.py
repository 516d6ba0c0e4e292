"""The threads of a process of ours: each waits out what is down, and the first that cannot go on ends all."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from connectors.brp import BrpDown
from connectors.vault.api import VaultDown, VaultRefused
from schemas.following import Apply, Arrived, CannotContinue
from schemas.migrations import OtherVersion
from schemas.scrubbing import error_code
from schemas.transport import BrokerTrouble

QUIET_S = 0.2
LONGEST_WAIT_S = 10.0
OUTAGES: tuple[type[Exception], ...] = (VaultDown, VaultRefused, BrpDown)
RETRIED: tuple[type[Exception], ...] = (
    *OUTAGES,
    BrokerTrouble,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


class Process:
    """The threads of one process; the first that cannot go on ends all."""

    def __init__(self, log: Any, stop: threading.Event) -> None:
        self.stop, self._log, self._exit, self._threads = stop, log, 0, list[threading.Thread]()
        self.beating: dict[str, bool] = {}

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run *work* in a thread of its own."""
        thread = threading.Thread(target=self.run, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def run(self, name: str, work: Callable[[], None]) -> None:
        """Do *work* in this thread; however it ends, it ends the process."""
        try:
            work()
        except CannotContinue as end:
            self._log.error("cannot_continue", stage=name, reason=str(end))
            self._exit = self._exit or 6
        except OtherVersion as other:
            self._log.error("other_version", stage=name, reason=other.text)
            self._exit = self._exit or 2
        except BaseException as error:
            self._log.error("failed", stage=name, code=error_code(error))
            self._exit = self._exit or 1
        self.stop.set()

    def trouble(self, name: str) -> Callable[[Exception], None]:
        """What to do with an outage: say that it is one, never what its text was."""

        def say(error: Exception) -> None:
            self.beating[name] = self.beating.get(name, True) and not isinstance(error, OUTAGES)
            code = error.code if isinstance(error, VaultRefused | BrpDown) else error_code(error)
            self._log.warning("waiting", stage=name, code=str(code))

        return say

    def beats(self, name: str, apply: Apply) -> Apply:
        """*apply*, after which an outage of this name is over."""

        def applied(database: psycopg.Connection[Any], arrived: Sequence[Arrived]) -> None:
            apply(database, arrived)
            self.beating[name] = True

        return applied

    def again(self, name: str, once: Callable[[], bool], quiet_s: float = QUIET_S) -> Callable[[], None]:
        """Do *once* over and over; pause when there was nothing to do, ever longer while something is down."""

        def work() -> None:
            wait_s = QUIET_S
            while not self.stop.is_set():
                try:
                    busy = once()
                    self.beating[name], wait_s = True, QUIET_S
                    if not busy:
                        self.stop.wait(quiet_s)
                except RETRIED as error:
                    self.trouble(name)(error)
                    self.beating[name] = False
                    self.stop.wait(wait_s)
                    wait_s = min(wait_s * 2, LONGEST_WAIT_S)

        return work

    def join(self) -> int:
        """Wait until something ended it; the exit code."""
        self.stop.wait()
        for thread in self._threads:
            thread.join(10)
        return self._exit


class Held:
    """One database connection of one thread, opened again after it broke."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._held: psycopg.Connection[Any] | None = None

    def connection(self) -> psycopg.Connection[Any]:
        """The connection, open."""
        if self._held is None or self._held.closed or self._held.broken:
            self._held = self._connect()
        return self._held

    def close(self) -> None:
        """Let go of it; asked for again, it is opened anew."""
        if self._held is not None:
            self._held.close()
