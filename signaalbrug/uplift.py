"""Bring a state folder up: servers, topics, policy, databases, secrets and every process, each ready."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ
from pathlib import Path

from rich.progress import Progress

from schemas.codec import Codec
from schemas.transport import Cluster, create_topics
from signaalbrug import wiring
from signaalbrug.local.errors import LocalServerError, NotReady
from signaalbrug.local.jars import cache_folder, fetch, read_lock
from signaalbrug.local.kafka import LOCK
from signaalbrug.local.processes import tail
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from signaalbrug.schema_ids import verify_schemas
from signaalbrug.secrets import Secrets, secrets_of
from streams.policy.bundle import published
from streams.policy.load import load_bundle
from streams.runtime.calendar import publish_policy

TARGETS = "targets.json"
QUIET_CLIENT = {"log_level": "2"}  # librdkafka tells of every retry, in the middle of a progress bar
REGISTER = "processes.json"


@dataclass(frozen=True, slots=True)
class Up:
    """What runs for a state folder, and how to reach it."""

    state: State
    servers: Servers
    cluster: Cluster
    places: wiring.Places
    urls: Mapping[str, str]
    secrets: Secrets
    plan: Sequence[wiring.Process]

    def check_alive(self) -> None:
        """Raises NotReady, with the end of its log, when one of the processes ended."""
        running = {one.name for one in self.servers.supervisor.running()}
        for started in self.state.started():
            if started.name not in running:
                end = tail(Path(started.log))
                raise NotReady(f"{started.name} ended; the end of {started.log}:\n{end}", "signaalbrug down")


def emptied(folder: Path) -> State:
    """The state folder with nothing in it; what ran for it is stopped, its data removed.

    Raises  LocalServerError when the folder holds somebody else's files
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / REGISTER).exists():
            raise LocalServerError(f"{folder} is not a state folder of ours", f"ls {folder}; choose another folder")
        before = State(folder)
        wiring.stop_everything(before)
        Servers.attach(before).remove()
        shutil.rmtree(folder)
    state = State(folder)
    (state.root / REGISTER).touch(mode=0o600)
    (state.root / REGISTER).write_text("[]", encoding="utf-8")
    return state


def download(progress: Progress) -> None:
    """Fetch Kafka's jars, each checked against the lock, side by side."""
    jars = read_lock(LOCK)
    task = progress.add_task("Kafka's files", total=len(jars))

    def told(done: int, total: int, name: str) -> None:
        progress.update(task, completed=done, total=total, description=f"Kafka's files: {name}")

    fetch(jars, cache_folder(environ), told)
    progress.update(task, description="Kafka's files, checked against deploy/local/jars.lock")


def areas_of(bundle: str | None = None) -> Sequence[str]:
    """The areas that the routing of the policy names."""
    return [area["code"] for area in json.loads(bundle or load_bundle())["routing"]["area"]]


def bring_up(state: State, progress: Progress, before_processes: Callable[[wiring.Places], object]) -> Up:
    """Start all, in the order in which one needs the other; what takes time runs side by side.

    Raises  LocalServerError, PolicyRefused
    """
    task = progress.add_task("servers: Kafka and two PostgreSQL", total=3)
    bundle = load_bundle()
    servers = Servers.start(state)
    progress.update(task, advance=1, description="topics, schemas, policy, databases")
    cluster = Cluster(servers.kafka.bootstrap, wiring.PARTITIONS, extra=QUIET_CLIENT)
    where = wiring.places(state)
    with ThreadPoolExecutor(2) as pool:
        prepared = pool.submit(wiring.prepare_databases, servers)
        registered = pool.submit(before_processes, where)
        verify_schemas()
        create_topics(cluster)
        publish_policy(cluster, Codec(), published(bundle, datetime.now(UTC)))
        urls, _ = prepared.result(), registered.result()
    secrets = secrets_of(state)
    plan = wiring.processes(servers.kafka.bootstrap, urls, secrets, where, state)
    progress.update(task, advance=1, description=f"processes: {', '.join(wiring.PROCESSES)}")
    wiring.write_targets(plan, state.folder("prometheus") / TARGETS)
    wiring.start(plan, servers.supervisor)
    progress.update(task, advance=1, description=f"{len(plan)} processes are ready")
    return Up(state, servers, cluster, where, urls, secrets, plan)
