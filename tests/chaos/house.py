"""The whole bridge as `signaalbrug up` starts it, with two workers of each step, in a folder of its own."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from schemas.codec import Codec
from schemas.databases import connect
from schemas.doors import PREFIX
from schemas.transport import Cluster, create_topics
from signaalbrug import wiring
from signaalbrug.demo.logins import make_logins
from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import answers, tail
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from signaalbrug.secrets import secrets_of
from signaalbrug.uplift import QUIET_CLIENT
from signaalbrug.wiring import Process, operator_url
from streams.policy.bundle import published
from streams.policy.load import load_bundle
from streams.runtime.calendar import publish_policy
from tests.chaos import slow_worker
from tests.chaos.flags import Flags, Phase, cleared
from tests.chaos.plan import WORKERS
from tests.support.runs import ROOT, metric_of

SESSION_S = 3.0
DELAY_S = 0.06
READY_S = 120.0
#: Poll often: a run has little time, and nothing here depends on how long a file must stand still.
QUICK = {"SETTLE_SECONDS": "0.2", "POLL_SECONDS": "0.1"}


class House:
    """Starts, kills, freezes and stops; remembers every process that ended by itself."""

    def __init__(self, folder: Path, delivery: str) -> None:
        self.state, self.delivery = State(folder), delivery
        self.places, self.secrets = wiring.places(self.state), secrets_of(self.state)
        self.ports: dict[str, int] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.unplanned: list[tuple[str, int, str]] = []
        self._runs = 0
        self._lock = threading.Lock()

    def up(self) -> None:
        """Start everything and wait until each is ready; the vault first, all need it."""
        self.servers = Servers.start(self.state)
        self.cluster = Cluster(self.servers.kafka.bootstrap, wiring.PARTITIONS, extra=QUIET_CLIENT)
        urls = wiring.prepare_databases(self.servers)
        create_topics(self.cluster)
        publish_policy(self.cluster, Codec(), published(load_bundle(), datetime.now(UTC)))
        self.logins = make_logins(operator_url(self.servers.main, "feed"))
        plan = wiring.processes(self.servers.kafka.bootstrap, urls, self.secrets, self.places, self.state)
        self._base = {process.name: process for process in plan}
        self.start("vault", ready=True)
        names = [name for name in self._base if not name.startswith("worker-") and name != "vault"]
        with ThreadPoolExecutor(len(names) + len(WORKERS)) as pool:
            for one in [pool.submit(self.start, name, ready=True) for name in (*names, *WORKERS)]:
                one.result()

    def start(self, name: str, *, ready: bool = False) -> None:
        """Start a process; its log is kept beside those of its earlier runs."""
        process = self._process(name)
        with self._lock:
            self._runs += 1
            log = self.state.folder("logs") / f"{self._runs:03d}-{name}.log"
        extra = {"PYTHONPATH": str(ROOT)}
        if name.startswith("worker-"):
            extra |= {slow_worker.FLAGS: str(self._flags_file(name)), slow_worker.DELAY: str(DELAY_S)}
            cleared(self._flags_file(name))
        self.ports[name] = process.port
        started = self.servers.supervisor.start(
            name,
            process.argv,
            env=wiring.environment(process.settings) | extra,
            log=log,
            ready=process.ready if ready else None,
            timeout=READY_S,
            cwd=self.state.root,
        )
        self.running[name] = self.servers.supervisor._children[started.pid]

    def _process(self, name: str) -> Process:
        if name in self._base and name != "intake":
            return self._base[name]
        if name == "intake":
            quick = {f"{PREFIX}{key}": value for key, value in QUICK.items()}
            return replace(self._base[name], settings={**self._base[name].settings, **quick})
        step = name.split("-")[1]
        port = self.ports.get(name) or free_ports(1)[0]
        settings = {
            **self._base[f"worker-{step}"].settings,
            f"{PREFIX}OPERATIONS_PORT": str(port),
            f"{PREFIX}STATE": str(self.state.folder(name)),
            f"{PREFIX}SESSION_SECONDS": str(SESSION_S),
        }
        argv = (sys.executable, "-m", "tests.chaos.slow_worker", step, self.delivery)
        return Process(name, argv, settings, port)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        self.running.pop(name)
        self.servers.supervisor.kill(name)

    def leave(self, name: str) -> int:
        """An orderly stop; returns the exit code."""
        child = self.running.pop(name)
        child.terminate()
        try:
            return child.wait(30)
        finally:
            self.servers.supervisor.stop(name)

    def met(self, name: str) -> Phase:
        """How far the transactions of a worker are, or were when it died."""
        return Flags(self._flags_file(name)).met()

    def _flags_file(self, name: str) -> Path:
        return self.state.folder(name) / "transactions.flags"

    def is_ready(self, name: str) -> bool:
        return answers(f"http://127.0.0.1:{self.ports[name]}/-/ready")

    def revive(self) -> None:
        """Start again whatever ended by itself, as a supervisor would, and remember that it did."""
        for name, child in list(self.running.items()):
            code = child.poll()
            if code is not None:
                log = max(self.state.folder("logs").glob(f"*-{name}.log"))
                self.unplanned.append((name, code, tail(log, 3)))
                self.start(name)

    def workers(self, step: str) -> list[str]:
        return [name for name in self.running if name.startswith(f"worker-{step}-")]

    def metric(self, name: str, metric: str) -> float:
        """The sum of a metric of this process; 0 when it does not answer."""
        return metric_of(self.ports[name], metric)

    def held(self, name: str) -> int:
        """How many partitions are open there."""
        return int(self.metric(name, "signaalbrug_step_partitions_held"))

    def operator(self, database: str) -> psycopg.Connection[Any]:
        """The superuser's way into a database."""
        server = self.servers.vault if database == "vault" else self.servers.main
        return connect(operator_url(server, database))

    def lines(self, text: str) -> int:
        """How often the logs of all runs say this."""
        logs = self.state.folder("logs").glob("*.log")
        return sum(log.read_text(encoding="utf-8", errors="replace").count(text) for log in logs)

    def end(self, keep: bool = False) -> None:
        """Stop everything at once; *keep*: log and databases stay to be looked at."""
        servers = Servers.attach(self.state)
        kept = {servers.kafka.name, servers.main.name, servers.vault.name}
        for one in servers.supervisor.running():
            if one.name not in kept:
                servers.supervisor.kill(one.name)
        servers.stop() if keep else servers.remove()
        if self.places.socket.parent != self.state.root:  # its path was too long to lie in the folder
            shutil.rmtree(self.places.socket.parent, ignore_errors=True)


def git_hash() -> str:
    """The commit that runs, and whether it was changed."""

    def asked(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    return (asked("rev-parse", "--short=12", "HEAD") or "no commit") + "+changes" * bool(
        asked("status", "--porcelain")
    )
