"""The settings of one process: those of the environment, else those of this state folder, its servers running."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from schemas.transport import Cluster
from signaalbrug import wiring
from signaalbrug.local.postgres import Postgres
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.servers import KAFKA, MAIN, VAULT, Servers
from signaalbrug.local.state import State, state_folder
from signaalbrug.refusing import Unwilling
from signaalbrug.secrets import secrets_of

BROKER = "SIGNAALBRUG_BROKER"


@contextmanager
def settings_of(process: str, command: str) -> Iterator[Mapping[str, str]]:
    """What this process is told; a state folder's servers are started for as long as this takes, if they must be.

    Raises  Unwilling when there is neither, or when the process runs here: *command* is for when it does not
    """
    if BROKER in os.environ:
        yield os.environ
        return
    folder = state_folder(os.environ)
    if not folder.exists():
        raise Unwilling(f"{BROKER} is not set and nothing was started in {folder}", "signaalbrug up")
    state = State(folder)
    servers = Servers.attach(state)
    running = {one.name for one in servers.supervisor.running()}
    if process in running:
        raise Unwilling(f"{process} runs for {folder}", f"signaalbrug down; {command}; signaalbrug up")
    started = not running & {KAFKA, MAIN, VAULT}
    if started:
        servers = Servers.start(state)
    try:
        urls = wiring.prepare_databases(servers)
        plan = wiring.processes(servers.kafka.bootstrap, urls, secrets_of(state), wiring.places(state), state)
        yield next(one.settings for one in plan if one.name == process)
    finally:
        if started:
            servers.stop()


def main_here() -> Postgres:
    """The main PostgreSQL of this state folder, running or not.

    Raises  Unwilling when nothing was ever started there: looking must not make a folder that `up` then refuses
    """
    folder = state_folder(os.environ)
    if not folder.exists():
        raise Unwilling(f"nothing was started in {folder}", "signaalbrug up")
    return Servers.attach(State(folder)).main


@contextmanager
def beside(process: str) -> Iterator[Mapping[str, str]]:
    """What this process is told, for a command that works beside it; here everything must run already.

    Raises  Unwilling
    """
    if BROKER in os.environ:
        yield os.environ
        return
    folder = state_folder(os.environ)
    state = State(folder) if folder.exists() else None
    if state is None or "vault" not in {one.name for one in Supervisor(state).running()}:
        raise Unwilling(f"{BROKER} is not set and no vault runs for {folder}", "signaalbrug up")
    servers = Servers.attach(state)
    urls = wiring.prepare_databases(servers)
    plan = wiring.processes(servers.kafka.bootstrap, urls, secrets_of(state), wiring.places(state), state)
    yield next(one.settings for one in plan if one.name == process)


def rights_desk() -> Mapping[str, str]:
    """What the rights desk is told: the environment, else this state folder, whose vault must run.

    Raises  Unwilling
    """
    if BROKER in os.environ:
        return os.environ
    folder = state_folder(os.environ)
    state = State(folder) if folder.exists() else None
    if state is None or "vault" not in {one.name for one in Supervisor(state).running()}:
        raise Unwilling(f"{BROKER} is not set and no vault runs for {folder}", "signaalbrug up")
    return {
        BROKER: Servers.attach(state).kafka.bootstrap,
        "SIGNAALBRUG_PARTITIONS": str(wiring.PARTITIONS),
        "SIGNAALBRUG_VAULT_SOCKET": str(wiring.places(state).socket),
        "SIGNAALBRUG_VAULT_TOKEN": secrets_of(state).token("rights"),
    }


def at_the_vault(principal: str) -> Mapping[str, str]:
    """Socket and token of this caller: those of the environment, else of this state folder, whose vault must run.

    Raises  Unwilling
    """
    if "SIGNAALBRUG_VAULT_SOCKET" in os.environ:
        return os.environ
    folder = state_folder(os.environ)
    state = State(folder) if folder.exists() else None
    if state is None or "vault" not in {one.name for one in Supervisor(state).running()}:
        raise Unwilling(f"SIGNAALBRUG_VAULT_SOCKET is not set and no vault runs for {folder}", "signaalbrug up")
    return {
        "SIGNAALBRUG_VAULT_SOCKET": str(wiring.places(state).socket),
        "SIGNAALBRUG_VAULT_TOKEN": secrets_of(state).token(principal),
    }


def cluster_here() -> Cluster:
    """The cluster of the environment, else that of this state folder.

    Raises  Unwilling when nothing runs here
    """
    if BROKER in os.environ:
        return Cluster.from_environment(os.environ)
    folder = state_folder(os.environ)
    servers = Servers.attach(State(folder)) if folder.exists() else None
    if servers is None or servers.kafka.pid is None:
        raise Unwilling(f"{BROKER} is not set and no broker runs for {folder}", "signaalbrug up")
    return Cluster(servers.kafka.bootstrap, wiring.PARTITIONS, extra={"log_level": "2"})
