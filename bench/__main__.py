"""Every bench, one after the other, whatever the bars say; at the end what was missed, and then exit 1.

Run     python -m bench
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

BENCHES = ("steps_in_memory", "native", "faust", "peers", "restore", "growth", "latency")
LONGEST_S = 1_800
ROOT = Path(__file__).parents[1]


def run_all(benches: Sequence[str] = BENCHES, root: Path = ROOT) -> dict[str, str]:
    """Run each in a process of its own; returns those that did not end well, with why."""
    failed = {}
    for bench in benches:
        print(f"\n== {bench}", flush=True)
        file, before = root / "bench" / "results" / f"{bench}.jsonl", datetime.now(UTC).timestamp()
        try:
            code = subprocess.run([sys.executable, "-m", f"bench.{bench}"], cwd=root, timeout=LONGEST_S).returncode
        except subprocess.TimeoutExpired:
            failed[bench] = f"was not done in {LONGEST_S} s"
        else:
            if code:
                measured = file.exists() and file.stat().st_mtime >= before
                failed[bench] = "a bar was missed" if measured else f"broke ({code}): nothing was measured"
    return failed


def main() -> int:
    """Run all and say what did not hold."""
    failed = run_all()
    print()
    for bench, why in failed.items():
        print(f"{bench}: {why}")
    print("make bench-report puts the results into bench/README.md")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
