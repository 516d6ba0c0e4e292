"""Read what a practice sends: every ServiceRequest and every Consent is a row, with what it refers to."""

from collections.abc import Iterator
from typing import BinaryIO

from connectors.connector import Delivered, RawRecord, Refused
from connectors.general_practice.entries import unpacked
from connectors.general_practice.rows import rows_in
from connectors.reading import Unreadable, Walked, rows_of, said_by
from schemas.vocabulary import Refusal


def walk(largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole stands alone."""
    try:
        packed = unpacked(file, largest)
        row = None
        for row in rows_in(packed):
            yield row
        if row is None:
            raise Unreadable(Refusal.EMPTY)
        yield Delivered(packed.stated_at)
    except Unreadable as fault:
        yield Refused(0, fault.reason, fault.field)


def delivered(largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end and say when it was delivered."""
    return said_by(walk(largest, file))


def read(largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(largest, file))
