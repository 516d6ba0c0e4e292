"""Whether this machine has what everything stands on."""

import importlib.metadata
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator

from signaalbrug.doctor.finding import Seen, Wrong
from signaalbrug.local.errors import LocalServerError
from signaalbrug.local.jars import cache_folder, read_lock
from signaalbrug.local.kafka import LOCK, java
from signaalbrug.local.ports import is_free
from signaalbrug.local.servers import KAFKA, Servers
from signaalbrug.local.state import CHECKOUT
from signaalbrug.secrets import secrets_of

OLDEST_PYTHON = (3, 11)
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def python(_: Seen) -> Iterator[Wrong]:
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:2]))
        repair = "apt-get install python3.11 python3.11-venv; make setup"
        yield Wrong(f"Python {version} is too old: 3.11 or newer", repair)


def environment(_: Seen) -> Iterator[Wrong]:
    """A virtual environment with the packages of requirements.lock."""
    if sys.prefix == sys.base_prefix:
        yield Wrong("this Python is not that of a virtual environment", "make setup; .venv/bin/signaalbrug doctor")
    wanted = dict(_PINNED.findall((CHECKOUT / "requirements.lock").read_text(encoding="utf-8")))
    installed = {each.metadata["Name"].lower().replace("_", "-"): each.version for each in _distributions()}
    for name, version in wanted.items():
        found = installed.get(name.lower().replace("_", "-"))
        if found is not None and found != version:
            yield Wrong(f"package {name} is {found}, the lock says {version}", "rm .venv/.installed; make setup")


def _distributions() -> Iterator[importlib.metadata.Distribution]:
    return (each for each in importlib.metadata.distributions() if each.metadata["Name"])


def java_runs(_: Seen) -> Iterator[Wrong]:
    try:
        done = subprocess.run([str(java()), "-version"], capture_output=True, timeout=30, check=False)
    except LocalServerError as missing:
        yield Wrong(missing.problem, missing.repair)
        return
    except (OSError, subprocess.TimeoutExpired):
        yield Wrong("Java does not start", "rm .venv/.installed; make setup")
        return
    if done.returncode:
        yield Wrong(f"Java ends with {done.returncode}", "rm .venv/.installed; make setup")


def jars(seen: Seen) -> Iterator[Wrong]:
    cache = cache_folder(os.environ)
    lacking = [jar.name for jar in read_lock(LOCK) if not (cache / jar.path).is_file()]
    if lacking:
        yield Wrong(f"{len(lacking)} of Kafka's files were not fetched yet, first {lacking[0]}", "signaalbrug up")


def folder_rights(seen: Seen) -> Iterator[Wrong]:
    assert seen.state is not None
    root = seen.state.root
    secrets = [file for file in (root / "secrets").glob("*") if file.is_file()]
    places = [(root, 0o077, "700"), *((file, 0o077, "600") for file in secrets)]
    for place, forbidden, mode in places:
        found = place.stat()
        if found.st_uid != os.geteuid():
            yield Wrong(f"{place} is not ours", f"chown {os.geteuid()} {place}")
        elif stat.S_IMODE(found.st_mode) & forbidden:
            yield Wrong(f"{place} is open to others", f"chmod {mode} {place}")
    if not os.access(root, os.W_OK | os.X_OK):
        yield Wrong(f"{root} cannot be written to", f"chmod 700 {root}")


def ports(seen: Seen) -> Iterator[Wrong]:
    """The broker keeps its ports: nobody else may hold them while it does not run."""
    assert seen.state is not None
    kafka = Servers.attach(seen.state).kafka
    if kafka.pid is None and (seen.state.root / KAFKA / "ports.json").exists():
        for port in (kafka.ports.broker, kafka.ports.controller):
            if not is_free(port):
                file = seen.state.root / KAFKA / "ports.json"
                yield Wrong(f"port {port} of the broker is held by another process", f"rm {file}; signaalbrug up")


def quarantine_key(seen: Seen) -> Iterator[Wrong]:
    assert seen.state is not None
    folder = seen.state.root / "secrets"
    if not (folder / "caller.tokens").exists():
        return  # nothing was made yet: `up` makes all
    key = secrets_of(seen.state).quarantine_key
    repair = f"restore {key} from a backup; without one: signaalbrug down --remove; signaalbrug up"
    try:
        good = len(bytes.fromhex(key.read_text(encoding="ascii").strip())) == 32
    except (OSError, ValueError):
        good = False
    if not good:
        yield Wrong(f"{key} is no X25519 key: what cannot be processed cannot be sealed", repair)
