"""`python -m tests.chaos`: the seed replays the plan; ends with 1 when anything does not hold."""

import argparse
import secrets
import signal
import sys

from tests.chaos.plan import FULL, TENTH
from tests.chaos.run import Outcome, run

FULL_SIGNALS = 5_000
MOST_TOLD = 12


def main(words: list[str]) -> int:
    """Run each delivery that was asked for, one after the other."""
    asked = argparse.ArgumentParser(prog="python -m tests.chaos")
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--delivery", choices=("faust", "native", "both"), default="both")
    asked.add_argument("--signals", type=int, default=FULL_SIGNALS)
    asked.add_argument("--tenth", action="store_true", help="the faults of the run that is part of `make test`")
    given = asked.parse_args(words)
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    deliveries = ("faust", "native") if given.delivery == "both" else (given.delivery,)
    sizes = TENTH if given.tenth else FULL
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever is told to stop stops its processes too
    outcomes = [run(seed, delivery, given.signals, sizes, _say) for delivery in deliveries]
    for outcome in outcomes:
        tell(outcome)
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def tell(outcome: Outcome) -> None:
    """Figures and verdicts."""
    _say(f"\n{outcome.delivery}, seed {outcome.seed}, {outcome.git}")
    for name, figure in outcome.figures.items():
        _say(f"  {name}: {figure}")
    for each in outcome.checked:
        _say(f"  {'holds' if each.holds else 'DOES NOT HOLD'}  {each.invariant}: {each.promise} ({each.checked})")
        for finding in each.findings[:MOST_TOLD]:
            _say(f"      {finding}")
    if not outcome.holds:
        _say(f"  again: python -m tests.chaos --seed {outcome.seed} --delivery {outcome.delivery}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
