"""The faults of a run, drawn from a seed: what happens to whom, in which order, while which files come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

STEPS = ("person", "household")
EACH = 2
WORKERS = tuple(f"worker-{step}-{number}" for step in STEPS for number in range(1, EACH + 1))
OTHERS = ("intake", "registers", "trail", "wijkteam", "vault")
#: Of the kills of step workers: how many wait for a transaction whose records are written.
AIMED = 0.7
#: Before this part of the run nobody moves: the register must have seen them where they were.
MOVES_FROM = 0.4


class What(StrEnum):
    """What can happen."""

    KILL = "kill"
    FREEZE = "freeze"
    BROKER = "broker"
    DATABASE = "database"
    JOIN = "join"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often each happens, and how long it takes until the next."""

    step_kills: int
    other_kills: int
    freezes: int
    brokers: int
    databases: int
    joins: int
    pause_s: tuple[float, float]

    @property
    def kills(self) -> int:
        return self.step_kills + self.other_kills


FULL = Sizes(step_kills=26, other_kills=20, freezes=6, brokers=4, databases=4, joins=4, pause_s=(1.5, 4.0))
TENTH = Sizes(step_kills=6, other_kills=4, freezes=1, brokers=1, databases=1, joins=1, pause_s=(0.3, 1.0))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that happens; *aimed*: it waits for the moment in which it hurts most."""

    what: What
    target: str
    aimed: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """Files [first, until) come in, these move, one thing happens, and so long nothing else does."""

    first: int
    until: int
    moves: tuple[int, ...]
    fault: Fault
    pause_s: float


def planned(seed: int, sizes: Sizes, files: int, moves: int) -> Sequence[Beat]:
    """The run of this seed.

    Emits   as many beats as faults; the last files come in before the last beat but one. Files that no beat has
            brought yet come in earlier when a fault waits for something to do
    """
    chance = Random(seed)
    faults = _faults(chance, sizes)
    lookups = [at for at, fault in enumerate(faults) if fault.target == "registers"]
    flowing = len(faults) - 1
    beats = []
    for at, fault in enumerate(faults):
        first, until = (min(files, files * index // flowing) for index in (at, at + 1))
        going = tuple(m for m in range(moves) if lookups[m % len(lookups)] == at)
        beats.append(Beat(first, until, going, fault, round(chance.uniform(*sizes.pause_s), 2)))
    return beats


def _faults(chance: Random, sizes: Sizes) -> list[Fault]:
    """All of them in their order; a lookup that sees a move comes late, and who joins leaves again."""
    targets = [WORKERS[at % len(WORKERS)] for at in range(sizes.step_kills)]
    aimed = [at < AIMED * len(targets) for at in range(len(targets))]
    chance.shuffle(aimed)
    faults = [Fault(What.KILL, name, aim) for name, aim in zip(targets, aimed, strict=True)]
    faults += [Fault(What.KILL, OTHERS[at % len(OTHERS)], True) for at in range(sizes.other_kills)]
    faults += [Fault(What.FREEZE, WORKERS[at % len(WORKERS)], True) for at in range(sizes.freezes)]
    faults += [Fault(What.BROKER, "kafka") for _ in range(sizes.brokers)]
    faults += [Fault(What.DATABASE, "postgres-main") for _ in range(sizes.databases)]
    chance.shuffle(faults)
    early = int(len(faults) * MOVES_FROM)
    for at in range(early):
        if faults[at].target == "registers":
            other = chance.choice([i for i in range(early, len(faults)) if faults[i].target != "registers"])
            faults[at], faults[other] = faults[other], faults[at]
    for number in range(sizes.joins):
        joiner = f"worker-{STEPS[number % len(STEPS)]}-{EACH + 1 + number}"
        joins = chance.randrange(1, len(faults) - 1)
        leaves = chance.randrange(joins + 1, len(faults))
        faults.insert(leaves, Fault(What.LEAVE, joiner))
        faults.insert(joins, Fault(What.JOIN, joiner))
    return faults
