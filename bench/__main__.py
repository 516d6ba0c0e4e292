"""Every bench, one after the other, whatever the bars say; at the end what was missed, and then exit 1.

Run     python -m bench
"""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

BENCHES = ("steps_in_memory", "native", "faust", "peers", "restore", "growth", "latency", "intake", "leak_scan")
LONGEST_S = 1_800.0
#: How long a bench has to stop what it started.
ENDS_WITHIN_S = 60.0
ROOT = Path(__file__).parents[1]


def run_all(benches: Sequence[str] = BENCHES, root: Path = ROOT, longest_s: float = LONGEST_S) -> dict[str, str]:
    """Run each in a process of its own; returns those that did not end well, with why."""
    failed = {}
    for bench in benches:
        print(f"\n== {bench}", flush=True)
        file, before = root / "bench" / "results" / f"{bench}.jsonl", datetime.now(UTC).timestamp()
        try:
            code = _run([sys.executable, "-m", f"bench.{bench}"], root, longest_s)
        except subprocess.TimeoutExpired:
            failed[bench] = f"was not done in {longest_s:g} s"
        else:
            if code:
                measured = file.exists() and file.stat().st_mtime >= before
                failed[bench] = "a bar was missed" if measured else f"broke ({code}): nothing was measured"
    return failed


def _run(argv: Sequence[str], root: Path, longest_s: float) -> int:
    """Returns how it ended; one that is cut short stops the servers and workers that it started.

    Raises  TimeoutExpired when it took too long
    """
    child = subprocess.Popen(argv, cwd=root)
    try:
        return child.wait(longest_s)
    except subprocess.TimeoutExpired:
        _stop(child)
        raise
    except KeyboardInterrupt:  # a terminal tells the bench as well
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(ENDS_WITHIN_S)
        _stop(child)
        raise


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does; whoever does not end then is killed."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


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
