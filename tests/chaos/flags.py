"""How far each partition's transaction is, in a file that outlives its process: so a kill tells what it met."""

import mmap
from enum import IntEnum
from pathlib import Path

SIZE = 64


class Phase(IntEnum):
    """Where a transaction is; WRITTEN: its records lie on the broker, and nothing was committed."""

    NONE = 0
    BEGUN = 1
    WRITTEN = 2
    COMMITTING = 3


def cleared(file: Path) -> None:
    """A new file in which nothing is under way, whole at once; who still has the old one open keeps that."""
    new = file.with_suffix(".new")
    new.write_bytes(bytes(SIZE))
    new.replace(file)


class Flags:
    """One byte for each partition in a cleared file, shared between a worker and who kills it."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), SIZE)

    def set(self, partition: int, phase: Phase) -> None:
        """Written by the worker."""
        self._bytes[partition] = phase

    def met(self) -> Phase:
        """The phase that says most about a kill now: WRITTEN before COMMITTING before BEGUN before NONE."""
        seen = set(self._bytes[:SIZE])
        return next((p for p in (Phase.WRITTEN, Phase.COMMITTING, Phase.BEGUN) if p in seen), Phase.NONE)
