"""From accepted to feed: both steps by Faust, the real projector, PostgreSQL; no trail, web or intake beside them.

Accepted is the moment at which the record is handed to the producer, which is its timestamp; seen is when the entry
and a visible alert that names the signal stand committed in the feed's database (looked at every 10 ms).
Known persons have an open alert: each signal makes a new revision. First signals are of persons whose household
the register has to look up first, with a vault and a BRP of files.
Run     python -m bench.latency [--runs 3] [--seconds 15] [--households 1000] [--first 15]
"""

import argparse
import random
from datetime import UTC, datetime
from pathlib import Path

from bench.broker import own_folder
from bench.feeding import Way, percentile, under_way
from bench.figures import Figure, Results
from bench.first_signal import first_signals, registers_beside
from schemas.civil import civil_day
from schemas.events.event import Event
from schemas.events.signal import Signal
from signaalbrug.local.servers import Servers
from streams.policy.bundle import published
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.runs import wait_for
from tests.support.stories import DAY_ONE, absence, agreed, arrears, bundle, codec, joined

BAR_S, RATES, FIRST_RATE = 1.5, (20, 100), 5
PATIENCE_S = 180.0
Latencies = dict[str, list[list[float]]]


def today() -> int:
    """Which day of the stories it is."""
    return (civil_day(datetime.now(UTC)) - DAY_ONE).days + 1


def prepared(way: Way, households: int) -> None:
    """So many households with an open alert that their team sees."""
    day = today()
    for part in range(0, households, 250):
        said: list[Event] = []
        for i in range(part, min(part + 250, households)):
            child, parent = f"kind-{i}", f"ouder-{i}"
            said += [joined(child, f"huis-{i}"), joined(parent, f"huis-{i}"), agreed(child)]
            said += [absence(child, on=day - 5), arrears(parent, on=day - 4)]
        way.sender.say(*said)

    def shown() -> bool:
        many: int = way.feed.one(
            "select count(*) from alert where standing = 'shown' and rule = 'school-en-schulden'"
        )
        return many >= households

    wait_for(shown, 600, "every household has an alert")


def load(households: int, count: int, name: str, seed: int) -> list[Signal]:
    """So many signals, of one household after another in an order of the seed."""
    order = list(range(households))
    random.Random(seed).shuffle(order)
    return [absence(f"kind-{order[i % households]}", on=today() - 3, name=f"{name}-{i}") for i in range(count)]


def of_known(way: Way, given: argparse.Namespace) -> Latencies:
    """Every rate in every run."""
    found: Latencies = {f"{rate}": [] for rate in RATES}
    prepared(way, given.households)
    for run in range(1, given.runs + 1):
        for rate in RATES:
            signals = load(given.households, rate * given.seconds, f"{rate}-{run}", run)
            found[f"{rate}"].append(_told(way.latencies(signals, rate, PATIENCE_S), f"{rate} signals/s, run {run}"))
    return found


def of_first(way: Way, servers: Servers, folder: Path, given: argparse.Namespace) -> list[list[float]]:
    """Persons nobody knows yet, so many a run."""
    found = []
    with registers_beside(way, servers, folder, given.first * given.runs) as registers:
        for run in range(given.runs):
            signals = first_signals(registers, run * given.first, given.first, today() - 3)
            found.append(_told(way.latencies(signals, FIRST_RATE, PATIENCE_S), f"first signals, run {run + 1}"))
    return found


def _told(latencies: list[float], what: str) -> list[float]:
    half, most = percentile(latencies, 0.5), percentile(latencies, 0.99)
    print(f"{what}: p50 {half:.2f} s, p99 {most:.2f} s, longest {max(latencies):.2f} s", flush=True)
    return latencies


def figures(name: str, what: str, runs: list[list[float]], bar: float | None) -> list[Figure]:
    """Two figures of one load."""
    return [
        Figure(f"{name}_p50", f"{what}: p50", "s", [percentile(run, 0.5) for run in runs]),
        Figure(f"{name}_p99", f"{what}: p99", "s", [percentile(run, 0.99) for run in runs], bar, "at most"),
    ]


def main() -> int:
    """Run, print, write; 1 when the slowest of the slow took too long."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--seconds", type=int, default=15)
    asked.add_argument("--households", type=int, default=1_000)
    asked.add_argument("--first", type=int, default=15)
    asked.add_argument("--delivery", choices=("faust", "native"), default="faust")
    given = asked.parse_args()
    results = Results("latency")
    with own_folder() as folder, under_way(folder, given.delivery) as (way, servers):
        publish_day(way.cluster, codec(), civil_day(datetime.now(UTC)))
        publish_policy(way.cluster, codec(), published(bundle(), datetime.now(UTC)))
        first = of_first(way, servers, folder, given)
        known = of_known(way, given)
    for rate in RATES:
        what = f"from accepted to feed by {given.delivery} at {rate} signals/s, membership known"
        results.figures += figures(f"latency_{rate}", what, known[f"{rate}"], BAR_S if rate == RATES[0] else None)
    what = f"from accepted to feed, a person's first signal (register, vault and BRP asked), {FIRST_RATE} a second"
    results.figures += figures("latency_first", what, first, None)
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
