"""Signals a second through both steps with all their outputs, in memory: what the core and its records cost.

Run     python -m bench.steps_in_memory [--households 2000] [--runs 3] [--profile]
Units   signals per second and CPU microseconds per signal; a household is two persons, a consent and five signals
"""

import argparse
import cProfile
import pstats
import random
import time
from collections.abc import Sequence

from bench.figures import Figure, Results
from schemas.events.event import Event
from schemas.vocabulary import SignalKind
from streams.runtime.memory import Memory
from tests.support.stories import absence, agreed, arrears, codec, dawn, joined, policy

BAR = 10_000
ARREARS = (SignalKind.ARREARS_RENT, SignalKind.ARREARS_ENERGY, SignalKind.ARREARS_WATER)


def story(households: int, seed: int) -> tuple[Sequence[Event], Sequence[Event]]:
    """Who lives where, and five signals a household in one order of the seed."""
    facts: list[Event] = []
    signals: list[Event] = []
    for i in range(households):
        child, parent = f"kind-{i}", f"ouder-{i}"
        facts += [joined(child, f"huis-{i}"), joined(parent, f"huis-{i}"), agreed(child)]
        signals += [absence(child, on=3), absence(child, on=4, name="tweede")]
        signals += [arrears(parent, on=5 + n, kind=kind) for n, kind in enumerate(ARREARS)]
    random.Random(seed).shuffle(signals)
    return facts, signals


def measured(households: int, seed: int) -> tuple[float, float, int]:
    """Signals a second, CPU µs per signal, and records written per signal."""
    facts, signals = story(households, seed)
    memory = Memory(codec(), partitions=8)
    memory.publish(dawn(10), policy())
    memory.publish(*facts)
    memory.run()
    memory.publish(*signals)
    before = len(memory.log)
    began, cpu = time.perf_counter(), time.process_time()
    memory.run()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return len(signals) / took, used / len(signals) * 1e6, (len(memory.log) - before) // len(signals)


def main() -> int:
    """Print every run and the median against the bar; exit 1 when it is missed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--households", type=int, default=2_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--profile", action="store_true")
    given = asked.parse_args()
    if given.profile:
        profile = cProfile.Profile()
        profile.runcall(measured, given.households, 1)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return 0
    results, speeds, costs = Results("steps_in_memory"), [], []
    for seed in range(1, given.runs + 1):
        speed, cpu, records = measured(given.households, seed)
        speeds.append(speed)
        costs.append(cpu)
        print(f"seed {seed}: {speed:,.0f} signals/s, {cpu:.0f} CPU µs/signal, {records} records/signal", flush=True)
    what = "both steps with all their outputs, in memory"
    results.figures = [
        Figure("memory_speed", what, "signals/s", speeds, BAR),
        Figure("memory_cpu", f"{what}: CPU", "µs/signal", costs),
    ]
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
