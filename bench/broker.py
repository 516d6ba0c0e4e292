"""A broker of our own for one bench, on empty data, gone afterwards."""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from schemas.transport import Cluster
from signaalbrug.local.kafka import Kafka
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A temporary folder; from here on whoever is told to end cleans up first."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts what runs in its background deaf to Ctrl-C
        signal.signal(number, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="signaalbrug-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def own_broker(folder: Path) -> Iterator[tuple[Cluster, int]]:
    """A cluster without topics, and the process id of its broker."""
    kafka = Kafka.start(folder / "kafka", quick=False)
    try:
        assert kafka.pid is not None
        yield Cluster(kafka.bootstrap), kafka.pid
    finally:
        kafka.remove()


@contextlib.contextmanager
def own_servers(folder: Path) -> Iterator[Servers]:
    """Kafka and both PostgreSQL."""
    state = State(folder / "state")
    try:
        yield Servers.start(state, quick=False)
    finally:
        Servers.attach(state).remove()
