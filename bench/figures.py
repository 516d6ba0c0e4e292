"""What a run is judged by: a figure is met or missed by the median of its runs, and a miss is an exit code."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench.machine import Here, here

RESULTS = Path(__file__).parent / "results"
MET, MISSED, SKIPPED = "met", "missed", "skipped"
Wanted = Literal["at least", "at most"]


@dataclass(frozen=True)
class Figure:
    """One thing that was measured, a number per run; without a bar it is a plain statement."""

    name: str
    what: str
    unit: str
    runs: Sequence[float]
    bar: float | None = None
    wanted: Wanted = "at least"
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def missed(self) -> bool:
        """Whether the median is on the wrong side of the bar; a bar that nothing was measured for is missed."""
        if self.bar is None:
            return False
        if not self.runs:
            return True
        return self.median < self.bar if self.wanted == "at least" else self.median > self.bar

    @property
    def verdict(self) -> str:
        return "" if self.bar is None else MISSED if self.missed else MET


@dataclass(frozen=True)
class Skipped:
    """What could not be measured here, and why."""

    name: str
    what: str
    why: str


@dataclass
class Results:
    """Everything one command measured; written as one line, so that a table can be made of it later."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    began: Here = field(default_factory=here)
    arguments: Sequence[str] = field(default_factory=lambda: sys.argv[1:])

    @property
    def command(self) -> str:
        """What was run, with what it was told."""
        return " ".join((f"python -m bench.{self.name}", *self.arguments))

    def conclude(self, folder: Path = RESULTS) -> int:
        """Print each figure with its verdict and write the line; returns 1 when any bar was missed."""
        for figure in self.figures:
            print(told(figure), flush=True)
        for each in self.skipped:
            print(f"{each.what}: skipped, {each.why}", flush=True)
        ended = here()
        print(f"load average {self.began.load:.1f} at the start, {ended.load:.1f} at the end; {self.began}")
        folder.mkdir(exist_ok=True)
        with (folder / f"{self.name}.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(self._line(ended)) + "\n")
        return 1 if any(figure.missed for figure in self.figures) else 0

    def _line(self, ended: Here) -> dict[str, Any]:
        return {
            "command": self.command,
            "began": asdict(self.began),
            "ended": asdict(ended),
            "figures": [{**asdict(figure), "verdict": figure.verdict} for figure in self.figures],
            "skipped": [asdict(each) for each in self.skipped],
        }


def number(value: float) -> str:
    """As many digits as the size of the value deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(runs: Sequence[float]) -> str:
    """The range of the runs."""
    low, high = number(min(runs)), number(max(runs))
    return low if low == high else f"{low}–{high}"


def told(figure: Figure) -> str:
    """One figure in a line: its runs, median, range and, where there is a bar, whether it was met."""
    if not figure.runs:
        return f"{figure.what}: nothing measured; {figure.verdict}"
    runs = ", ".join(map(number, figure.runs))
    line = f"{figure.what}: median {number(figure.median)} {figure.unit} [{spread(figure.runs)}], runs {runs}"
    if figure.bar is not None:
        line += f"; bar {figure.wanted} {number(figure.bar)}: {figure.verdict}"
    return line + (f" ({figure.note})" if figure.note else "")
