"""Steps on a real Kafka: what is said to them, the processes that run them, and what came of it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.admission import admitted, header
from schemas.codec import NotDecoded
from schemas.events.account import Evidence
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.event import Event, Forget, Position
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair
from schemas.trace import begun
from schemas.transport import START, Cluster, producer, reader, send
from signaalbrug.local.ports import free_ports
from streams.core.evidence import sha256, state_from_parts
from streams.core.step import Context, Step
from streams.policy.bundle import policy_of
from streams.runtime.applying import Cause, apply
from streams.runtime.cursors import Books
from streams.runtime.raw import Raw
from streams.runtime.reading import to_end
from streams.topology import STEPS
from tests.support.stories import at, codec

ROOT = Path(__file__).parents[2]
PRIVATE_KEY, PUBLIC_KEY = new_pair()


def wait_for(what: Callable[[], bool], seconds: float, why: str) -> None:
    """Wait for a condition, not for a time."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {why}"
        time.sleep(0.05)


def records_of(said: Iterable[Event | Forget], cluster: Cluster) -> list[OutRecord]:
    """The records a connector would make of these events."""
    recorder = Recorder(codec(), cluster.partitions)
    return [recorder.record(each, begun("test", str(i)), at(1)) for i, each in enumerate(said)]


class Sender:
    """Publishes what was said and waits for the acknowledgement."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._producer = cluster, producer(cluster, "test-sender")

    def say(self, *said: Event | Forget) -> None:
        send(self._producer, records_of(said, self._cluster))

    def send(self, records: Sequence[OutRecord]) -> None:
        send(self._producer, records)


def read_all(cluster: Cluster, *topics: str) -> list[Raw]:
    """Every committed record of these topics."""
    consumer = reader(cluster, "test-reader")
    starts = {(topic, q): START for topic in topics for q in range(cluster.partitions)}
    try:
        return [raw for rows in to_end(consumer, starts, "geen") for raw in rows]
    finally:
        consumer.close()


def events_of(cluster: Cluster, topic: str) -> list[Any]:
    """The decoded records of one topic, tombstones left out; a record that does not decode fails the test."""
    found = []
    for raw in read_all(cluster, topic):
        if raw.value is not None:
            event = admitted(codec(), raw.at, cluster.partitions, raw.key, raw.value, raw.headers)
            assert not isinstance(event, NotDecoded), event
            found.append(event)
    return found


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text of an operations page; 0 when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=2) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""
    except OSError:
        return 0, ""


def metric_of(port: int, name: str, label: str = "") -> float:
    """The sum of a metric over the labels that hold this text; 0 when nobody answers."""
    lines = ask(port, "/metrics")[1].splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + "{") and label in line)


class Worker:
    """A real worker process of one step."""

    count = 0

    def __init__(
        self,
        step: str,
        cluster: Cluster,
        folder: Path,
        session_s: float = 2.0,
        code: str = "",
        delivery: str = "faust",
    ) -> None:
        Worker.count += 1
        self.step, self.port = step, free_ports(1)[0]
        self.log = folder / f"worker-{step}-{Worker.count}.log"
        key = folder / "quarantine.pub"
        key.write_text(PUBLIC_KEY)
        environment = {
            **os.environ,
            "SIGNAALBRUG_BROKER": cluster.brokers,
            "SIGNAALBRUG_PARTITIONS": str(cluster.partitions),
            "SIGNAALBRUG_OPERATIONS_PORT": str(self.port),
            "SIGNAALBRUG_QUARANTINE_KEY": str(key),
            "SIGNAALBRUG_STATE": str(folder),
            "SIGNAALBRUG_SESSION_SECONDS": str(session_s),
        }
        code = (
            code or f"from streams.runtime.worker import serve; sys.exit(serve(os.environ, {step!r}, {delivery!r}))"
        )
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"import os, sys; {code}"],
                env=environment,
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def leave(self) -> int:
        """An orderly stop; returns the exit code."""
        self.process.terminate()
        return self.process.wait(20)

    def ask(self, path: str) -> tuple[int, str]:
        """Status and text of an operations page; 0 when nobody answers."""
        return ask(self.port, path)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return self.ask("/-/ready")[0] == 200

    def metric(self, name: str, label: str = "") -> float:
        """The sum of a metric over the labels that hold this text."""
        return metric_of(self.port, name, label)

    def held(self) -> int:
        """How many partitions are open there."""
        return int(self.metric("signaalbrug_step_partitions_held"))


def stop_all(workers: Iterable[Worker]) -> None:
    for worker in workers:
        if worker.process.poll() is None:
            worker.kill()


class Reading:
    """The books of both steps, asked again and again."""

    def __init__(self, cluster: Cluster, steps: Sequence[Step[Any]] = STEPS) -> None:
        self._books = {step.name: Books(cluster, step, codec()) for step in steps}

    def behind(self, step: str) -> int:
        """How many records this step has not decided, from its committed cursors."""
        return sum(self._books[step].undecided().values())

    def settled(self) -> bool:
        """Whether every step has decided everything and no partition-wide record is under way."""
        for books in self._books.values():
            if any(cursor.fan_out for cursor in books.cursors().values()) or any(books.undecided().values()):
                return False
        return True

    def states(self, step: str) -> list[Any]:
        return self._books[step].states()

    def close(self) -> None:
        for books in self._books.values():
            books.close()


def verified(cluster: Cluster) -> tuple[int, list[str]]:
    """Takes every decision again from its evidence; returns how many, and the alerts of which none tells."""
    inputs = {name for step in STEPS for name in (*step.topics, "calendar.v1", "policy.v1")}
    log = {raw.at: raw for raw in read_all(cluster, *sorted(inputs))}
    policies = {
        each.policy_hash: each for each in events_of(cluster, "policy.v1") if isinstance(each, PolicyPublished)
    }
    steps = {step.name: step for step in STEPS}
    told: Counter[str] = Counter()
    evidence = events_of(cluster, "evidence.v1")
    for each in evidence:
        assert isinstance(each, Evidence)
        taken_again = _again(each, log, policies, steps[each.step], cluster)
        assert taken_again == [(one.topic, one.hash) for one in each.emitted], each.cause_topic
        told.update(one.hash for one in each.emitted if one.topic == "alert.v1")
    alerts = read_all(cluster, "alert.v1")
    missing = [str(raw.at) for raw in alerts if told[sha256(raw.value)] != 1]
    return len(evidence), missing


def _again(
    evidence: Evidence,
    log: Mapping[Position, Raw],
    policies: Mapping[str, PolicyPublished],
    step: Step[Any],
    cluster: Cluster,
) -> list[tuple[str, str]]:
    raw = log[Position(evidence.cause_topic, evidence.cause_partition, evidence.cause_offset)]
    assert sha256(raw.value) == evidence.cause_hash
    event = admitted(codec(), raw.at, cluster.partitions, raw.key, raw.value, raw.headers)
    assert not isinstance(event, NotDecoded)
    state = state_from_parts(codec(), step.name, evidence.before)
    context = Context(evidence.today, policy_of(policies[evidence.policy_hash]))
    cause = Cause(event, evidence.cause_hash, header(raw.headers, "traceparent"))
    recorder = Recorder(codec(), cluster.partitions)
    applied = apply(step, recorder, evidence.owner, state, None, cause, context, at(1))
    emitted = applied.outputs[: len(applied.emitted)]
    return [(one.topic, sha256(one.value)) for one in emitted]


def double_or_lost(alerts: Sequence[Alert]) -> tuple[int, int]:
    """How many revisions stand twice, and how many are missing in a row that ends with the newest."""
    counted = Counter((each.alert, each.revision) for each in alerts)
    newest: dict[str, int] = {}
    for each in alerts:
        newest[each.alert] = max(newest.get(each.alert, 0), each.revision)
    doubled = sum(many - 1 for many in counted.values())
    return doubled, sum(newest.values()) - len(counted)
