"""Stop what was started for this state folder."""

import os
import shutil

from signaalbrug.local.processes import Supervisor
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State, state_folder
from signaalbrug.wiring import stop_everything


def down(remove: bool = False) -> int:
    """Stop by process id, the last started first; half-started things too. The data stays unless asked."""
    folder = state_folder(os.environ)
    if not folder.exists():
        print(f"nothing was started in {folder}")
        return 0
    state = State(folder)
    names = [one.name for one in Supervisor(state).running()]
    stop_everything(state)
    print(f"stopped: {', '.join(names)}" if names else f"nothing ran for {folder}")
    if remove:
        Servers.attach(state).remove()
        shutil.rmtree(folder)
        print(f"removed {folder}")
    return 0
