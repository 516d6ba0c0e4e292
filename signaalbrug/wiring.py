"""Which processes there are, with which settings, on which servers: the one page that ties the rooms together."""

import hashlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from schemas.doors import PREFIX
from signaalbrug.local import databases
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.ports import HOST, free_ports
from signaalbrug.local.postgres import Postgres
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from signaalbrug.secrets import Secrets

#: `signaalbrug run NAME`
MODULES: Mapping[str, str] = MappingProxyType(
    {
        "vault": "connectors.vault.process",
        "registers": "connectors.registers_process",
        "intake": "connectors.intake_process",
        "receiving": "signaalbrug.receiving_told",
        "calendar": "streams.runtime.calendar",
        "trail": "streams.trail.process",
        "wijkteam": "connectors.wijkteam.process",
    }
)
WORKER_MODULE = "streams.runtime.worker"
STEPS = ("person", "household")
DELIVERIES = ("faust", "native")

#: In the order of starting; what does not depend on another starts beside it.
PROCESSES = ("vault", "calendar", "trail", "registers", "intake", "worker-person", "worker-household", "wijkteam")

#: Each module has DATABASE, ROLES and install(connection).
VAULT_MODULE = "connectors.vault.ddl"
DATABASE_MODULES = (
    VAULT_MODULE,
    "connectors.intake_ddl",
    "connectors.household_register.ddl",
    "streams.trail.ddl",
    "connectors.wijkteam.ddl",
)
MUNICIPALITY = "9990"
PARTITIONS = 8
READY_SECONDS = 60.0
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Process:
    """One process to start."""

    name: str
    argv: Sequence[str]
    settings: Mapping[str, str]
    port: int

    @property
    def ready(self) -> str:
        """Where it says that it is ready."""
        return f"http://{HOST}:{self.port}/-/ready"

    @property
    def metrics(self) -> str:
        return f"http://{HOST}:{self.port}/metrics"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders, files and ports that processes share."""

    drop: Path
    brp: Path
    areas: Path
    socket: Path
    web_port: int

    @property
    def inbox(self) -> str:
        """The address of the inbox."""
        return f"http://{HOST}:{self.web_port}/"


def places(state: State) -> Places:
    """Where things are in this state folder; the port of the inbox is chosen anew at every start."""
    return Places(
        drop=state.folder("drop"),
        brp=state.folder("brp"),
        areas=state.root / "areas.toml",
        socket=_socket(state.root),
        web_port=free_ports(1)[0],
    )


def _socket(root: Path) -> Path:
    """A unix socket's path may not be long: else it lies in a folder of our own under the temporary one."""
    near = root / "vault.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    folder = Path(tempfile.gettempdir()) / f"signaalbrug-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(folder)
    return folder / "vault.sock"


def prepare_databases(servers: Servers) -> Mapping[str, str]:
    """Make every room's database; returns the URL of each role."""
    urls: dict[str, str] = {}
    for module in DATABASE_MODULES:
        urls |= prepare_one(servers.vault if module == VAULT_MODULE else servers.main, module)
    return urls


def operator_url(server: Postgres, database: str) -> str:
    """The superuser's way into a database: for the supervisor's own checks and for making accounts."""
    return server.url(SUPERUSER, server.password_of(SUPERUSER), database)


def prepare_one(server: Postgres, module: str) -> Mapping[str, str]:
    """Make the database of one room on this server; returns the URL of each of its roles."""
    room = importlib.import_module(module)
    return databases.prepare(server, room.DATABASE, room.ROLES, room.install)


def processes(
    bootstrap: str, urls: Mapping[str, str], secrets: Secrets, where: Places, state: State
) -> Sequence[Process]:
    """Every process with the settings it needs and none that it does not."""
    ports = dict(zip(PROCESSES, free_ports(len(PROCESSES)), strict=True))
    own = _settings_of_each(urls, secrets, where)

    def planned(name: str) -> Process:
        shared = {
            "BROKER": bootstrap,
            "PARTITIONS": str(PARTITIONS),
            "OPERATIONS_PORT": str(ports[name]),
            "STATE": str(state.folder(name)),
        }
        if name == "vault":
            del shared["BROKER"]
        settings = {f"{PREFIX}{key}": value for key, value in (shared | own[name]).items()}
        return Process(name, _argv(name), settings, ports[name])

    return tuple(planned(name) for name in PROCESSES)


