"""The way from a signal on the broker to a line in a team's feed, as real processes, and the clock beside it."""

import contextlib
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.broker import own_servers
from bench.machine import cpu_seconds
from connectors.wijkteam.ddl import PROJECTOR
from schemas.events.signal import Signal
from schemas.record import Recorder
from schemas.trace import begun
from schemas.transport import Cluster, enqueue, producer
from signaalbrug.local.servers import Servers
from tests.support.empty_topics import emptied
from tests.support.feed import NOORD, Feed
from tests.support.runs import ROOT, Sender, Worker, stop_all, wait_for
from tests.support.stories import codec

KEY = b"k" * 32
LOOK_S = 0.01
#: The alerts of new entries, and those of earlier ones that were not to be seen yet, with the signals they rest on.
SEEN = """
select f.position, f.alert, a.standing, u.signal from feed_entry f
join alert a using (team, alert) left join use u using (team, alert)
where f.team = %s and (f.position > %s or f.alert = any(%s))
"""


class Watch(threading.Thread):
    """Notes when each signal was first to be seen in the feed; looks every 10 ms."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(daemon=True)
        self._connection = feed.admin()
        self._ending, self._last, self._waiting = threading.Event(), 0, set[str]()
        self.seen: dict[str, float] = {}

    def run(self) -> None:
        """Until `end`."""
        while not self._ending.wait(LOOK_S):
            self._look()

    def _look(self) -> None:
        rows = self._connection.execute(SEEN, (NOORD, self._last, list(self._waiting))).fetchall()
        now = time.time()
        for position, alert, standing, signal in rows:
            self._last = max(self._last, position)
            if standing == "shown":
                self._waiting.discard(alert)
                if signal is not None:
                    self.seen.setdefault(signal, now)
            elif standing == "unseen":
                self._waiting.add(alert)

    def end(self) -> None:
        """Stop looking."""
        self._ending.set()
        self.join(10)
        self._connection.close()


class Way:
    """Two workers, the projector and somebody who watches."""

    def __init__(self, servers: Servers, cluster: Cluster, folder: Path, delivery: str) -> None:
        self.cluster, self.sender, self._folder = cluster, Sender(cluster), folder
        self.feed, self._delivery = Feed(servers), delivery
        self.workers: list[Worker] = []
        self._started = contextlib.ExitStack()

    def start(self) -> None:
        """What was started is stopped by `end`, also when something else does not start."""
        self._started.callback(stop_all, self.workers)
        for step in ("person", "household"):
            self.workers.append(Worker(step, self.cluster, self._folder, 10.0, delivery=self._delivery))
        told = {
            "SIGNAALBRUG_BROKER": self.cluster.brokers,
            "BENCH_DATABASE": self.feed.urls[PROJECTOR],
            "BENCH_KEY": KEY.hex(),
        }
        self._projector = subprocess.Popen(
            [sys.executable, "-m", "bench.projector"],
            cwd=ROOT,
            env={**os.environ, **told},
            stdout=self._started.enter_context((self._folder / "projector.log").open("wb")),
            stderr=subprocess.STDOUT,
        )
        self._started.callback(self._projector.wait, 10)
        self._started.callback(self._projector.kill)
        self.watch = Watch(self.feed)
        self.watch.start()
        self._started.callback(self.watch.end)

    def latencies(self, signals: Sequence[Signal], per_second: float, patience_s: float) -> list[float]:
        """Send at this rate; seconds from each signal's acceptance to its being seen, in the order of sending.

        Raises  AssertionError when not all were seen in time
        """
        recorder, to = Recorder(codec(), self.cluster.partitions), producer(self.cluster, "bench-intake")
        records = [recorder.record(each, begun("bench", each.version), _now()) for each in signals]
        accepted: list[float] = []
        used, began = self._cpu(), time.monotonic()
        for i, record in enumerate(records):
            time.sleep(max(0.0, began + i / per_second - time.monotonic()))
            accepted.append(time.time())
            enqueue(to, record)
            to.poll(0)
        assert to.flush(30) == 0
        seen = self.watch.seen
        self._await(signals, patience_s)
        spent = {name: (now - used[name]) / len(signals) * 1e3 for name, now in self._cpu().items()}
        print("CPU ms/signal: " + ", ".join(f"{name} {each:.1f}" for name, each in spent.items()), flush=True)
        return [seen[each.signal] - at for each, at in zip(signals, accepted, strict=True)]

    def _await(self, signals: Sequence[Signal], patience_s: float) -> None:
        """Raises  AssertionError saying how many are missing and what the processes said last"""
        deadline, seen = time.monotonic() + patience_s, self.watch.seen
        while missing := [each for each in signals if each.signal not in seen]:
            assert time.monotonic() < deadline, f"{len(missing)} of {len(signals)} not in the feed; {self._logs()}"
            assert self.watch.is_alive(), "nobody watches the feed any more"
            time.sleep(LOOK_S)

    def _logs(self) -> dict[str, str]:
        return {log.name: log.read_text(errors="replace")[-300:] for log in sorted(self._folder.glob("*.log"))}

    def _cpu(self) -> dict[str, float]:
        pids = {worker.step: worker.process.pid for worker in self.workers}
        pids |= {"projector": self._projector.pid, "watch": os.getpid()}
        pids |= {each.name: each.pid for each in self.feed.servers.supervisor.running()}
        return {name: cpu_seconds(pid, children=name.startswith("postgres")) for name, pid in pids.items()}

    def end(self) -> None:
        """Everything that was started here."""
        self._started.close()


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def under_way(folder: Path, delivery: str) -> Iterator[tuple[Way, Servers]]:
    """The whole way on servers of its own."""
    with own_servers(folder) as servers:
        cluster = emptied(Cluster(servers.kafka.bootstrap))
        way = Way(servers, cluster, folder, delivery)
        try:
            way.start()
            wait_for(lambda: all(worker.is_ready() for worker in way.workers), 60, "both workers are ready")
            yield way, servers
        finally:
            way.end()


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all does not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(part * len(ordered)) - 1]
