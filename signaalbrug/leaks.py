"""I7: no identity outside the vault; a scan counts only when it finds what was planted in every store.

Source  promises.md I7; privacy.md 3.6; rules.md 1 for numbers that nobody listed
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from schemas.scrubbing import leaked_numbers, passes_elfproef
from signaalbrug.leak_reading import Wanted, readings, written
from signaalbrug.proof.finding import Checked, Finding

PROMISE = "no identity outside the vault, in any writing; every store's canary found"


class Void(Exception):
    """A canary was not found where it was planted: the scan proves nothing."""


@dataclass(frozen=True, slots=True)
class Store:
    """A place where data stands: how to read it, and how to plant bytes in it and take them out again.

    `numbers` gives the text in which any number that could be a BSN is a leak; None where numbers are technical.
    """

    name: str
    read: Callable[[], Iterable[bytes]]
    plant: Callable[[bytes], AbstractContextManager[None]]
    numbers: Callable[[bytes], str] | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """Something found in a store: what kind of thing and in which part; never the thing itself."""

    store: str
    part: int
    kind: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a scan came to: how much was read, which canaries were found, and every leak."""

    read_bytes: int
    canaries: int
    leaks: tuple[Leak, ...]

    @property
    def holds(self) -> bool:
        return not self.leaks

    def checked(self) -> Checked:
        """The same as one invariant among the others."""
        found = tuple(Finding("I7", each.kind, f"{each.store} part {each.part}") for each in self.leaks)
        return Checked("I7", PROMISE, self.read_bytes, found)


def scan(identities: Iterable[str], stores: Sequence[Store], seed: int = 7) -> Report:
    """Look for every identity in every store.

    Raises  Void when a planted canary is not found in each of its writings, or when there is nothing to look for
    """
    wanted = frozenset(identities)
    if not wanted or not stores:
        raise Void("nothing to look for, or nowhere to look")
    leaks: list[Leak] = []
    size = 0
    canaries = _canaries(wanted, len(stores), random.Random(seed))
    for store, canary in zip(stores, canaries, strict=True):
        found, read = _scanned(store, canary, wanted)
        leaks += found
        size += read
    return Report(size, len(canaries), tuple(leaks))


def _canaries(wanted: frozenset[str], count: int, dice: random.Random) -> list[dict[str, str]]:
    """For each store its own invented test numbers, one a writing, none of them anybody's."""
    taken = set(wanted)
    writings = tuple(written("0"))

    def fresh() -> str:
        while True:
            number = f"9999{dice.randrange(100_000):05d}"
            if passes_elfproef(number) and number not in taken:
                taken.add(number)
                return number

    return [{writing: fresh() for writing in writings} for _ in range(count)]


def _scanned(store: Store, canary: dict[str, str], wanted: frozenset[str]) -> tuple[list[Leak], int]:
    looked_for = Wanted.of([*wanted, *canary.values()])
    own = {number.encode() for number in canary.values()}
    seen: set[bytes] = set()
    leaks: list[Leak] = []
    size = 0
    planted = b"\n".join(written(number)[writing] for writing, number in canary.items())
    with ExitStack() as stack:
        stack.enter_context(store.plant(planted))
        for part, chunk in enumerate(store.read()):
            size += len(chunk)
            hits = {hit for text in readings(chunk) for hit in looked_for.found_in(text)}
            seen |= hits & own
            leaks += [Leak(store.name, part, "identity")] * len(hits - own)
            leaks += [Leak(store.name, part, "number")] * _numbers(store, chunk, own)
    if missed := [writing for writing, number in canary.items() if number.encode() not in seen]:
        raise Void(f"{store.name}: the canary was not found as {', '.join(missed)}")
    return leaks, size


def _numbers(store: Store, chunk: bytes, own: set[bytes]) -> int:
    if store.numbers is None:
        return 0
    return sum(1 for number in _tokens(store.numbers(chunk)) if number.encode() not in own)


def _tokens(text: str) -> Iterator[str]:
    yield from leaked_numbers(text)
