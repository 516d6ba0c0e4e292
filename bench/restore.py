"""How long a partition takes to open from its changelog, and what an owner weighs there and in memory.

The owners are those of the story of steps_in_memory after both steps, said again under other ids until there are
enough; they stand on one partition of a real broker. Each opening is a new process.
Run     python -m bench.restore [--owners 100000] [--runs 3]
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.broker import own_broker, own_folder
from bench.figures import Figure, Results
from bench.machine import resident_bytes
from bench.steps_in_memory import story
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair
from schemas.transport import Cluster, create_topics, producer, send
from streams.core.step import Step
from streams.runtime.applying import changelog_record
from streams.runtime.memory import Memory
from streams.runtime.quarantine import sealing_to
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Tools
from streams.runtime.turn import weight as weight_of
from streams.topology import STEPS
from tests.support.stories import at, codec, dawn, policy

BAR_S, PER = 6.0, 100_000
PATTERNS = 200


def patterns() -> dict[str, list[OutRecord]]:
    """What the changelog of each step says of the owners of a story."""
    facts, signals = story(PATTERNS, seed=1)
    memory = Memory(codec(), partitions=1)
    memory.publish(dawn(10), policy(), *facts, *signals)
    memory.run()
    recorder = Recorder(codec(), 1)
    return {
        step.name: [
            changelog_record(step, recorder, owner, state, None, at(10))
            for owner, state in memory.states(step.name).items()
        ]
        for step in STEPS
    }


def owners(known: list[OutRecord], count: int) -> Iterator[OutRecord]:
    """So many owners: a known one under another id of the same length."""
    for i in range(count):
        record = known[i % len(known)]
        old, new = record.key.partition(b"|")[0], f"{i:032x}".encode()
        assert record.value is not None
        value, key = record.value.replace(old, new), record.key.replace(old, new)
        yield OutRecord(record.topic, 0, key, value, record.headers)


def opened(step_name: str, broker: str) -> dict[str, float]:
    """In a process of its own: open partition 0, and what it took."""
    step: Step[Any] = next(each for each in STEPS if each.name == step_name)
    cluster = Cluster(broker)
    tools = Tools(Recorder(codec(), cluster.partitions), sealing_to(new_pair()[1]))
    transactor = Transactor(step, 0, cluster, tools)
    before, cpu, began = resident_bytes(os.getpid()), time.process_time(), time.monotonic()
    transactor.open()
    took, used = time.monotonic() - began, time.process_time() - cpu
    held, count = resident_bytes(os.getpid()) - before, len(transactor.books.owners)
    transactor.close()
    return {"seconds": took, "cpu_seconds": used, "bytes": held / count, "owners": count}


def _in_a_process(step: str, cluster: Cluster) -> dict[str, float]:
    argv = [sys.executable, "-m", "bench.restore", "--open", step, cluster.brokers]
    done = subprocess.run(argv, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"{step}: {answer['owners']:,} owners in {answer['seconds']:.1f} s", flush=True)
    return answer


def figures(step: str, cluster: Cluster, known: list[OutRecord], count: int, runs: int) -> list[Figure]:
    """Fill the changelog of one step, and open it again and again."""
    weight, to = 0, producer(cluster, "bench")
    batch: list[OutRecord] = []
    for record in owners(known, count):
        batch.append(record)
        weight += weight_of(record)
        if len(batch) == 5_000:
            send(to, batch)
            batch = []
    send(to, batch)
    found = [_in_a_process(step, cluster) for _ in range(runs)]
    assert {each["owners"] for each in found} == {count}, found
    seconds = [each["seconds"] * PER / count for each in found]
    cpu = ", ".join(f"{each['cpu_seconds'] * PER / count:.1f}" for each in found)
    said = [record.value or b"" for record in known]
    mean = sum(map(len, said)) / len(said)
    what = f"opening a partition of step {step} from its changelog, per 100,000 owners"
    return [
        Figure(f"restore_{step}", what, "s", seconds, BAR_S, "at most", f"CPU {cpu} s"),
        Figure(
            f"changelog_{step}",
            f"step {step}: bytes per owner on the changelog",
            "bytes",
            [weight / count],
            note=f"with key and headers; the state itself {mean:.0f}",
        ),
        Figure(
            f"held_{step}", f"step {step}: memory of the process per owner", "bytes", [f["bytes"] for f in found]
        ),
    ]


def main() -> int:
    """Run, print, write; 1 when an opening took too long."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--owners", type=int, default=PER)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--open", nargs=2, metavar=("STEP", "BROKER"), help="used by the bench itself")
    given = asked.parse_args()
    if given.open:
        print(json.dumps(opened(*given.open)))
        return 0
    results = Results("restore")
    with own_folder() as folder, own_broker(folder) as (cluster, _):
        create_topics(cluster)
        for step, known in patterns().items():
            results.figures += figures(step, cluster, known, given.owners, given.runs)
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
