"""Untrusted bytes are parsed in a process apart: one that crashes, hangs or eats memory costs its file, not intake.

One child is kept warm and used for many files; what it read comes back as data, and is judged here.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import IO, BinaryIO

from connectors.connector import Connector, Delivered, RawRecord, Refused
from connectors.sandbox_frames import END, FRAME, LARGEST, SAID, rows_in, said_in
from schemas.vocabulary import Refusal

#: So often a file may be the end of a child.  Source  bad_inputs.md B14
TRIES = 2
FILES_A_CHILD = 500
#: The kernel ends a child that computes without headway (sandbox_child.py); this ends one that does nothing at all.
SILENCE_S = 20.0
_ENDS_WITHIN_S = 10.0


class ParserFailed(Exception):
    """A file that could be read to its end a moment ago cannot be read now: it waits, nothing of it is lost."""


class _Died(Exception):
    """The child is gone, or said something that is none of ours."""


class Sandbox:
    """One child, for one thread at a time; started when first needed and whenever it died."""

    def __init__(self, command: Sequence[str], silence_s: float = SILENCE_S) -> None:
        self._command, self._silence_s = tuple(command), silence_s
        self._child: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None
        self._files = 0

    def guarding(self, connector: Connector) -> Connector:
        """The same connector, with all parsing done by the child."""
        return replace(
            connector,
            delivered=partial(self._delivered, connector.name),
            read=partial(self._read, connector.name),
        )

    def _delivered(self, source: str, file: BinaryIO) -> Delivered | Refused:
        for _ in range(TRIES):
            try:
                said = list(self._answers("delivered", source, file))
            except _Died:
                continue
            (head,) = (head for kind, head, _ in said if kind == SAID)
            return said_in(head)
        self.start()  # warm again for the next file
        return Refused(0, Refusal.PARSER_FAILED)

    def _read(self, source: str, file: BinaryIO) -> Iterator[RawRecord | Refused]:
        """Raises ParserFailed"""
        through = 0
        for _ in range(TRIES):
            try:
                for kind, head, raws in self._answers("read", source, file):
                    for row in rows_in(kind, head, raws):
                        if row.row > through or row.row == 0:
                            yield row
                        through = max(through, row.row)
                return
            except _Died:
                continue
        raise ParserFailed

    def _answers(self, call: str, source: str, file: BinaryIO) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Every frame up to the end; a child whose answer is not heard out is ended.

        Raises  _Died
        """
        done = False
        try:
            door = self._ready()
            with _descriptor(file) as descriptor:
                socket.send_fds(door, [json.dumps([call, source]).encode()], [descriptor])
                while True:
                    kind, head, raws = FRAME.unpack(_exactly(door, FRAME.size))
                    if kind == END:
                        break
                    if head + raws > LARGEST:
                        raise _Died
                    yield kind, _exactly(door, head), _exactly(door, raws)
            done = True
        except (OSError, ValueError):
            raise _Died from None
        finally:
            if not done:
                self.close()

    def _ready(self) -> socket.socket:
        if self._files >= FILES_A_CHILD or (self._child is not None and self._child.poll() is not None):
            self.close()
        if self._door is None:
            self.start()
        assert self._door is not None
        self._files += 1
        return self._door

    def start(self) -> None:
        """Begin a child, so that it is warm when a file comes."""
        if self._door is not None:
            return
        ours, theirs = socket.socketpair()
        ours.settimeout(self._silence_s)
        with theirs:
            self._child = subprocess.Popen(
                [*self._command, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},  # it needs no secret of ours
            )
        self._door, self._files = ours, 0

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._door is not None:
            self._door.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait(_ENDS_WITHIN_S)
        self._child = self._door = None


def sandbox_of(municipality: str) -> Sandbox:
    """The sandbox of all sources of one municipality (four digits)."""
    return Sandbox((sys.executable, "-m", "connectors.sandbox_child", municipality))


def _exactly(door: socket.socket, count: int) -> bytes:
    """So many bytes.

    Raises  OSError when they do not come
    """
    parts, left = list[bytes](), count
    while left:
        part = door.recv(min(left, 1 << 20))
        if not part:
            raise OSError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@contextmanager
def _descriptor(file: BinaryIO) -> Iterator[int]:
    """An open file that can be handed over; what has none is written to a nameless one first."""
    try:
        given = file.fileno()
    except (OSError, io.UnsupportedOperation):
        copy: IO[bytes]
        with tempfile.TemporaryFile() as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield copy.fileno()
    else:
        os.lseek(given, 0, os.SEEK_SET)
        yield given
