"""Read JSON line by line: a broken line is refused alone, and the next is read."""

from collections.abc import Iterator
from typing import BinaryIO

from connectors.connector import Delivered, RawRecord, Refused
from connectors.json_events import value_again
from connectors.reading import LARGEST_ROW, MOST_ROWS, Unreadable, Walked, rows_of, said_by
from schemas.vocabulary import Refusal

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def _lines(file: BinaryIO, largest: int) -> Iterator[bytes | None]:
    """Every line that is not blank; None for one that is too long."""
    start = file.read(4)
    if b"\0" in start or start.startswith(_UTF16):
        raise Unreadable(Refusal.ENCODING)
    file.seek(len(_BOM) if start.startswith(_BOM) else 0)
    total = 0
    while piece := file.readline(LARGEST_ROW):
        total += len(piece)
        if total > largest:
            raise Unreadable(Refusal.SIZE)
        if len(piece) == LARGEST_ROW and not piece.endswith(b"\n"):
            while (rest := file.readline(LARGEST_ROW)) and not rest.endswith(b"\n"):
                total += len(rest)
                if total > largest:
                    raise Unreadable(Refusal.SIZE)
            yield None
        elif piece.strip():
            yield piece.strip()


def _record(row: int, line: bytes | None) -> RawRecord | Refused:
    if line is None:
        return Refused(row, Refusal.SIZE)
    return value_again(row, line)


def again(row: int, raw: bytes) -> RawRecord | Refused:
    """What stands in a line that was kept."""
    return value_again(row, raw)


def walk(largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself."""
    row = 0
    try:
        for line in _lines(file, largest):
            row += 1
            if row > MOST_ROWS:
                raise Unreadable(Refusal.SIZE)
            yield _record(row, line)
        if not row:
            raise Unreadable(Refusal.EMPTY)
        yield Delivered(None)
    except Unreadable as fault:
        yield Refused(0, fault.reason, fault.field)


def delivered(largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end; every line carries its own time."""
    return said_by(walk(largest, file))


def read(largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The lines of the file."""
    return rows_of(walk(largest, file))
