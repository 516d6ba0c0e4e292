"""Look at everything and say what to do."""

import os

from schemas.transport import Cluster
from signaalbrug import wiring
from signaalbrug.commands.here import BROKER
from signaalbrug.doctor.finding import Seen
from signaalbrug.doctor.table import asked
from signaalbrug.local.servers import KAFKA, Servers
from signaalbrug.local.state import State, state_folder


def doctor() -> int:
    """0 when nothing is wrong, else 1."""
    wrong = 0
    for check, found in asked(_seen()):
        if found is None:
            print(f"-      {check.name}: not asked, there is no {check.needs.removeprefix('a ')} that runs")
            continue
        print(f"{'WRONG' if found else 'ok   '}  {check.name}")
        for each in found:
            print(f"       {each.what}\n         repair: {each.repair}")
        wrong += len(found)
    print(f"{wrong} things are wrong" if wrong else "nothing is wrong")
    return 1 if wrong else 0


def _seen() -> Seen:
    """The environment's cluster, and the state folder when one was made here."""
    folder = state_folder(os.environ)
    state = State(folder) if (folder / "processes.json").exists() else None
    if BROKER in os.environ:
        return Seen(state, Cluster.from_environment(os.environ))
    if state is None or not any(one.name == KAFKA for one in state.started()):
        return Seen(state)
    brokers = Servers.attach(state).kafka.bootstrap
    command = f"{BROKER}={brokers} signaalbrug"
    return Seen(state, Cluster(brokers, wiring.PARTITIONS, extra={"log_level": "2"}), command)
