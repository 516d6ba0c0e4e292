"""Looking for thousands of identities in what was written: CPU for a hundred megabytes.

Run     python -m bench.leak_scan [--runs 3]
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Figure, Results
from schemas.scrubbing import passes_elfproef
from signaalbrug.leaks import Store, scan

BAR_S, BYTES = 30.0, 100_000_000
_LINE = b'{"event": "row", "receipt": "%032x", "hash": "%064x", "text": "Een zin over vroegsignalering"}\n'


def measured(numbers: list[str], part: bytes) -> float:
    """Seconds of CPU per hundred megabytes, over a tenth of that."""
    written = [part] * (BYTES // 10 // len(part))

    @contextmanager
    def plant(canary: bytes) -> Iterator[None]:
        written.append(canary)
        yield
        written.remove(canary)

    began = time.process_time()
    report = scan(numbers, [Store("written", lambda: written, plant)])
    assert report.holds
    return (time.process_time() - began) * BYTES / report.read_bytes


def main() -> int:
    """Run, print, write; 1 when the bar was missed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    part = b"".join(_LINE % (i * 2**90 + i, i * 2**200 + i * 7) for i in range(1, 25_000))
    numbers = [number for number in (f"99{i:07d}" for i in range(40_000)) if passes_elfproef(number)]
    what = f"looking for {len(numbers):,} identities in 100 MB"
    results = Results("leak_scan")
    runs = [measured(numbers, part) for _ in range(given.runs)]
    results.figures.append(Figure("leak_scan", what, "s CPU", runs, BAR_S, "at most"))
    return results.conclude()


if __name__ == "__main__":
    raise SystemExit(main())
