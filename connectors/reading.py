"""Bytes of a file before any parser sees them: UTF-8 without control characters, or a closed reason why not."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from connectors.connector import Delivered, RawRecord, Refused
from schemas.vocabulary import Refusal

CHUNK = 16_384
#: More rows than this belong in more files: twice the 100,000 that one file must be able to hold. The 50,000
#: vroegsignalen of formats.md 2.2 are a page of the DDAS interface; a file that is dropped may hold several pages.
MOST_ROWS = 200_000
#: One row, as received.
LARGEST_ROW = 65_536

_BOM = codecs.BOM_UTF8
_CONTROL = bytes(each for each in range(0x20) if each not in b"\t\n\r") + b"\x7f"
#: C0 and C1 controls, zero-width and direction-changing characters, the BOM inside text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


class Unreadable(Exception):
    """The file as a whole cannot be used; `field` is a place in the format, never what stood there."""

    def __init__(self, reason: Refusal, field: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason, self.field = reason, field


def unseen(text: str) -> bool:
    """Whether the text holds a character that nobody sees."""
    return _UNSEEN.search(text) is not None


def unseen_in(content: Any) -> bool:
    """The same of every name and every text in a value."""
    match content:
        case str():
            return unseen(content)
        case dict():
            return any(unseen(name) or unseen_in(value) for name, value in content.items())
        case list():
            return any(map(unseen_in, content))
        case _:
            return False


def checked_chunks(file: BinaryIO, largest: int) -> Iterator[bytes]:
    """The file in pieces, its BOM taken off.

    Raises  Unreadable: empty, size, encoding, control_character
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    total, blank, first = 0, True, True
    for raw in iter(lambda: file.read(CHUNK), b""):
        total += len(raw)
        if total > largest:
            raise Unreadable(Refusal.SIZE)
        if first and b"\0" in raw[:4]:
            raise Unreadable(Refusal.ENCODING)  # UTF-16 or UTF-32 without a mark
        try:
            decoder.decode(raw)
        except UnicodeDecodeError:
            raise Unreadable(Refusal.ENCODING) from None
        if len(raw.translate(None, _CONTROL)) != len(raw):
            raise Unreadable(Refusal.CONTROL_CHARACTER)
        chunk, first = (raw.removeprefix(_BOM) if first else raw), False
        blank = blank and not chunk.strip()
        if chunk:
            yield chunk
    if blank:
        raise Unreadable(Refusal.EMPTY)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Unreadable(Refusal.ENCODING) from None


Walked = RawRecord | Refused | Delivered


def rows_of(walked: Iterable[Walked]) -> Iterator[RawRecord | Refused]:
    """The rows alone; for `Connector.read`."""
    return (each for each in walked if not isinstance(each, Delivered))


def said_by(walked: Iterable[Walked]) -> Delivered | Refused:
    """What a file says of itself, read to its end: a fault of the whole is found before a row is used."""
    said, rows = Delivered(None), 0
    for each in walked:
        if isinstance(each, Delivered):
            said = each
        elif each.row == 0:
            assert isinstance(each, Refused)
            return each
        else:
            rows += 1
    return replace(said, rows=rows)
