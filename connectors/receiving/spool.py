"""Bytes from a network on their way to a file: counted, hashed and, where packed, unpacked under a ratio."""

import hashlib
import os
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

#: Source  bad_inputs.md A15, A16
MOST_RATIO = 100
_PIECE = 65_536


class TooLarge(Exception):
    """More than this source may send at once, or packed more than a hundredfold."""


class Mispacked(Exception):
    """It is not what its Content-Encoding says."""


class Unpacking(Protocol):
    """From packed pieces to plain ones."""

    def take(self, piece: bytes) -> Iterator[bytes]:
        """What this piece gives, in pieces of bounded size."""

    def end(self) -> None:
        """Raises Mispacked when something is missing."""


class Plain:
    """As it is sent."""

    def take(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def end(self) -> None:
        """Nothing can be missing."""


class Gzip:
    """One gzip member; never more than so many times what came in.

    Raises  TooLarge, Mispacked
    """

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._came, self._gave = 0, 0

    def take(self, piece: bytes) -> Iterator[bytes]:
        self._came += len(piece)
        while piece:
            if self._inflate.eof:
                raise Mispacked
            try:
                plain = self._inflate.decompress(piece, _PIECE)
            except zlib.error:
                raise Mispacked from None
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._gave += len(plain)
            if self._gave > _PIECE and self._gave > MOST_RATIO * self._came:
                raise TooLarge
            yield plain

    def end(self) -> None:
        if not self._inflate.eof:
            raise Mispacked


class Spooled:
    """A file of ours that is being written; its name says nothing."""

    def __init__(self, path: Path, largest: int) -> None:
        self.path, self.size, self._largest = path, 0, largest
        self._digest = hashlib.sha256()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o660)
        self._file: BinaryIO = os.fdopen(descriptor, "wb")

    def write(self, piece: bytes) -> None:
        """Raises TooLarge, before the piece is written."""
        self.size += len(piece)
        if self.size > self._largest:
            raise TooLarge
        self._digest.update(piece)
        self._file.write(piece)

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()

    @property
    def settled(self) -> bool:
        """Whether nothing can be added any more."""
        return self._file.closed

    def settle(self) -> None:
        """Everything is on the disk."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def drop(self) -> None:
        """Forget it, unless it was moved away."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def spooling(folder: Path, largest: int) -> Iterator[Spooled]:
    """A new file in this folder, gone afterwards unless somebody moved it."""
    spooled = Spooled(folder / f".{uuid.uuid4().hex}.part", largest)
    try:
        yield spooled
    finally:
        spooled.drop()
