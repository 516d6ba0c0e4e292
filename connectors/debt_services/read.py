"""Read a DDAS file as a stream: every vroegsignaal is a row, everything round it must be in order first."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pydantic import ValidationError

from connectors.connector import Delivered, RawRecord, Refused
from connectors.debt_services.model import Levering, Uitwisselmodel, Vroegsignaalzaak
from connectors.json_events import Event, Value, canonical, events, value_again
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
    "datum",
)
_SPECIAL: Mapping[str, Refusal] = dict.fromkeys(_DATES, Refusal.DATE_INVALID)
_ENVELOPE = frozenset(Uitwisselmodel.model_fields) | {"leveringen"}
_LEVERING = frozenset(Levering.model_fields) | {"vroegsignalen", "vroegsignaalzaken"}


class _Walk:
    """One pass over one file."""

    def __init__(self, stream: Iterator[Event], municipality: str) -> None:
        self._stream, self._municipality = stream, municipality
        self.rows = 0
        self._listed = False
        self._deliveries: list[bytes] = []

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
        envelope = _valid(Uitwisselmodel, head)
        if not self._listed:
            raise Unreadable(Refusal.EMPTY)
        yield Delivered(moment_in(envelope.aanleverdatumEnTijd))

    def _leveringen(self) -> Iterator[Walked]:
        for first in self._items():
            self._open(first, "start_map", "leveringen")
            yield from self._levering()
        if not self._deliveries:
            raise Unreadable(Refusal.FIELD_INVALID, "leveringen")
        if len(set(self._deliveries)) != len(self._deliveries):
            raise Unreadable(Refusal.FIELD_INVALID, "leveringen")

    def _levering(self) -> Iterator[Walked]:
        head: dict[str, Any] = {}
        for key, first in self._members(_LEVERING):
            if key == "vroegsignalen":
                self._open(first, "start_array", key)
                self._listed = True
                yield from self._signals()
            elif key == "vroegsignaalzaken":
                self._open(first, "start_array", key)
                self._cases()
            else:
                head[key] = self._value(first, key)
        levering = _valid(Levering, head)
        if levering.gemeentecode != self._municipality:
            raise Unreadable(Refusal.OUTSIDE_AREA, "gemeentecode")
        self._deliveries.append(canonical(head))

    def _signals(self) -> Iterator[Walked]:
        for first in self._items():
            value = Value(self._stream, first)
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise Unreadable(Refusal.SIZE, "vroegsignalen")
            raw = canonical(value.content)
            if value.doubled:
                yield Refused(self.rows, Refusal.DUPLICATE_KEY, raw=raw)
            elif len(raw) > LARGEST_ROW:
                yield Refused(self.rows, Refusal.SIZE)
            else:
                yield RawRecord(self.rows, raw, value.content)

    def _cases(self) -> None:
        for first in self._items():
            _valid(Vroegsignaalzaak, self._value(first, "vroegsignaalzaken"))

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


def _valid(model: type[Any], content: Any) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as invalid:
        raise Unreadable(*first_fault(invalid, _SPECIAL)) from None


def walk(municipality: str, largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it."""
    walked: _Walk | None = None
    try:
        walked = _Walk(events(checked_chunks(file, largest)), municipality)
        yield from walked.document()
    except Unreadable as fault:
        rows = walked.rows if walked else 0
        place = fault.field or (f"vroegsignalen[{rows}]" if rows else None)
        yield Refused(0, fault.reason, place)


def again(row: int, raw: bytes) -> RawRecord | Refused:
    """The vroegsignaal in the bytes that were kept of it."""
    return value_again(row, raw)


def delivered(municipality: str, largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end and say when it was delivered."""
    return said_by(walk(municipality, largest, file))


def read(municipality: str, largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(municipality, largest, file))
