"""Rows of a CSV as a source agreed them: one separator, one line a row, every column known; nothing is guessed.

Source  bad_inputs.md A1-A10; csv swallows the rest of a file behind an unclosed quote, so a row is never two lines
"""

import csv
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from connectors.connector import Delivered, RawRecord, Refused
from connectors.json_events import canonical
from connectors.reading import LARGEST_ROW, Unreadable, Walked, checked_chunks
from schemas.vocabulary import Refusal

_SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one source's CSV looks like: columns that must be there, that may be, and that are not looked into."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    separator: str = ";"
    most_rows: int = 200_000


def _lines(chunks: Iterable[bytes]) -> Iterator[str | None]:
    """Every line with its end taken off; None for one that is longer than a row may be."""
    rest, over = b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield None if over or len(line) > LARGEST_ROW else line.removesuffix(b"\r").decode()
            over = False
        if len(rest) > LARGEST_ROW:
            rest, over = b"", True
    if rest or over:
        yield None if over else rest.removesuffix(b"\r").decode()


def _cells(line: str, separator: str) -> list[str]:
    """The fields of one line.

    Raises  Unreadable(quote)
    """
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        raise Unreadable(Refusal.QUOTE) from None
    return [unicodedata.normalize("NFC", each.strip()) for each in cells]


def _header(line: str | None, profile: Profile) -> Sequence[str]:
    if line is None:
        raise Unreadable(Refusal.SIZE)
    names = _cells(line, profile.separator)
    if len(names) == 1 and any(mark in line for mark in _SEPARATORS if mark != profile.separator):
        raise Unreadable(Refusal.SEPARATOR)
    if len(set(names)) != len(names):
        raise Unreadable(Refusal.DUPLICATE_COLUMN)
    if not set(names) <= profile.required | profile.optional | profile.dropped:
        raise Unreadable(Refusal.FIELD_NOT_ALLOWED)
    if missing := sorted(profile.required - set(names)):
        raise Unreadable(Refusal.FIELD_MISSING, missing[0])
    return names


def _row(row: int, line: str | None, names: Sequence[str], profile: Profile) -> RawRecord | Refused:
    if line is None:
        return Refused(row, Refusal.SIZE)
    cells = _cells(line, profile.separator)
    if len(cells) != len(names):
        return Refused(row, Refusal.FIELD_COUNT)
    content = {name: cell for name, cell in zip(names, cells, strict=True) if name not in profile.dropped}
    return RawRecord(row, canonical(content), content)


def _ends_a_line(file: BinaryIO) -> bool:
    """A file that was cut off would make 64 euros of 640, and an L of an LRV: its last row ends as a row does."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def walk(file: BinaryIO, largest: int, profile: Profile) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it.

    Shapes  a row's content maps column to text, without what is dropped; its raw bytes are that content, canonical
    """
    row = 0
    try:
        lines = (line for line in _lines(checked_chunks(file, largest)) if line is None or line.strip())
        names = _header(next(lines, None), profile)
        for line in lines:
            row += 1
            if row > profile.most_rows:
                raise Unreadable(Refusal.SIZE)
            yield _row(row, line, names, profile)
        if not row:
            raise Unreadable(Refusal.EMPTY)
        if not _ends_a_line(file):
            raise Unreadable(Refusal.SYNTAX)
        yield Delivered(None)
    except Unreadable as fault:
        yield Refused(0, fault.reason, fault.field or (f"rij[{row}]" if row else None))


def is_csv_row(content: Any) -> bool:
    """Whether a kept row came from a CSV: a flat object of texts."""
    return isinstance(content, Mapping) and all(isinstance(each, str) for each in content.values())
