"""Parsers that die: run as a program this is a child of the sandbox whose sources do what their files say."""

import ctypes
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from connectors.connector import Connector, Delivered, RawRecord, Refused
from connectors.sandbox_child import run
from connectors.sources import connectors_for

SEGFAULT, HUNGRY, LOOPS, SLEEPS = b"segfault", b"hungry", b"loops", b"sleeps"
RAISES, SENDS, WRITES = b"raises", b"sends", b"writes"
#: Where the parser that writes tries to.
WRITTEN = Path(tempfile.gettempdir()) / "signaalbrug-written-by-a-parser"


def _eats() -> None:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def _turns() -> None:
    while True:
        pass


def _goes_online() -> None:
    with socket.create_connection(("127.0.0.1", 9), 1):
        pass


def _writes() -> None:
    with WRITTEN.open("wb", buffering=0) as out:
        out.write(b"x")


_DOES = {
    SEGFAULT: lambda: ctypes.string_at(0),
    HUNGRY: _eats,
    LOOPS: _turns,
    SLEEPS: lambda: time.sleep(3_600),
    RAISES: lambda: 1 / 0,
    SENDS: _goes_online,
    WRITES: _writes,
}


def hostile(inner: Connector) -> Connector:
    """The same source, until its file says otherwise."""

    def delivered(file: BinaryIO) -> Delivered | Refused:
        said = file.read(64)
        if said in _DOES:
            _DOES[said]()
        file.seek(0)
        return inner.delivered(file)

    def read(file: BinaryIO) -> Iterator[RawRecord | Refused]:
        for row in inner.read(file):
            if row.row == 700:
                ctypes.string_at(0)
            yield row

    return replace(inner, delivered=delivered, read=read)


if __name__ == "__main__":
    run(int(sys.argv[-1]), {name: hostile(each) for name, each in connectors_for("9990").items()})
