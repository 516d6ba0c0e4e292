"""How the cost of a signal grows with the number of households that a process remembers.

Simulated: in memory, the books and turns of both steps as a worker has them, one partition, no broker. The
households that are measured are real; all others are keys with a memory of their own that refer to one shared
state, two persons to a household. So look-ups, sorting and the garbage collector see their number; the bytes of
their states are not there (bench.restore says what those come to).
Run     python -m bench.growth [--runs 3] [--sizes 10000,100000,1000000]
"""

import argparse
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from bench.figures import Figure, Results
from bench.steps_in_memory import story
from schemas.events.event import Event, Position
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair
from schemas.trace import begun
from streams.core.step import Step
from streams.runtime.books import Books, Kept
from streams.runtime.quarantine import sealing_to
from streams.runtime.raw import Raw
from streams.runtime.turn import Tools, Turn
from streams.topology import HOUSEHOLD, PARTITION_WIDE, PERSON
from tests.support.stories import at, codec, dawn, policy

MEASURED, BATCH = 400, 500


class Partition:
    """The books of one step and the turns that change them; what is written waits to be taken on."""

    def __init__(self, step: Step[Any], tools: Tools) -> None:
        self.books, self._tools, self._offsets = Books(step, 0), tools, dict[str, int]()
        self.books.positions = dict.fromkeys((*PARTITION_WIDE, *step.topics), 0)

    def decide(self, records: Iterable[OutRecord]) -> list[OutRecord]:
        """Every record, in turns of a batch; returns what was written."""
        waiting, written = deque(map(self._raw, records)), list[OutRecord]()
        while waiting or self.books.visit is not None:
            turn = Turn(self.books, self._tools, at(10))
            if self.books.visit is not None:
                turn.visit()
            else:
                while waiting and turn.inputs < BATCH and turn.take(waiting[0]):
                    waiting.popleft()
            written += turn.records()
            turn.settle()
        return written

    def _raw(self, record: OutRecord) -> Raw:
        offset = self._offsets.get(record.topic, 0)
        self._offsets[record.topic] = offset + 1
        return Raw(Position(record.topic, 0, offset), record.key, record.value, record.headers, 0)


class Both:
    """Both steps, the second fed by the first."""

    def __init__(self) -> None:
        self._recorder = Recorder(codec(), 1)
        tools = Tools(self._recorder, sealing_to(new_pair()[1]))
        self.person, self.household = Partition(PERSON, tools), Partition(HOUSEHOLD, tools)

    def say(self, *events: Event) -> float:
        """CPU seconds until both steps are done with these; the making of the records is not counted."""
        records = [self._recorder.record(each, begun("growth", str(i)), at(1)) for i, each in enumerate(events)]
        wide = [record for record in records if record.topic in PARTITION_WIDE]
        began = time.process_time()
        written = self.person.decide(records)
        self.household.decide([*wide, *(each for each in written if each.topic in HOUSEHOLD.topics)])
        return time.process_time() - began

    def filled(self, households: int) -> None:
        """So many households that are only remembered."""
        for partition, many in ((self.person, 2 * households), (self.household, households)):
            shared = next(iter(partition.books.owners.values())).state
            partition.books.owners.update((f"{i:032x}", Kept(shared, None)) for i in range(many))


def measured(households: int, seed: int) -> tuple[float, float]:
    """CPU µs per signal, and CPU seconds of a new day on which nobody is due."""
    facts, signals = story(MEASURED, seed)
    both = Both()
    both.say(dawn(10), policy())
    both.say(*facts)
    both.say(*story(1, seed)[1])  # nobody of the filler is a household without a signal
    both.filled(households - MEASURED)
    cost = both.say(*signals) / len(signals) * 1e6
    return cost, both.say(dawn(11))


def main() -> int:
    """Run, print, write; there is no bar, only the growth."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--sizes", default="10000,100000,1000000")
    given = asked.parse_args()
    results, sizes = Results("growth"), [int(size) for size in given.sizes.split(",")]
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    days: dict[int, list[float]] = {size: [] for size in sizes}
    for seed in range(1, given.runs + 1):
        for size in sizes:
            cost, day = measured(size, seed)
            costs[size].append(cost)
            days[size].append(day)
            print(f"seed {seed}, {size:,} households: {cost:.0f} CPU µs/signal, a new day {day:.2f} s", flush=True)
    for size in sizes:
        what = f"both steps in memory beside {size:,} households"
        results.figures.append(Figure(f"growth_{size}", what, "CPU µs/signal", costs[size]))
        results.figures.append(
            Figure(f"day_{size}", f"a new day for {size:,} households, nobody due", "CPU s", days[size])
        )
    grown = [most / least for least, most in zip(costs[sizes[0]], costs[sizes[-1]], strict=True)]
    what = f"cost of a signal at {sizes[-1]:,} households beside {sizes[0]:,}"
    results.figures.append(Figure("growth", what, "times", grown))
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
