"""Put a file in a drop folder as intake wants it, and recognise the receipt under which it was put away."""

import hashlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from connectors.files import DONE, IN, REFUSED
from connectors.manifest_file import SUFFIX, Sidecar, laid_beside

_PIECE = 1_048_576
_POLL_S = 0.2


class NoFolder(Exception):
    """Nothing there looks like the drop folder of this source."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Under what intake knows the delivery, and whether it took anything of it."""

    id: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A file in a drop folder, by what stays the same when it is put away."""

    folder: Path
    device: int
    inode: int
    size: int

    def receipt(self) -> Receipt | None:
        """The receipt, once intake has taken the file: it is put away under that name."""
        for part in (DONE, REFUSED):
            try:
                found = [each for each in os.scandir(self.folder / part) if self._is(each)]
            except FileNotFoundError:
                continue
            if found:
                return Receipt(found[0].name.partition(".")[0], part == REFUSED)
        return None

    def _is(self, entry: os.DirEntry[str]) -> bool:
        try:
            seen = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return False
        return (seen.st_dev, seen.st_ino, seen.st_size) == (self.device, self.inode, self.size)


def folder_of(to: Path, source: str) -> Path:
    """The folder of this source with its `in`: *to* is that folder, the one that holds all sources, or `in` itself.

    Raises  NoFolder
    """
    for folder in (to / source, to, to.parent if to.name == IN else to):
        if (folder / IN).is_dir():
            return folder
    raise NoFolder


def place(file: BinaryIO, rows: int, suffix: str, folder: Path) -> Placed:
    """Copy the file in under a name of ours: the overview first, then the whole file by one rename.

    Raises  OSError; then nothing of it is in the folder
    """
    name = uuid.uuid4().hex + suffix
    target, unfinished = folder / IN / name, folder / IN / f".{name}.part"
    try:
        laid_beside(target, Sidecar(rows, _copied(file, unfinished)))
        seen = os.stat(unfinished)
        os.rename(unfinished, target)
    except OSError:
        for left in (unfinished, target.with_name(f"{name}{SUFFIX}")):
            left.unlink(missing_ok=True)
        raise
    return Placed(folder, seen.st_dev, seen.st_ino, seen.st_size)


def _copied(file: BinaryIO, to: Path) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660), "wb") as out:
        for piece in iter(lambda: file.read(_PIECE), b""):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.digest()


def awaited(placed: Placed, until: Callable[[], bool], pause: Callable[[float], object]) -> Receipt | None:
    """The receipt as soon as there is one; None when *until* says that it has been long enough."""
    while (receipt := placed.receipt()) is None:
        if until():
            return None
        pause(_POLL_S)
    return receipt
