"""Read a levering of verzuimmeldingen as a stream: every Verzuimgeval is a row of the fields that we may take."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from connectors.connector import Delivered, RawRecord, Refused
from connectors.manifest import manifest_of
from connectors.reading import LARGEST_ROW, MOST_ROWS, Unreadable, Walked, checked_chunks, rows_of, said_by
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
#: Beside what is taken: who else may be named instead of a BSN, and for which municipality it is.
_FIELDS = MANIFEST.takes | {"Onderwijsnummer", "CodeUitvoerderVSV"}
_BESIDE_ROWS = frozenset({"Selectieperiode"})


def _fields(element: etree._Element, found: dict[str, str]) -> tuple[Refusal, str | None] | None:
    """Gather the fields that may be taken; what is dropped is not looked into."""
    for child in element:
        name = local_name(child)
        if name in MANIFEST.drops:
            continue
        if name in _HOLDERS:
            if (refused := _fields(child, found)) is not None:
                return refused
        elif name not in _FIELDS or len(child):
            return Refusal.FIELD_NOT_ALLOWED, None
        elif name in found:
            return Refusal.DUPLICATE_KEY, name
        else:
            found[name] = (child.text or "").strip()
    return None


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
        raw = etree.tostring(element, method="c14n", with_comments=False, with_tail=False)
        found: dict[str, str] = {}
        refused = _fields(element, found)
        forget(element)
        if len(raw) > LARGEST_ROW:
            yield Refused(self.rows, Refusal.SIZE)
        elif refused is not None:
            yield Refused(self.rows, *refused, raw)
        else:
            yield RawRecord(self.rows, raw, found)


def again(row: int, raw: bytes) -> RawRecord | Refused:
    """The Verzuimgeval in the bytes that were kept of it."""
    walked = next(iter(walk(LARGEST_ROW, BytesIO(b"<%b>%b</%b>" % (MANY.encode(), raw, MANY.encode())))))
    return replace(walked, row=row) if isinstance(walked, RawRecord | Refused) else Refused(row, Refusal.SYNTAX)


def walk(largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it."""
    walked = _Walk(file, largest)
    try:
        yield from walked.document()
    except Unreadable as fault:
        place = fault.field or (f"{ROW}[{walked.rows}]" if walked.rows else None)
        yield Refused(0, fault.reason, place)


def delivered(largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end; the format states no time of delivery."""
    return said_by(walk(largest, file))


def read(largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(largest, file))
