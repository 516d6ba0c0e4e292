"""The state folder, and in it the list of what was started: `down` stops exactly that, never a reused pid."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Started:
    """A process that was started for a state folder."""

    name: str
    pid: int
    born: str  # with the pid it names one process for ever, see identity()
    log: str
    stop_signal: int = signal.SIGTERM


def state_folder(environ: Mapping[str, str]) -> Path:
    """The state folder of this checkout: `.state`, or what SIGNAALBRUG_STATE says."""
    return Path(environ.get("SIGNAALBRUG_STATE") or CHECKOUT / ".state").expanduser().resolve()


def identity(pid: int) -> str | None:
    """When the process of this pid began, in a form no other process of this pid has; None when it is gone.

    A zombie is gone when its last thread is. On Linux: boot id and start tick, which no corrected clock moves.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _identity_elsewhere(pid)
    fields = stat.rpartition(")")[2].split()  # after the command name, which may hold anything
    # The first thread of a killed process may be a zombie while others still hold its ports and files.
    ended = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if ended else f"{boot}/{fields[19]}"


def _identity_elsewhere(pid: int) -> str | None:
    import psutil  # type: ignore[import-untyped]

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.NoSuchProcess:
        return None


def alive(started: Started) -> bool:
    """Whether exactly this process still runs."""
    return identity(started.pid) == started.born


def write_private(file: Path, text: str) -> None:
    """Replace a file as a whole, readable for its owner alone."""
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    new.replace(file)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep other threads and processes out until the block is done."""
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class State:
    """One state folder: data, logs, and `processes.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._register = self.root / "processes.json"
        self._lock = self.root / "processes.lock"

    def folder(self, name: str) -> Path:
        """A folder below the state folder, made when it is not there."""
        folder = self.root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def started(self) -> tuple[Started, ...]:
        """Everything on the list, in the order of starting, whether it still runs or not."""
        if not self._register.exists():
            return ()
        return tuple(Started(**row) for row in json.loads(self._register.read_text(encoding="utf-8")))

    def find(self, name: str) -> Started | None:
        """The process of this name, if it still runs."""
        return next((one for one in self.started() if one.name == name and alive(one)), None)

    def remember(self, started: Started) -> None:
        """Put a process on the list, in the place of an earlier one of its name."""
        self._rewrite(lambda rows: (*(row for row in rows if row.name != started.name), started))

    def forget(self, started: Started) -> None:
        """Take exactly this process from the list."""
        self._rewrite(lambda rows: tuple(row for row in rows if row != started))

    def _rewrite(self, change: Callable[[tuple[Started, ...]], tuple[Started, ...]]) -> None:
        with locked(self._lock):
            rows = [asdict(row) for row in change(self.started())]
            write_private(self._register, json.dumps(rows, indent=1))
