"""Signals a second through both steps with all their outputs: one worker process per step, on a real broker.

The load is that of steps_in_memory. Days, policy, memberships and consents are decided before the clock starts;
it runs from the first signal sent until both steps have committed everything that follows from the last one.
CPU     of both worker processes, without broker and sender
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.broker import own_broker, own_folder
from bench.figures import Figure, Results
from bench.machine import cpu_seconds
from bench.steps_in_memory import story
from schemas.record import OutRecord
from schemas.transport import Cluster
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.empty_topics import emptied
from tests.support.runs import Reading, Sender, Worker, records_of, stop_all, wait_for
from tests.support.stories import codec, day, policy

LONGEST_S = 300.0


@dataclass(frozen=True)
class Run:
    """What one run came to."""

    signals_s: float
    cpu_us: float
    by_step: tuple[float, float]
    broker_us: float
    read_alone: float


def measured(cluster: Cluster, broker: int, folder: Path, delivery: str, households: int, seed: int) -> Run:
    """One run on empty topics with two new workers."""
    emptied(cluster)
    facts, signals = story(households, seed)
    sender = Sender(cluster)
    publish_day(cluster, codec(), day(10))
    publish_policy(cluster, codec(), policy())
    sender.send(records_of(facts, cluster))
    records = records_of(signals, cluster)
    workers: list[Worker] = []
    reading = Reading(cluster)
    try:
        for step in ("person", "household"):
            workers.append(Worker(step, cluster, folder, 10.0, delivery=delivery))
        wait_for(lambda: all(worker.is_ready() for worker in workers), 60, "both workers are ready")
        wait_for(reading.settled, LONGEST_S, "the facts are decided")
        reading.close()
        return _timed(workers, broker, sender, records, households)
    finally:
        stop_all(workers)


def _timed(
    workers: Sequence[Worker], broker: int, sender: Sender, records: Sequence[OutRecord], households: int
) -> Run:
    person, household = workers
    pids = [*(worker.process.pid for worker in workers), broker]
    decided = person.metric("signaalbrug_step_records_total", 'topic="signal.')
    alone = -sum(worker.metric("signaalbrug_step_caught_up_total") for worker in workers)
    before, began = [cpu_seconds(pid) for pid in pids], time.monotonic()
    sender.send(records)

    def done() -> bool:
        if person.metric("signaalbrug_step_records_total", 'topic="signal.') - decided < len(records):
            return False
        told = person.metric("signaalbrug_step_emitted_total", 'topic="contribution.v1"')
        return household.metric("signaalbrug_step_records_total", 'topic="contribution.v1"') >= told

    wait_for(done, LONGEST_S, "every signal went through both steps")
    took = time.monotonic() - began
    used = [cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True)]
    opened = household.metric("signaalbrug_alerts_total")
    refused = sum(worker.metric("signaalbrug_quarantined_total") for worker in workers)
    assert opened >= households and not refused, f"{opened} alerts of {households} households, {refused} refused"
    alone += sum(worker.metric("signaalbrug_step_caught_up_total") for worker in workers)
    first, second, of_broker = (each / len(records) * 1e6 for each in used)
    return Run(len(records) / took, first + second, (first, second), of_broker, alone / len(records))


def bench(delivery: str, bar: float) -> int:
    """Run, print, write; 1 when the bar was missed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--households", type=int, default=2_000)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    results = Results(delivery)
    with own_folder() as folder, own_broker(folder) as (cluster, broker):
        runs = []
        for seed in range(1, given.runs + 1):
            run = measured(cluster, broker, folder, delivery, given.households, seed)
            runs.append(run)
            steps = " + ".join(f"{each:.0f}" for each in run.by_step)
            cpu = f"{run.cpu_us:.0f} CPU µs/signal ({steps}), the broker {run.broker_us:.0f}; "
            cpu += f"{run.read_alone:.2f} records/signal read by the steps themselves"
            print(f"seed {seed}: {run.signals_s:,.0f} signals/s, {cpu}", flush=True)
    what = f"both steps with all their outputs, one {delivery} worker process per step"
    results.figures = [
        Figure(f"{delivery}_speed", what, "signals/s", [run.signals_s for run in runs], bar),
        Figure(f"{delivery}_cpu", f"{what}: CPU of both", "µs/signal", [run.cpu_us for run in runs]),
        Figure(f"{delivery}_broker", f"{what}: CPU of the broker", "µs/signal", [run.broker_us for run in runs]),
    ]
    return results.conclude()
