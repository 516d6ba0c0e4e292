"""Read a DDAS file as a stream: every vroegsignaal is a row, everything round it must be in order first.

Which version a file is, its levering says (`aanleverendeOrganisatie` or `aanleverende_organisatie`); it is that in
all its rows. What a zaak says of each signal is a row behind the signals: a zaak may stand before them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydantic import BaseModel, ValidationError

from connectors import csv_rows
from connectors.connector import Delivered, RawRecord, Refused
from connectors.debt_services import model, model_v09
from connectors.debt_services.csv_lines import PROFILE
from connectors.debt_services.rows import Held, Shape, raw_of, record_of
from connectors.formats import format_of
from connectors.json_events import Event, Value, canonical, events
from connectors.moments import moment_in
from connectors.reading import LARGEST_ROW, MOST_ROWS, Unreadable, Walked, checked_chunks, rows_of, said_by
from connectors.refusing import first_fault
from schemas.vocabulary import Refusal

_DATES = (
    "startdatumLevering",
    "einddatumLevering",
    "aanleverdatumEnTijd",
    "matchingsdatum",
    "datumOpgepakt",
    "datum_opgepakt",
    "datum",
)
_SPECIAL: Mapping[str, Refusal] = dict.fromkeys(_DATES, Refusal.DATE_INVALID)
_ENVELOPE = frozenset(model.Uitwisselmodel.model_fields) | {"leveringen"}
#: Depth of the names in a levering: document, list, levering.
_LEVERING_DEPTH = 3


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of the format."""

    levering: type[BaseModel]
    case: type[BaseModel]
    signal: Shape


#: By the name that only this version knows.
_VERSIONS: Mapping[str, _Version] = {
    "aanleverendeOrganisatie": _Version(model.Levering, model.Vroegsignaalzaak, Shape.SIGNAL_12),
    "aanleverende_organisatie": _Version(model_v09.Levering, model_v09.Vroegsignaalzaak, Shape.SIGNAL_09),
}
_LATEST = _VERSIONS["aanleverendeOrganisatie"]
_LEVERING = frozenset(_VERSIONS) | {"teller", "gemeentecode", "vroegsignalen", "vroegsignaalzaken"}


