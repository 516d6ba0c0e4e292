"""The plain job in every engine, interleaved on one broker, each on a copy of the same data.

Run     python -m bench.peers [--records 200000] [--warm-up 40000] [--runs 3] [--only native,quix]
"""

import argparse
from pathlib import Path

from bench.broker import own_broker, own_folder
from bench.figures import Figure, Results, Skipped
from bench.peers.engines import ENGINES, Engine, Unavailable
from bench.peers.running import Load, Run, timed
from schemas.transport import Cluster, create_topics
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.stories import codec, day, policy

Runs = dict[str, list[Run]]


def interleaved(
    engines: list[Engine], started: tuple[Cluster, int], folder: Path, asked: argparse.Namespace
) -> Runs:
    """Every engine once a round, each round beginning with another."""
    runs: Runs = {engine.name: [] for engine in engines}
    for turn in range(asked.runs):
        shift = turn % len(engines)
        for engine in engines[shift:] + engines[:shift]:
            name = f"{engine.name}-{turn}"
            run = timed(engine, *started, folder / name, name, Load(asked.records, asked.warm_up, turn + 1))
            runs[engine.name].append(run)
            cpu = f"{run.cpu_us:.0f} CPU µs/record, the broker {run.broker_us:.0f}; {run.note}".rstrip("; ")
            print(f"round {turn + 1}, {engine.what}: {run.records_s:,.0f} records/s, {cpu}", flush=True)
    return runs


def speeds(engines: list[Engine], runs: Runs) -> list[Figure]:
    """What each engine did; Faust has a bar of its own."""
    found = []
    for engine in engines:
        mine = runs[engine.name]
        bar = 3_000 if engine.name.startswith("faust") else None
        what = f"plain job: {engine.what}"
        found.append(Figure(f"plain_{engine.name}", what, "records/s", [run.records_s for run in mine], bar))
        found.append(Figure(f"plain_{engine.name}_cpu", f"{what}: CPU", "µs/record", [run.cpu_us for run in mine]))
    return found


def ratios(runs: Runs) -> list[Figure]:
    """Our native worker beside two peers, round by round."""

    def beside(peer: str, of: str) -> list[float]:
        pairs = zip(runs["native"], runs[peer], strict=True)
        return [getattr(ours, of) / getattr(theirs, of) for ours, theirs in pairs]

    found = []
    if "native" in runs and "quix" in runs:
        what = "plain job: records/s of native beside Quix exactly-once"
        found.append(Figure("native_to_quix", what, "times", beside("quix", "records_s"), 2.0))
    if "native" in runs and "streams" in runs:
        what = "plain job: records/s of native beside Kafka Streams exactly_once_v2"
        found.append(Figure("native_to_streams", what, "times", beside("streams", "records_s"), 1.0))
        what = "plain job: CPU of native beside Kafka Streams exactly_once_v2"
        cpu = beside("streams", "cpu_us")
        found.append(Figure("native_to_streams_cpu", what, "times", cpu, 1.0, wanted="at most"))
    return found


def main() -> int:
    """Run, print, write; 1 when a bar was missed. A peer that is not to be had here is skipped with its reason."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--records", type=int, default=200_000)
    asked.add_argument("--warm-up", type=int, default=40_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--only", default=",".join(ENGINES))
    given = asked.parse_args()
    results, engines = Results("peers"), []
    for name in given.only.split(","):
        try:
            engines.append(ENGINES[name]())
        except Unavailable as why:
            results.skipped.append(Skipped(f"plain_{name}", f"plain job: {name}", str(why)))
    with own_folder() as folder, own_broker(folder) as started:
        create_topics(started[0])
        publish_day(started[0], codec(), day(10))
        publish_policy(started[0], codec(), policy())
        runs = interleaved(engines, started, folder, given)
    results.figures = [*ratios(runs), *speeds(engines, runs)]
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
