"""One engine on one broker: fed, timed, and held against what must have come out."""

import random
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bench.machine import cpu_seconds
from bench.peers import plain
from bench.peers.engines import Engine
from schemas.transport import START, Cluster, producer, reader

LONGEST_S = 300.0
PER_KEY = 10
#: in a line by which an engine says how it came by the records
NOTE = "handed over"
Signal = tuple[str, bytes]


@dataclass(frozen=True)
class Run:
    """What one engine made of one load."""

    records_s: float
    cpu_us: float
    broker_us: float
    note: str = ""


def signals(count: int, seed: int, prefix: str) -> list[Signal]:
    """Key and bytes of as many signals, ten of each household in one order of the seed."""
    keys = [f"{prefix}-{i // PER_KEY:08d}" for i in range(count)]
    random.Random(seed).shuffle(keys)
    kinds = ("absence", "rent", "energy", "water")
    return [
        (key, plain.signal_bytes(f"{i:032d}", key, kinds[i % 4], 20_000 + i % 90)) for i, key in enumerate(keys)
    ]


class Alerts:
    """What the engine said, as committed readers see it."""

    def __init__(self, cluster: Cluster, run: str) -> None:
        self._consumer: Consumer = reader(cluster, f"bench-{run}")
        topic = f"plain.alert.{run}"
        self._consumer.assign([TopicPartition(topic, q, START) for q in range(cluster.partitions)])
        self.values: list[bytes] = []

    def wait(self, count: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        """Return when so many were seen in all."""
        deadline = time.monotonic() + LONGEST_S
        while len(self.values) < count:
            assert process.poll() is None, f"the engine ended: {log.read_text(errors='replace')[-2000:]}"
            assert time.monotonic() < deadline, f"{len(self.values)} of {count} alerts; {log.read_text()[-2000:]}"
            for message in self._consumer.consume(10_000, 0.02):
                if message.error() is None:
                    self.values.append(message.value() or b"")

    def late(self) -> int:
        """How many more come in a second: doubled ones."""
        until, found = time.monotonic() + 1.0, 0
        while time.monotonic() < until:
            found += sum(message.error() is None for message in self._consumer.consume(1_000, 0.2))
        return found

    def close(self) -> None:
        self._consumer.close()


def _topics(cluster: Cluster, run: str) -> None:
    names = [f"plain.{kind}.{run}" for kind in ("in", "alert", "changelog")]
    admin = AdminClient(cluster.client("bench"))
    for future in admin.create_topics([NewTopic(name, cluster.partitions, 1) for name in names]).values():
        future.result(30)


def _send(to: Producer, run: str, load: Sequence[Signal], partitions: int) -> None:
    for key, value in load:
        where = crc32(key.encode()) % partitions
        while True:
            try:
                to.produce(f"plain.in.{run}", value=value, key=key.encode(), partition=where)
                break
            except BufferError:
                to.poll(0.05)
    assert to.flush(60) == 0


@dataclass(frozen=True)
class Load:
    """How much an engine is given."""

    count: int
    warm_up: int
    seed: int


def timed(engine: Engine, cluster: Cluster, broker: int, folder: Path, run: str, given: Load) -> Run:
    """Warm it up with other households, then send at once and wait for the last alert.

    CPU     of the engine's process and of the broker, without sender and reader

    Raises  AssertionError when what it said is not exactly what must have been said
    """
    folder.mkdir()
    _topics(cluster, run)
    count, warm_up, seed = given.count, given.warm_up, given.seed
    first, load = signals(warm_up, seed, "warm"), signals(count, seed, "huis")
    expected_first = plain.expected_alerts([key for key, _ in first])
    expected = expected_first | plain.expected_alerts([key for key, _ in load])
    to, alerts = producer(cluster, "bench"), Alerts(cluster, run)
    process = engine.start(cluster.brokers, run, folder)
    try:
        _send(to, run, first, cluster.partitions)
        alerts.wait(len(expected_first), process, folder / "engine.log")
        before, began = [cpu_seconds(pid) for pid in (process.pid, broker)], time.monotonic()
        _send(to, run, load, cluster.partitions)
        alerts.wait(len(expected), process, folder / "engine.log")
        took = time.monotonic() - began
        used = [cpu_seconds(pid) - was for pid, was in zip((process.pid, broker), before, strict=True)]
        assert alerts.late() == 0, f"{engine.name} said more than it should"
    finally:
        alerts.close()
        _ended(process)
    said = [(found["household"], found["number"]) for found in map(plain.alert_of, alerts.values)]
    assert len(said) == len(expected) and set(said) == expected, f"{engine.name} said something else"
    note = [line for line in (folder / "engine.log").read_text(errors="replace").splitlines() if NOTE in line]
    mine, brokers = (each / count * 1e6 for each in used)
    return Run(count / took, mine, brokers, "".join(note[-1:]).strip())


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """Asked to stop, so that it can say what it did; killed when it does not."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
