"""A drop folder: only whole, regular files are taken; their names are never used, and links are never followed."""

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from connectors.manifest_file import LARGEST, SUFFIX, UNREADABLE, Sidecar, sidecar_in

IN, DONE, REFUSED = "in", "done", "refused"
#: Source  law.md 7.2: raw 24-72 h
RAW_KEPT = timedelta(hours=72)
_UNFINISHED = (".part", ".tmp", ".filepart")
#: What opening says of the entry itself: a link, a socket or pipe, a file that is not for us. Anything else (no
#: descriptors left, a disk that fails) says nothing of it, and the file stays where it is.
_OF_THE_ENTRY = frozenset({errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM})


class NotRegular(Exception):
    """A link, folder, pipe or device, or a file that has a second name."""


class Vanished(Exception):
    """The file was taken away before it was opened."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A file as it was seen at one poll."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, seen: os.stat_result) -> "Sight":
        return cls(seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of `in/` that has stood still; its name serves to open it and for nothing else."""

    entry: str = field(repr=False)
    sight: Sight


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that was opened without following anything."""

    file: BinaryIO
    sight: Sight

    def unchanged(self) -> bool:
        """Whether nobody wrote to it since."""
        return Sight.of(os.fstat(self.file.fileno())) == self.sight


def prepare(drop: Path, sources: tuple[str, ...]) -> None:
    """Make the folders of every source."""
    for source in sources:
        for part in (IN, DONE, REFUSED):
            (drop / source / part).mkdir(mode=0o770, parents=True, exist_ok=True)


class DropFolder:
    """The folder of one source."""

    def __init__(self, root: Path, settle_s: float) -> None:
        self._root, self._settle_ns = root, int(settle_s * 1_000_000_000)
        self._seen: dict[str, Sight] = {}
        self.waiting = 0

    def candidates(self, now_s: float) -> list[Candidate]:
        """What stood still since the last poll, the oldest first; a file that still grows waits."""
        seen = dict(self._look())
        still = [
            Candidate(entry, sight)
            for entry, sight in seen.items()
            if self._seen.get(entry) == sight and now_s * 1e9 - sight.modified_ns >= self._settle_ns
        ]
        self._seen, self.waiting = seen, len(seen)
        return sorted(still, key=lambda each: (each.sight.modified_ns, each.sight.inode))

    def _look(self) -> Iterator[tuple[str, Sight]]:
        with os.scandir(self._root / IN) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.endswith((*_UNFINISHED, SUFFIX)):
                    continue
                try:
                    yield entry.name, Sight.of(entry.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue

    def _open(self, entry: str) -> int:
        try:
            return os.open(self._root / IN / entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise Vanished from None
        except OSError as error:
            if error.errno not in _OF_THE_ENTRY:
                raise
            raise NotRegular from None

    def sidecar(self, candidate: Candidate) -> Sidecar | None:
        """The overview that lies beside the file; UNREADABLE when something else does."""
        try:
            descriptor = self._open(candidate.entry + SUFFIX)
        except Vanished:
            return None
        except NotRegular:
            return UNREADABLE
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None  # no overview can have that name
            raise
        try:
            found = os.fstat(descriptor)
            plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
            return sidecar_in(os.read(descriptor, LARGEST + 1)) if plain else UNREADABLE
        finally:
            os.close(descriptor)

    @contextmanager
    def opened(self, candidate: Candidate) -> Iterator[OpenFile]:
        """The file, open for reading.

        Raises  NotRegular, Vanished (also when another file took its name), OSError when it could not be tried
        """
        descriptor = self._open(candidate.entry)
        try:
            found = os.fstat(descriptor)
            if Sight.of(found) != candidate.sight:
                raise Vanished
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                raise NotRegular
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                yield OpenFile(file, candidate.sight)
        finally:
            os.close(descriptor)

    def move(self, candidate: Candidate, to: str, name: str) -> bool:
        """Put the file away under a name of ours; False when it was no longer there.

        Another file that took its name in the meantime stays in `in/`, under a new name. Its overview goes along.
        """
        source, target = self._root / IN / candidate.entry, self._root / to / name
        try:
            os.rename(source, target)
        except FileNotFoundError:
            return False
        moved = os.stat(target, follow_symlinks=False)
        if (moved.st_dev, moved.st_ino) == (candidate.sight.device, candidate.sight.inode):
            with suppress(OSError):  # most have none, and where one stays behind it is tidied away
                os.rename(f"{source}{SUFFIX}", f"{target}{SUFFIX}")
            return True
        os.rename(target, self._root / IN / uuid.uuid4().hex)
        return False

    def destroy(self, part: str, name: str) -> None:
        """Remove a file that was put away, before its time."""
        os.unlink(self._root / part / name)

    def tidy(self, now_s: float) -> None:
        """Remove what was put away longer ago than raw deliveries may be kept, and overviews without a file."""
        for part in (IN, DONE, REFUSED):
            for entry in os.scandir(self._root / part):
                old = now_s - entry.stat(follow_symlinks=False).st_ctime > RAW_KEPT.total_seconds()
                ours = part != IN or entry.name.endswith(SUFFIX)
                if old and ours and not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
