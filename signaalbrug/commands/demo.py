"""Run the demonstration and keep it up until it is no longer wanted."""

import fcntl
import hashlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from signaalbrug.demo.result import Shown, problems
from signaalbrug.demo.summary import show
from signaalbrug.local.state import State, state_folder
from signaalbrug.refusing import Unwilling
from signaalbrug.uplift import emptied
from signaalbrug.wiring import stop_everything

LOOK_EVERY_S = 0.5


def demo(memory: bool = False, headless: bool = False) -> int:
    """0 when everything that was shown holds, 1 when it does not; the summary says what."""
    folder = state_folder(os.environ)
    with _alone(folder):
        return _demo(folder, memory, headless)


def _demo(folder: Path, memory: bool, headless: bool) -> int:
    console = Console()
    state = emptied(folder)
    signal.signal(signal.SIGTERM, _asked_to_end)
    try:
        shown = _run(state, console, memory)
        show(shown.result, console)
        if not headless:
            console.print("It stays up until Ctrl-C, or `make down`.")
            _stay(state, shown.tick)
        return 1 if problems(shown.result) else 0
    except KeyboardInterrupt:
        return 130
    finally:
        stop_everything(state)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One demonstration at a time for a state folder: the next would empty it under the hands of the first."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"signaalbrug-{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unwilling(f"a demonstration runs already for {folder}", "signaalbrug down") from None
        yield


def _run(state: State, console: Console, memory: bool) -> Shown:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        if memory:
            from signaalbrug.demo.in_memory import run_in_memory

            return run_in_memory(state, progress)
        from signaalbrug.demo.live import run_live

        return run_live(state, progress)


def _asked_to_end(*_: object) -> None:
    raise KeyboardInterrupt


def _stay(state: State, tick: Callable[[], None]) -> None:
    """Until Ctrl-C, or until somebody took everything down."""
    names = {one.name for one in state.started()}
    try:
        while names & {one.name for one in state.started()}:
            tick()
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        return
