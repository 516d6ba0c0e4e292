"""A million hostile files, or as many as asked: nine in ten by mutation, the rest by atheris where it runs.

Run     python -m tests.fuzz [--cases 1000000] [--seed N]; exit 1 when anything but an answer came out
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from connectors.sources import SOURCES
from tests.fuzz import guided

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
SHARE_GUIDED = 10
#: A case takes about a millisecond; a run that takes a hundred times as long stands still.
LONGEST_S_A_CASE, AT_LEAST_S = 0.1, 600.0


def _run(argv: Sequence[str], cases: int) -> tuple[int, str]:
    """Exit code (a signal is negative) and the last line."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", *argv],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=max(AT_LEAST_S, cases * LONGEST_S_A_CASE),
        )
    except subprocess.TimeoutExpired:
        return 1, "stands still"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["nothing said"]
    return done.returncode, f"{time.monotonic() - began:.0f} s, {lines[-1]}"


def main() -> int:
    """Ask every source, two at once, and say how it went."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--cases", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    given = asked.parse_args()
    each = max(1, given.cases // len(SOURCES))
    by_atheris = each // SHARE_GUIDED if guided.available() else 0
    print(f"seed {given.seed}; {each:,} cases a source, {by_atheris:,} of them by atheris", flush=True)
    with tempfile.TemporaryDirectory(prefix="signaalbrug-fuzz-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {}
        for source in SOURCES:
            count = each - by_atheris
            runs[source, "mutated", count] = ["tests.fuzz.bulk", source, f"{count}", f"{given.seed}"]
            if by_atheris:
                where = str(Path(folder) / source)
                runs[source, "guided", by_atheris] = [
                    "tests.fuzz.guided",
                    source,
                    f"{by_atheris}",
                    f"{given.seed}",
                    where,
                ]
        ended = pool.map(lambda item: _run(item[1], item[0][2]), runs.items())
        failed = 0
        for (source, how, count), (code, said) in zip(runs, ended, strict=True):
            failed += code != 0
            print(
                f"{source}, {how}, {count:,}: {'answered' if code == 0 else f'ESCAPED ({code})'}, {said}",
                flush=True,
            )
    print(f"{failed} of {len(runs)} runs let something escape" if failed else "nothing escaped")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
