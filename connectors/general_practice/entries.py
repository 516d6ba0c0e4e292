"""The resources of a file, however it is packed: a Bundle or a single resource, JSON lines, JSON or XML."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, BinaryIO

from connectors import json_lines
from connectors.connector import RawRecord, Refused
from connectors.formats import format_of
from connectors.general_practice.fhir_xml import Doubled, Element, name_of, part_of, resource_of
from connectors.general_practice.keeping import Kept, kept_part, kept_resource
from connectors.general_practice.shapes import BUNDLE, BUNDLE_TYPES, DROP, ENTRY, RESOURCES
from connectors.json_events import Event, Value
from connectors.json_events import events as json_events
from connectors.moments import moment_in
from connectors.reading import MOST_ROWS, Unreadable, checked_chunks
from connectors.xml_events import events as xml_events
from schemas.vocabulary import Refusal

#: No JSON document has one object behind another; JSON lines have.
_NEXT_LINE = re.compile(rb"\}[ \t\r]*\n\s*\{")
_HEAD = {**BUNDLE, "entry": DROP}


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource and the address it stands at; `refused` says why it is none that we may read."""

    full_url: str = field(default="", repr=False)
    kept: Kept | None = field(default=None, repr=False)
    refused: tuple[Refusal, str] | None = None


@dataclass(slots=True)
class Packed:
    """All entries of a file, and the time of delivery that it states."""

    entries: list[Entry] = field(default_factory=list)
    stated_at: datetime | None = None

    def add(self, entry: Entry) -> None:
        if len(self.entries) >= MOST_ROWS:
            raise Unreadable(Refusal.SIZE, "Bundle.entry")
        self.entries.append(entry)


def unpacked(file: BinaryIO, largest: int) -> Packed:
    """Everything in the file.

    Raises  Unreadable
    """
    packed = Packed()
    try:
        _UNPACK[_packing(file, largest)](packed, file, largest)
    except Unreadable as fault:
        last = len(packed.entries)
        raise Unreadable(fault.reason, fault.field or (f"Bundle.entry[{last}]" if last else None)) from None
    return packed


def _packing(file: BinaryIO, largest: int) -> str:
    written = format_of(file)
    return "lines" if written == "json" and _has_lines(file, largest) else written


def _has_lines(file: BinaryIO, largest: int) -> bool:
    content = file.read(largest + 1)
    file.seek(0)
    return _NEXT_LINE.search(content) is not None


def _lines(packed: Packed, file: BinaryIO, largest: int) -> None:
    for each in json_lines.walk(largest, file):
        if isinstance(each, RawRecord):
            content = each.content
            if isinstance(content, dict) and content.get("resourceType") == "Bundle":
                _head(packed, {name: value for name, value in content.items() if name != "entry"})
                entries = content.get("entry", [])
                for one in entries if isinstance(entries, list) else [None]:
                    packed.add(_entry(one))
            else:
                packed.add(_alone(content))
        elif isinstance(each, Refused):
            if each.row == 0:
                raise Unreadable(each.reason, each.field)
            packed.add(Entry(refused=(each.reason, "Bundle.entry")))


def _document(packed: Packed, file: BinaryIO, largest: int) -> None:
    stream = json_events(checked_chunks(file, largest))
    if next(stream)[0] != "start_map":
        raise Unreadable(Refusal.SYNTAX)
    head: dict[str, Any] = {}
    listed = False
    while (event := next(stream))[0] != "end_map":
        name = event[1]
        if name in head or (name == "entry" and listed):
            raise Unreadable(Refusal.DUPLICATE_KEY)
        first = next(stream)
        if name == "entry":
            listed = True
            _listed(packed, stream, first)
        else:
            value = Value(stream, first)
            if value.doubled:
                raise Unreadable(Refusal.DUPLICATE_KEY)
            head[name] = value.content
    deque(stream, maxlen=0)  # to its end: what stands behind the document is refused
    if head.get("resourceType") == "Bundle":
        _head(packed, head)
    elif listed:
        raise Unreadable(Refusal.FIELD_NOT_ALLOWED)
    else:
        packed.add(_alone(head))


def _listed(packed: Packed, stream: Iterator[Event], first: Event) -> None:
    if first[0] != "start_array":
        raise Unreadable(Refusal.FIELD_INVALID, "Bundle.entry")
    while (event := next(stream))[0] != "end_array":
        value = Value(stream, event)
        doubled = Entry(refused=(Refusal.DUPLICATE_KEY, "Bundle.entry"))
        packed.add(doubled if value.doubled else _entry(value.content))


def _head(packed: Packed, content: dict[str, Any]) -> None:
    """What a Bundle says of itself."""
    said, faults = kept_part(content, _HEAD, "Bundle")
    if faults:
        raise Unreadable(*faults[0])
    if said.get("type") not in BUNDLE_TYPES:
        raise Unreadable(Refusal.FIELD_INVALID if "type" in said else Refusal.FIELD_MISSING, "Bundle.type")
    if "timestamp" in said:
        try:
            packed.stated_at = moment_in(said["timestamp"])
        except ValueError:
            raise Unreadable(Refusal.DATE_INVALID, "Bundle.timestamp") from None


def _entry(content: Any) -> Entry:
    if not isinstance(content, dict):
        return Entry(refused=(Refusal.FIELD_INVALID, "Bundle.entry"))
    others = {name: value for name, value in content.items() if name != "resource"}
    said, faults = kept_part(others, ENTRY, "Bundle.entry") if others else ({}, [])
    if faults:
        return Entry(refused=faults[0])
    if "resource" not in content:
        return Entry(refused=(Refusal.FIELD_MISSING, "Bundle.entry.resource"))
    return _alone(content["resource"], said.get("fullUrl", ""))


def _alone(content: Any, full_url: str = "") -> Entry:
    kept = kept_resource(content)
    if kept is None:
        return Entry(refused=(Refusal.FIELD_NOT_ALLOWED, "Bundle.entry.resource"))
    return Entry(full_url, kept)


def _xml(packed: Packed, file: BinaryIO, largest: int) -> None:
    events = xml_events(checked_chunks(file, largest))
    _, root = next(events)
    if name_of(root) not in ("Bundle", *RESOURCES):
        raise Unreadable(Refusal.SYNTAX)
    bundle = name_of(root) == "Bundle"
    depth = 1
    for kind, element in events:
        depth += 1 if kind == "start" else -1
        if bundle and kind == "end" and depth == 1 and name_of(element) == "entry":
            packed.add(_spelled(_entry, element, ENTRY))
            element.clear()
    if bundle:
        try:
            _head(packed, part_of(root, _HEAD))
        except Doubled:
            raise Unreadable(Refusal.DUPLICATE_KEY) from None
    else:
        packed.add(_spelled(_alone, root, None))


def _spelled(entry: Callable[[Any], Entry], element: Element, shape: Any) -> Entry:
    try:
        return entry(resource_of(element) if shape is None else part_of(element, shape))
    except Doubled:
        return Entry(refused=(Refusal.DUPLICATE_KEY, "Bundle.entry"))


_UNPACK: Mapping[str, Callable[[Packed, BinaryIO, int], None]] = MappingProxyType(
    {"xml": _xml, "lines": _lines, "json": _document, "csv": _document}
)
