"""Start what a state folder has, and leave it running."""

import os

from rich.console import Console
from rich.progress import Progress

from signaalbrug.local.state import State, state_folder
from signaalbrug.uplift import bring_up, download
from signaalbrug.wiring import Places, stop_everything

NO_AREAS = "# Which buurt an address lies in (connectors/household_register/areas.py).\narea = []\n"


def _nobody_yet(places: Places) -> None:
    """A new folder knows no address and no answer of the BRP; what is there stays."""
    if not places.areas.exists():
        places.areas.write_text(NO_AREAS, encoding="utf-8")


def up() -> int:
    """Servers and processes on the data that is there; `down` stops them."""
    state = State(state_folder(os.environ))
    console = Console()
    try:
        with Progress(console=console) as progress:
            download(progress)
            running = bring_up(state, progress, _nobody_yet)
    except BaseException:
        stop_everything(state)
        raise
    console.print(f"inbox: {running.places.inbox}")
    console.print(f"broker: {running.cluster.brokers}")
    for process in running.plan:
        console.print(f"{process.name}: {process.metrics}")
    return 0
