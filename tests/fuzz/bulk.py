"""So many mutated samples through the reading of every source; the same seed gives the same cases anywhere.

Run     python -m tests.fuzz.bulk SOURCE CASES SEED
"""

import random
import sys
from collections import Counter
from collections.abc import Callable

from tests.fuzz.mutations import mutated
from tests.fuzz.oracle import tried

_DEEPLY_EVERY = 10


class Escaped(AssertionError):
    """Something other than an answer came out; the message says which case, never what it held."""


def case(source: str, seed: int, index: int) -> bytes:
    """One case; by itself, so that a failure can be looked at without those before it."""
    return mutated(source, random.Random(f"{seed}/{source}/{index}"))


def bulk(source: str, cases: int, seed: int, answer: Callable[[str, bytes, bool], object] = tried) -> Counter[str]:
    """How often each answer was given.

    Raises  Escaped
    """
    given: Counter[str] = Counter()
    for index in range(cases):
        try:
            said = answer(source, case(source, seed, index), index % _DEEPLY_EVERY == 0)
        except Exception as escaped:
            kind = type(escaped).__name__
            raise Escaped(f"{kind}: tests.fuzz.bulk.case({source!r}, {seed}, {index})") from escaped
        given["read" if isinstance(said, int) else str(said)] += 1
    return given


if __name__ == "__main__":
    print(dict(bulk(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
