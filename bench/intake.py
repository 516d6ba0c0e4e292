"""A large file through the real intake, vault, PostgreSQL and Kafka: rows a second, and what it holds in memory.

The clock runs from the arrival of the file in the folder until it is put away, after its delivery was closed and
acknowledged; the time a file stands still first is left out. Memory is the most that intake and its parser held
together, looked at every 20 ms.
Run     python -m bench.intake [--rows 100000] [--runs 3]
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.broker import own_folder, own_servers
from bench.figures import Figure, Results
from schemas.transport import Cluster, create_topics
from signaalbrug.local.servers import Servers
from tests.integration.intake.support import RunningIntake, running_intake
from tests.support.deliveries import arrears, ddas
from tests.support.topics import count
from tests.support.vault_process import RunningVault, running_vault

ROWS, SPEED_BAR, MEMORY_BAR = 100_000, 5_000.0, 256.0
SOURCE, TOPIC = "debt_services", "signal.debt-services.v1"
SETTLE_S, PATIENCE_S = 0.1, 900.0
#: How many numbers from 999000000 on pass the elfproef.
PERSONS = 90_909
_MIB = 2**20


def persons() -> Iterator[str]:
    """Every number from 999000000 on that passes the elfproef, nobody's, and then from the front."""
    for index in cycle(range(100_000)):
        digits = f"999{index:05d}"
        last = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if last < 10:
            yield f"{digits}{last}"


def began(run: int, row: int) -> date:
    """Since when this debt stands, which tells one of a person's debts from another."""
    return date(2025, 1, 1) + timedelta(days=7 * run + row // PERSONS)


def written(folder: Path, rows: int, run: int) -> Path:
    """A DDAS file with that many signals, each of a debt that nobody told of: who comes round again has another."""
    whose = persons()
    signals = (arrears(f"VS-{run}-{n}", next(whose), ontstaansdatum=began(run, n).isoformat()) for n in range(rows))
    document = ddas(*signals, stated=f"2026-04-{run:02d}T08:00:00Z")
    path = folder / f"{run}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class Watch:
    """The processes of intake while they work."""

    def __init__(self, intake: RunningIntake) -> None:
        (started,) = (each for each in intake.servers.supervisor.state.started() if each.name == intake.name)
        self._process = psutil.Process(started.pid)
        self.most = 0.0

    @property
    def alive(self) -> bool:
        return bool(self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE)

    def look(self) -> None:
        """Keep the most there ever was."""
        held = 0
        for each in (self._process, *self._process.children(recursive=True)):
            try:
                held += each.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        self.most = max(self.most, held / _MIB)


def cpu_by_process(servers: Servers) -> Counter[str]:
    """Seconds that every process of ours used, with its children; the parser is told apart from intake."""
    used: Counter[str] = Counter()
    for started in servers.supervisor.state.started():
        main = psutil.Process(started.pid)
        kind = started.name.partition("-")[0].partition("_")[0]
        for each in (main, *main.children(recursive=True)):
            times = each.cpu_times()
            used["parser" if kind == "intake" and each != main else kind] += times.user + times.system
    return used


@contextmanager
def standing(servers: Servers, vault: RunningVault, folder: Path) -> Iterator[RunningIntake]:
    """Intake at work, with topics and books of its own."""
    cluster = Cluster(servers.kafka.bootstrap)
    create_topics(cluster)
    with running_intake(servers, cluster, vault, folder, SIGNAALBRUG_SETTLE_SECONDS=f"{SETTLE_S:g}") as intake:
        intake.start()
        yield intake


def measured(intake: RunningIntake, cluster: Cluster, file: Path, rows: int) -> tuple[float, float]:
    """Rows a second and MiB at most, of one file; every row must have come through."""
    watch, before = Watch(intake), count(cluster, TOPIC)
    done = len(intake.lying(SOURCE, "done"))
    file.rename(intake.drop / SOURCE / "in" / file.name)
    began = time.monotonic()
    while len(intake.lying(SOURCE, "done")) == done:
        assert watch.alive and time.monotonic() - began < PATIENCE_S and not intake.lying(SOURCE, "refused")
        watch.look()
        time.sleep(0.02)
    took = time.monotonic() - began - SETTLE_S
    assert count(cluster, TOPIC) - before == rows
    print(f"{rows:,} rows in {took:.1f} s, {watch.most:.0f} MiB", flush=True)
    return rows / took, watch.most


def main() -> int:
    """Run, print, write; 1 when a bar was missed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    results = Results("intake")
    speeds, memory, cpu, note = list[float](), list[float](), list[float](), ""
    with (
        own_folder() as folder,
        own_servers(folder) as servers,
        running_vault(servers, SIGNAALBRUG_VAULT_CEILINGS=f"{SOURCE}=100000000") as vault,
        standing(servers, vault, folder) as intake,
    ):
        cluster = Cluster(servers.kafka.bootstrap)
        for run in range(1, given.runs + 1):
            file, used = written(folder, given.rows, run), cpu_by_process(servers)
            speed, most = measured(intake, cluster, file, given.rows)
            speeds.append(speed)
            memory.append(most)
            each = {kind: (s - used[kind]) / given.rows * 1e6 for kind, s in cpu_by_process(servers).items()}
            cpu.append(sum(each.values()))
            note = ", ".join(f"{kind} {us:.0f}" for kind, us in sorted(each.items()))
    what = f"a file of {given.rows:,} vroegsignalen, from folder to closed delivery"
    results.figures += [
        Figure("intake_speed", what, "rows/s", speeds, SPEED_BAR),
        Figure("intake_memory", f"{what}: memory of intake and its parser", "MiB", memory, MEMORY_BAR, "at most"),
        Figure("intake_cpu", f"{what}: CPU of all processes", "µs/row", cpu, note=note),
    ]
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
