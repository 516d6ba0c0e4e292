"""What a check looks at and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from schemas.transport import Cluster
from signaalbrug.local.state import State


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not as it should be, with the command that repairs it."""

    what: str
    repair: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to look at: a state folder of this machine, and a cluster when one answers."""

    state: State | None = None
    cluster: Cluster | None = None
    command: str = "signaalbrug"


@dataclass(frozen=True, slots=True)
class Check:
    """One check; *needs* says what must be there before it can be asked."""

    name: str
    ask: Callable[[Seen], Iterator[Wrong]]
    needs: str = ""
