"""Where and when something was measured, and the CPU that a process used."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Here:
    """The machine, the commit and how busy it was."""

    at: str
    commit: str
    cores: int
    memory_gib: int
    python: str
    load: float

    def __str__(self) -> str:
        return f"{self.cores} cores, {self.memory_gib} GiB, Python {self.python}, commit {self.commit}"


def here() -> Here:
    """Now."""
    return Here(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=_commit(),
        cores=os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30),
        python=platform.python_version(),
        load=os.getloadavg()[0],
    )


def _commit() -> str:
    """Short name of the commit, with a plus when code differs from it."""
    root = Path(__file__).parent
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=root, capture_output=True, text=True
    )
    return asked.stdout.strip() or "unknown"


def cpu_seconds(pid: int, children: bool = False) -> float:
    """User and system seconds of a process and, if asked, of the children it has now."""
    process = psutil.Process(pid)
    used = [each.cpu_times() for each in (process, *(process.children(recursive=True) if children else ()))]
    return float(sum(each.user + each.system for each in used))


def resident_bytes(pid: int) -> int:
    """Memory of one process."""
    return int(psutil.Process(pid).memory_info().rss)
