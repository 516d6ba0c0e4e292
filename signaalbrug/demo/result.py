"""What a run of the demonstration comes to, and whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from signaalbrug.demo.figures import Figures
from signaalbrug.proof.finding import Checked

LONGEST_SECONDS = 120.0
MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody of one team who may enter the inbox."""

    team: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """One run: its figures, its invariants, one alert's trace, how long it took and where to look."""

    households: int
    figures: Figures
    verdicts: Sequence[Checked]
    trace: str
    seconds: float
    inbox: str | None
    logins: Sequence[Login]
    longest_seconds: float = LONGEST_SECONDS


@dataclass(frozen=True, slots=True)
class Shown:
    """A run that goes on after its result: `tick` does what came up meanwhile."""

    result: Result
    tick: Callable[[], None] = lambda: None


def problems(result: Result) -> list[str]:
    """Why this run may not pass; empty when it may."""
    found = [f"does not hold: {finding}" for verdict in result.verdicts for finding in verdict.findings[:MOST_TOLD]]
    if not result.figures.alerts:
        found.append("no alert was made")
    if not result.trace:
        found.append("no alert could be traced")
    if result.seconds > result.longest_seconds:
        found.append(f"it took {result.seconds:.0f} s, more than {result.longest_seconds:.0f} s")
    return found
