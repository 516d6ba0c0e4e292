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


class Flags:
    """One byte for each partition, shared between a worker and who kills it."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(SIZE))
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), SIZE)

    def set(self, partition: int, phase: Phase) -> None:
        """Written by the worker."""
        self._bytes[partition] = phase

    def met(self) -> Phase:
        """The phase that says most about a kill now: WRITTEN before COMMITTING before BEGUN before NONE."""
        seen = set(self._bytes[:SIZE])
        return next((p for p in (Phase.WRITTEN, Phase.COMMITTING, Phase.BEGUN) if p in seen), Phase.NONE)
