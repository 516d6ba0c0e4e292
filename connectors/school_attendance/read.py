"""Read a levering of verzuimmeldingen as a stream, XML or CSV: every row holds the fields that we may take."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from connectors import csv_rows
from connectors.connector import Delivered, RawRecord, Refused
from connectors.formats import format_of
from connectors.json_events import value_again
from connectors.manifest import manifest_of
from connectors.reading import LARGEST_ROW, MOST_ROWS, Unreadable, Walked, checked_chunks, rows_of, said_by
from connectors.school_attendance.dialects import CSV, PROFILE, XML, Written
from connectors.xml_events import events, forget, local_name
from schemas.vocabulary import Refusal

MANIFEST = manifest_of("school_attendance")
MANY, ONE, ROW = "DC0011LeveringMeldingRelatiefVerzuim", "MeldingRelatiefVerzuim", "Verzuimgeval"
#: Elements that only hold others.
_HOLDERS = frozenset(
    {
        ROW,
        ONE,
        "IdentificatieMeldingRelatiefVerzuim",
        "IdentificatieOnderwijsontvanger",
        "IdentificatieUitvoerderVSV",
        "Procesverloop",
    }
)
_BESIDE_ROWS = frozenset({"Selectieperiode"})


class _Row:
    """What is gathered of one row: the fields that may be taken, the first fault, and what must fall off."""

    def __init__(self, element: etree._Element) -> None:
        self.found: dict[str, str] = {}
        self.fault: tuple[Refusal, str | None] | None = None
        self._dropped: list[tuple[etree._Element, etree._Element]] = []
        self._gather(element)

    def _gather(self, element: etree._Element) -> None:
        """Look into everything but what is dropped, also behind a fault: what is kept holds nothing of it."""
        for child in element:
            name = local_name(child)
            if name in MANIFEST.drops:
                self._dropped.append((element, child))
            elif name in _HOLDERS:
                self._gather(child)
            elif name not in MANIFEST.takes or len(child):
                self.fault = (Refusal.FIELD_NOT_ALLOWED, None)  # goes before all: of such a row nothing is kept
            elif name in self.found:
                self.fault = self.fault or (Refusal.DUPLICATE_KEY, name)
            else:
                self.found[name] = (child.text or "").strip()

    def kept(self, element: etree._Element) -> bytes:
        """The bytes that may be kept of the row; afterwards nothing but the fields is left in the element.

        Exclusive: with the namespaces of its surroundings libxml2 writes a part of a document wrongly.
        """
        for parent, child in self._dropped:
            parent.remove(child)
        for each in element.iter():
            each.attrib.clear()
            each.tail = None
            if local_name(each) in _HOLDERS:
                each.text = None
        try:
            return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
        except etree.C14NError:
            raise Unreadable(Refusal.SYNTAX) from None  # a namespace that is no URI


class _Walk:
    """One pass over one file."""

    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._events = events(checked_chunks(file, largest))
        self.rows = 0

    def document(self) -> Iterator[Walked]:
        kind, root = next(self._events)
        name = local_name(root)
        if kind != "start" or name not in (MANY, ONE):
            raise Unreadable(Refusal.SYNTAX)
        depth = 1
        for kind, element in self._events:
            depth += 1 if kind == "start" else -1
            if kind == "end" and depth == (1 if name == MANY else 0):
                yield from self._row(element)
        if not self.rows:
            raise Unreadable(Refusal.EMPTY)
        yield Delivered(None)

    def _row(self, element: etree._Element) -> Iterator[Walked]:
        name = local_name(element)
        if name in _BESIDE_ROWS:
            return
        if name not in (ROW, ONE):
            raise Unreadable(Refusal.FIELD_NOT_ALLOWED)
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise Unreadable(Refusal.SIZE, ROW)
        size = len(etree.tostring(element, encoding="utf-8", with_tail=False))
        row = _Row(element)
        raw = row.kept(element)
        forget(element)
        if size > LARGEST_ROW:
            yield Refused(self.rows, Refusal.SIZE)
        elif row.fault is not None:
            yield Refused(self.rows, *row.fault, raw)
        else:
            yield RawRecord(self.rows, raw, Written(XML, row.found))


def _walk_xml(largest: int, file: BinaryIO) -> Iterator[Walked]:
    walked = _Walk(file, largest)
    try:
        yield from walked.document()
    except Unreadable as fault:
        place = fault.field or (f"{ROW}[{walked.rows}]" if walked.rows else None)
        yield Refused(0, fault.reason, place)


def _walk_csv(largest: int, file: BinaryIO) -> Iterator[Walked]:
    for each in csv_rows.walk(file, largest, PROFILE):
        yield replace(each, content=Written(CSV, each.content)) if isinstance(each, RawRecord) else each


def walk(largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it."""
    yield from (_walk_xml if format_of(file) == "xml" else _walk_csv)(largest, file)


def again(row: int, raw: bytes) -> RawRecord | Refused:
    """The melding in the bytes that were kept of it: a Verzuimgeval, or the columns of a CSV row."""
    if not raw.startswith(b"<"):
        kept = value_again(row, raw)
        if isinstance(kept, Refused):
            return kept
        if not csv_rows.is_csv_row(kept.content):
            return Refused(row, Refusal.SYNTAX, raw=raw)
        return replace(kept, content=Written(CSV, kept.content))
    wrapped = BytesIO(b"<%b>%b</%b>" % (MANY.encode(), raw, MANY.encode()))
    first, *others = _walk_xml(LARGEST_ROW * 2, wrapped)
    last = others[-1] if others else first
    if isinstance(last, Refused) and last.row == 0:
        return replace(last, row=row, raw=raw)
    if isinstance(first, Delivered) or len(others) != 1:
        return Refused(row, Refusal.SYNTAX, raw=raw)
    return replace(first, row=row)


def delivered(largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end; the format states no time of delivery."""
    return said_by(walk(largest, file))


def read(largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(largest, file))