def _argv(name: str) -> Sequence[str]:
    command = (sys.executable, "-m", "signaalbrug")
    if name.startswith("worker-"):
        return (*command, "worker", "--step", name.removeprefix("worker-"), "--delivery", "faust")
    return (*command, "run", name)


def _settings_of_each(urls: Mapping[str, str], secrets: Secrets, where: Places) -> Mapping[str, dict[str, str]]:
    socket = {"VAULT_SOCKET": str(where.socket)}
    return {
        "vault": socket
        | {
            "VAULT_DATABASE": urls["vault"],
            "VAULT_KEYS": str(secrets.vault_keys),
            "VAULT_TOKENS": str(secrets.vault_tokens),
            "BRP": str(where.brp),
        },
        "calendar": {},
        "trail": {"DATABASE": urls["trail_writer"], "TRAIL_ERASER_DATABASE": urls["trail_eraser"]},
        "registers": socket
        | {
            "VAULT_TOKEN": secrets.token("registers"),
            "DATABASE": urls["registers"],
            "BRP": str(where.brp),
            "AREAS": str(where.areas),
            "MUNICIPALITY": MUNICIPALITY,
        },
        "intake": socket
        | {
            "VAULT_TOKEN": secrets.token("intake"),
            "DATABASE": urls["intake"],
            "DROP": str(where.drop),
            "QUARANTINE_KEY": str(secrets.quarantine_key),
            "MUNICIPALITY": MUNICIPALITY,
        },
        "worker-person": {"TRANSACTIONAL_PREFIX": "", "QUARANTINE_KEY": str(secrets.quarantine_key)},
        "worker-household": {"TRANSACTIONAL_PREFIX": "", "QUARANTINE_KEY": str(secrets.quarantine_key)},
        "wijkteam": socket
        | {
            "VAULT_TOKEN": secrets.token("wijkteam"),
            "FEED_PROJECTOR_DATABASE": urls["feed_projector"],
            "FEED_WEB_DATABASE": urls["feed_web"],
            "FEED_RELAY_DATABASE": urls["feed_relay"],
            "FEED_KEY": str(secrets.feed_key),
            "WEB_PORT": str(where.web_port),
            "BRP": str(where.brp),
        },
    }


def start(plan: Sequence[Process], supervisor: Supervisor, patience_s: float = READY_SECONDS) -> None:
    """Start all of them side by side and return when every one is ready; the vault first, all need it.

    Raises  NotReady, AlreadyRunning
    """
    first, *others = plan
    _start(first, supervisor, patience_s)
    with ThreadPoolExecutor(len(others)) as pool:
        started = [pool.submit(_start, process, supervisor, patience_s) for process in others]
        for one in started:
            one.result()


def _start(process: Process, supervisor: Supervisor, patience_s: float) -> None:
    supervisor.start(
        process.name,
        process.argv,
        env=environment(process.settings),
        ready=process.ready,
        timeout=patience_s,
        cwd=supervisor.state.root,
    )


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A child's whole environment: its settings and what Python needs, nothing of the user's own."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **settings}


def write_targets(plan: Sequence[Process], file: Path) -> None:
    """Tell Prometheus where to scrape (file_sd): one target per process, labelled by its name alone."""
    targets = [{"targets": [f"{HOST}:{process.port}"], "labels": {"process": process.name}} for process in plan]
    new = file.with_suffix(".new")
    new.write_text(json.dumps(targets, indent=1), encoding="utf-8")
    new.replace(file)


def stop_everything(state: State) -> None:
    """Stop what was started for this state folder: our processes first and side by side, then the servers."""
    supervisor = Supervisor(state)
    ours = [one.name for one in state.started() if one.name in PROCESSES]
    if ours:
        with ThreadPoolExecutor(len(ours)) as pool:
            list(pool.map(supervisor.stop, ours))
    supervisor.stop_all()
