"""Each fault carried out, with what shows that it bit: a fault that met nothing proves nothing."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from signaalbrug.local.processes import wait_until
from tests.chaos.flags import Phase
from tests.chaos.house import House
from tests.chaos.plan import Fault, What

PATIENCE_S, PRESSES = 15.0, 8
TAKEOVER_S = 90.0
TICK_S = 0.002

_WRITING = "select exists (select from pg_stat_activity where xact_start is not null and usename in ({}))"
#: A delivery under way; something to be said, or somebody to be looked up; a follower's or the relay's transaction.
AT_WORK = {
    "intake": ("intake", "select exists (select from delivery where opened and not closed)"),
    "registers": (
        "registers",
        "select exists (select from outbox) or exists (select from person where looked_at is null"
        " or looked_at < now() - interval '1 day')",
    ),
    "trail": ("trail", _WRITING.format("'trail_writer'")),
    "wijkteam": ("feed", _WRITING.format("'feed_projector', 'feed_relay'")),
}


@dataclass(frozen=True, slots=True)
class Done:
    """A fault that happened: when, and what it met. `bit`: it met what it was meant to meet."""

    at_s: float
    fault: Fault
    bit: bool
    met: str
    took_s: float

    def __str__(self) -> str:
        aimed = " aimed" if self.fault.aimed else ""
        return f"{self.at_s:7.1f} s  {self.fault.what}{aimed} {self.fault.target}: {self.met} ({self.took_s:.1f} s)"


class Faults:
    """Does harm, one thing after another; a broker takes its time to come back while the next happens."""

    def __init__(self, house: House, press: Callable[[], object]) -> None:
        self._house, self._press, self._began = house, press, time.monotonic()
        self._returning: list[threading.Thread] = []
        self._failed: list[BaseException] = []
        self.done: list[Done] = []
        self.away_s: list[float] = []
        self._asking: psycopg.Connection[Any] | None = None

    def carry_out(self, fault: Fault) -> Done:
        """Do it, and write down what it met."""
        began = time.monotonic()
        bit, met = _HOW[fault.what](self, fault)
        now = time.monotonic()
        self.done.append(Done(began - self._began, fault, bit, met, now - began))
        return self.done[-1]

    def over(self) -> None:
        """Wait until what was killed is back.

        Raises  what kept it from coming back
        """
        self.wait()
        if self._failed:
            raise self._failed[0]

    def wait(self) -> None:
        """Until nothing is on its way back any more."""
        while self._returning:
            self._returning.pop().join()

    def _await(self, moment: Callable[[], bool], seconds: float = PATIENCE_S, tick_s: float = TICK_S) -> bool:
        """Wait for a moment, and bring in more to do while it does not come."""
        for _ in range(PRESSES):
            if wait_until(moment, seconds / PRESSES, tick_s):
                return True
            self._press()
        return moment()

    def _kill(self, fault: Fault) -> tuple[bool, str]:
        house, name = self._house, fault.target
        step = name.startswith("worker-")
        if not step:
            return self._kill_other(name)
        if fault.aimed:
            self._await(lambda: house.met(name) is Phase.WRITTEN)
        house.kill(name)
        met = house.met(name)
        house.start(name)
        return met is Phase.WRITTEN, f"transaction {met.name.lower()}"

    def _kill_other(self, name: str) -> tuple[bool, str]:
        house = self._house
        busy = self._await(lambda: self._busy(name), PATIENCE_S / 2, 0.01)
        house.kill(name)
        house.start(name)
        self._ask_no_more()
        return busy, "at work" if busy else "idle"

    def _busy(self, name: str) -> bool:
        """Whether this process is in the middle of something, as its database sees it."""
        if name not in AT_WORK:
            return self._house.is_ready(name)
        database, question = AT_WORK[name]
        try:
            self._asking = self._asking or self._house.operator(database)
            row = self._asking.execute(question).fetchone()
        except psycopg.OperationalError:
            self._ask_no_more()
            return False
        return bool(row and row[0])

    def _ask_no_more(self) -> None:
        if self._asking is not None:
            self._asking.close()
        self._asking = None

    def _freeze(self, fault: Fault) -> tuple[bool, str]:
        """Past its session, until others hold every partition; then it wakes up and must write nothing."""
        house, name = self._house, fault.target
        self.over()
        step, partitions = name.split("-")[1], house.cluster.partitions
        held = self._holding(name)
        self._await(lambda: house.met(name) is Phase.WRITTEN)
        house.servers.supervisor.freeze(name)
        met = house.met(name)
        others = [each for each in house.workers(step) if each != name]
        over = wait_until(lambda: sum(map(house.held, others)) == partitions, TAKEOVER_S, 0.1)
        house.servers.supervisor.thaw(name)
        told = f"held {held}, transaction {met.name.lower()}, {'others took over' if over else 'nobody took over'}"
        return held > 0 and over, told

    def _holding(self, name: str) -> int:
        """Wait until a worker has partitions; how many it had then: a moment later a rebalance may take them."""
        seen = [0]

        def held() -> bool:
            seen[0] = self._house.held(name)
            return seen[0] > 0

        wait_until(held, TAKEOVER_S, 0.1)
        return seen[0]

    def _broker(self, fault: Fault) -> tuple[bool, str]:
        self.over()
        self._house.servers.kafka.kill()
        self._return(lambda: self._house.servers.kafka.restart())
        return True, "killed; it comes back on the same port and data"

    def _database(self, fault: Fault) -> tuple[bool, str]:
        with self._house.operator("trail") as connection:
            row = connection.execute("select count(*) from pg_stat_activity where backend_type = 'client backend'")
            clients = int((row.fetchone() or (0,))[0]) - 1
        self._house.servers.main.kill()
        self._house.servers.main.restart()
        return clients > 0, f"{clients} clients lost it"

    def _join(self, fault: Fault) -> tuple[bool, str]:
        self._house.start(fault.target)
        return True, "started"

    def _leave(self, fault: Fault) -> tuple[bool, str]:
        """Without a broker nobody gets a partition: who leaves then would leave nothing."""
        self.over()
        held = self._holding(fault.target)
        code = self._house.leave(fault.target)
        return code == 0 and held > 0, f"held {held}, exit {code}"

    def _return(self, work: Callable[[], object]) -> None:
        began = time.monotonic()

        def returning() -> None:
            try:
                work()
                self.away_s.append(time.monotonic() - began)
            except BaseException as failed:
                self._failed.append(failed)

        thread = threading.Thread(target=returning, daemon=True)
        thread.start()
        self._returning.append(thread)


_HOW: dict[What, Callable[[Faults, Fault], tuple[bool, str]]] = {
    What.KILL: Faults._kill,
    What.FREEZE: Faults._freeze,
    What.BROKER: Faults._broker,
    What.DATABASE: Faults._database,
    What.JOIN: Faults._join,
    What.LEAVE: Faults._leave,
}
