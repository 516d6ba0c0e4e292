"""The process that parses: it has no secrets, no network and few means, and may die of what it reads.

Run     python -m connectors.sandbox_child FOUR_DIGITS DESCRIPTOR; the sandbox does
"""

import ctypes
import io
import json
import os
import resource
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from connectors.connector import Connector
from connectors.sandbox_frames import END, FRAME, Row, framed, said
from connectors.sources import connectors_for

#: Address space of the whole process, and seconds of processor without reading on or saying anything.
MEMORY = 512 * 1024 * 1024
CPU_S = 2
LIFE_S = 3_600
_OPEN_FILES = 32
_BATCH = 250
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000


def confine() -> None:
    """Give up what parsing does not need; where the kernel lets us, the network too."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),  # a core would hold the file
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_AS, MEMORY),
    ):
        resource.setrlimit(limit, (most, most))
    ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    going_on()


def going_on() -> None:
    """A parser that makes headway gets another few seconds; one that turns in a circle is ended by the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, LIFE_S), LIFE_S))


class _Headway(io.FileIO):
    """A file whose every reading counts as headway."""

    def readinto(self, into: Any, /) -> int:
        going_on()
        return super().readinto(into)


def serve(door: socket.socket, connectors: Mapping[str, Connector]) -> None:
    """Answer until the other side hangs up."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(door, 4_096, 1)
        if not asked:
            return
        call, source = json.loads(asked)
        with io.BufferedReader(_Headway(descriptors[0], closefd=True)) as file:
            file.seek(0)
            if call == "delivered":
                door.sendall(said(connectors[source].delivered(file)))
            else:
                for rows in _batches(connectors[source].read(file)):
                    door.sendall(framed(rows))
                    going_on()
        door.sendall(FRAME.pack(END, 0, 0))


def _batches(rows: Iterable[Row]) -> Iterator[tuple[Row, ...]]:
    iterator = iter(rows)
    while batch := tuple(islice(iterator, _BATCH)):
        yield batch


def run(descriptor: int, connectors: Mapping[str, Connector]) -> None:
    """Serve on this socket, and end without a word: a traceback may hold what was read."""
    code = 1
    try:
        confine()
        serve(socket.socket(fileno=descriptor), connectors)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    run(int(sys.argv[2]), connectors_for(sys.argv[1]))