class _Walk:
    """One pass over one file."""

    def __init__(self, file: BinaryIO, largest: int, municipality: str) -> None:
        self._file, self._largest, self._municipality = file, largest, municipality
        self._stream = events(checked_chunks(file, largest))
        self.rows = 0
        self._version: _Version | None = None
        self._listed = False
        self._deliveries: set[bytes] = set()
        self._cases: list[dict[str, str | None]] = []

    def document(self) -> Iterator[Walked]:
        """The rows, and at the end what the file says of itself."""
        self._open(next(self._stream), "start_map", None)
        head: dict[str, Any] = {}
        for key, first in self._members(_ENVELOPE):
            if key == "leveringen":
                self._open(first, "start_array", key)
                yield from self._leveringen()
            else:
                head[key] = self._value(first, key)
        for _ in self._stream:
            raise Unreadable(Refusal.SYNTAX)
        envelope = _valid(model.Uitwisselmodel, head)
        if not self._listed:
            raise Unreadable(Refusal.EMPTY)
        for case in self._cases:
            yield record_of(self._next_row(), Held(Shape.CASE, case))
        yield Delivered(moment_in(envelope.aanleverdatumEnTijd))

    def _leveringen(self) -> Iterator[Walked]:
        for first in self._items():
            self._open(first, "start_map", "leveringen")
            yield from self._levering()
        if not self._deliveries:
            raise Unreadable(Refusal.FIELD_INVALID, "leveringen")

    def _levering(self) -> Iterator[Walked]:
        head: dict[str, Any] = {}
        for key, first in self._members(_LEVERING):
            if key == "vroegsignalen":
                self._open(first, "start_array", key)
                self._listed = True
                digest = hashlib.sha256()
                yield from self._signals(self._known_version(), digest)
                head[key] = digest.hexdigest()
            elif key == "vroegsignaalzaken":
                self._open(first, "start_array", key)
                head[key] = self._case_rows(self._known_version())
            else:
                self._one_version(key)
                head[key] = self._value(first, key)
        lists = {key: head.pop(key, None) for key in ("vroegsignalen", "vroegsignaalzaken")}
        levering = _valid(self._known_version().levering, head)
        if levering.gemeentecode != self._municipality:
            raise Unreadable(Refusal.OUTSIDE_AREA, "gemeentecode")
        whole = canonical([head, lists])
        if whole in self._deliveries:
            raise Unreadable(Refusal.FIELD_INVALID, "leveringen")
        self._deliveries.add(whole)

    def _one_version(self, key: str) -> None:
        if key in _VERSIONS:
            self._version = self._version or _VERSIONS[key]
            if self._version is not _VERSIONS[key]:
                raise Unreadable(Refusal.FIELD_NOT_ALLOWED, key)

    def _known_version(self) -> _Version:
        self._version = self._version or _version_ahead(self._file, self._largest)
        return self._version

    def _next_row(self) -> int:
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise Unreadable(Refusal.SIZE, "vroegsignalen")
        return self.rows

    def _signals(self, version: _Version, digest: "hashlib._Hash") -> Iterator[Walked]:
        for first in self._items():
            value, row = Value(self._stream, first), self._next_row()
            held = Held(version.signal, value.content)
            raw = raw_of(held)
            digest.update(raw + b"\n")
            if value.doubled:
                # What is kept could be offered again as if only the last of the two had been said.
                yield Refused(row, Refusal.DUPLICATE_KEY)
            elif len(raw) > LARGEST_ROW:
                yield Refused(row, Refusal.SIZE)
            else:
                yield RawRecord(row, raw, held)

    def _case_rows(self, version: _Version) -> str:
        """Keep what each zaak says of each of its signals; a zaak about none is a row of its own."""
        digest = hashlib.sha256()
        for first in self._items():
            content = self._value(first, "vroegsignaalzaken")
            case = _valid(version.case, content)
            digest.update(canonical(content) + b"\n")
            names = [each.ID for each in case.vroegsignalen or ()] or [None]
            self._cases += [{"resultaat": case.resultaat, "ID": name} for name in names]
            self._listed = True
            if len(self._cases) > MOST_ROWS:
                raise Unreadable(Refusal.SIZE, "vroegsignaalzaken")
        return digest.hexdigest()

    def _members(self, known: frozenset[str]) -> Iterator[tuple[str, Event]]:
        seen: set[str] = set()
        while (event := next(self._stream))[0] != "end_map":
            key = event[1]
            if key not in known:
                raise Unreadable(Refusal.FIELD_NOT_ALLOWED)
            if key in seen:
                raise Unreadable(Refusal.DUPLICATE_KEY, key)
            seen.add(key)
            yield key, next(self._stream)

    def _items(self) -> Iterator[Event]:
        while (event := next(self._stream))[0] != "end_array":
            yield event

    def _value(self, first: Event, key: str) -> Any:
        value = Value(self._stream, first)
        if value.doubled:
            raise Unreadable(Refusal.DUPLICATE_KEY, key)
        return value.content

    @staticmethod
    def _open(event: Event, kind: str, key: str | None) -> None:
        if event[0] != kind:
            raise Unreadable(Refusal.FIELD_INVALID, key)


def _version_ahead(file: BinaryIO, largest: int) -> _Version:
    """The version of a file whose rows stand before the name that says it; the file stands where it stood."""
    here, depth = file.tell(), 0
    file.seek(0)
    try:
        for kind, key in events(checked_chunks(file, largest)):
            depth += kind.startswith("start") - kind.startswith("end")
            if kind == "map_key" and depth == _LEVERING_DEPTH and key in _VERSIONS:
                return _VERSIONS[key]
        return _LATEST
    except Unreadable:
        return _LATEST  # the walk itself meets the same fault, and tells of it
    finally:
        file.seek(here)


def _valid(of: type[BaseModel], content: Any) -> Any:
    try:
        return of.model_validate(content)
    except ValidationError as invalid:
        raise Unreadable(*first_fault(invalid, _SPECIAL)) from None


def walk(municipality: str, largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it."""
    match format_of(file):
        case "csv":
            yield from map(_line, csv_rows.walk(file, largest, PROFILE))
        case "json":
            yield from _ddas(municipality, largest, file)
        case _:
            yield Refused(0, Refusal.SYNTAX)


def _line(walked: Walked) -> Walked:
    return record_of(walked.row, Held(Shape.LINE, walked.content)) if isinstance(walked, RawRecord) else walked


def _ddas(municipality: str, largest: int, file: BinaryIO) -> Iterator[Walked]:
    walked = _Walk(file, largest, municipality)
    try:
        yield from walked.document()
    except Unreadable as fault:
        place = fault.field or (f"vroegsignalen[{walked.rows}]" if walked.rows else None)
        yield Refused(0, fault.reason, place)


def delivered(municipality: str, largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end and say when it was delivered."""
    return said_by(walk(municipality, largest, file))


def read(municipality: str, largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(municipality, largest, file))
