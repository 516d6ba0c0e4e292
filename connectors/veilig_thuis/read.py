"""Read hand-overs as a stream: each person that a hand-over is about is a row that can be read by itself."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from connectors.connector import Delivered, RawRecord, Refused
from connectors.formats import format_of
from connectors.json_events import Event, Value, canonical, events
from connectors.manifest import manifest_of
from connectors.reading import LARGEST_ROW, MOST_ROWS, Unreadable, Walked, checked_chunks, rows_of, said_by
from connectors.veilig_thuis.codes import NO_BSN, UNBORN_BSN
from connectors.veilig_thuis.never import never, never_columns
from schemas.vocabulary import Refusal

MANIFEST = manifest_of("veilig_thuis")
PERSONS, PERSON, NUMBER, BSN = "betrokkenen", "betrokkene", "nummer", "burgerservicenummer"
_NOT_A_PERSON = frozenset({NO_BSN, UNBORN_BSN})
_RECORDS = ("ML", "OZ")

Split = list[dict[str, Any]] | tuple[Refusal, str | None]


def _split(content: dict[str, Any]) -> Split:
    """The hand-over once for every person, or why it cannot be taken apart."""
    head = {name: value for name, value in content.items() if name != PERSONS}
    persons = content.get(PERSONS)
    if PERSON in head:
        return Refusal.FIELD_NOT_ALLOWED, None
    if not persons and persons in (None, []):
        return Refusal.FIELD_MISSING, PERSONS
    if not isinstance(persons, list) or not all(isinstance(person, dict) for person in persons):
        return Refusal.FIELD_INVALID, PERSONS
    numbers = [str(person[NUMBER]) for person in persons if person.get(NUMBER) is not None]
    if len(set(numbers)) != len(numbers):
        return Refusal.FIELD_INVALID, f"{PERSONS}.{NUMBER}"
    return [head | {PERSON: each} for each in persons]


class _Walk:
    """One pass over one file."""

    def __init__(self, stream: Iterator[Event]) -> None:
        self._stream = stream
        self.rows = 0

    def document(self) -> Iterator[Walked]:
        first = next(self._stream)
        if first[0] == "start_array":
            while (event := next(self._stream))[0] != "end_array":
                yield from self._handover(event)
        else:
            yield from self._handover(first)
        deque(self._stream, maxlen=0)  # to its end: what stands behind the document is refused
        if not self.rows:
            raise Unreadable(Refusal.EMPTY)
        yield Delivered(None)

    def _handover(self, first: Event) -> Iterator[Walked]:
        if first[0] != "start_map":
            raise Unreadable(Refusal.FIELD_INVALID)
        value = Value(self._stream, first)
        refused = never(value.content, MANIFEST.drops)
        if refused is not None:
            raise Unreadable(refused)
        if value.doubled:
            raise Unreadable(Refusal.DUPLICATE_KEY)  # which of the two counts nobody knows: it may be an advice
        content = {name: said for name, said in value.content.items() if name not in MANIFEST.drops}
        split = _split(content)
        if not isinstance(split, list):
            yield Refused(self._next(), *split, canonical(content))
            return
        seen: set[str] = set()
        for each in split:
            yield self._row(each, seen)

    def _next(self) -> int:
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise Unreadable(Refusal.SIZE)
        return self.rows

    def _row(self, content: Mapping[str, Any], seen: set[str]) -> RawRecord | Refused:
        row, raw = self._next(), canonical(content)
        number = str(content[PERSON].get(BSN) or NO_BSN)
        if number in seen - _NOT_A_PERSON:
            return Refused(row, Refusal.DUPLICATE_IN_FILE, f"{PERSON}.{BSN}", raw)
        seen.add(number)
        return RawRecord(row, raw, content) if len(raw) <= LARGEST_ROW else Refused(row, Refusal.SIZE)


def _no_handovers(file: BinaryIO, largest: int) -> Unreadable:
    """Why a file that is not JSON is refused: the records of the protocol hold what a hand-over may not."""
    fault = Unreadable(Refusal.SYNTAX)
    for line in b"".join(checked_chunks(file, largest)).decode().splitlines():
        columns = [column.strip() for column in line.split("|")]
        if (refused := never_columns(columns)) is not None:
            return Unreadable(refused)
        if len(columns) > 1 and columns[0].startswith(_RECORDS):
            fault = Unreadable(Refusal.KIND_NOT_ACCEPTED)
    return fault


def walk(largest: int, file: BinaryIO) -> Iterator[Walked]:
    """Rows, refusals, and at the end what the file says of itself; a refusal of the whole ends it."""
    walked: _Walk | None = None
    try:
        if format_of(file) != "json":
            raise _no_handovers(file, largest)
        walked = _Walk(events(checked_chunks(file, largest)))
        yield from walked.document()
    except Unreadable as fault:
        place = f"{PERSONS}[{walked.rows}]" if walked is not None and walked.rows else None
        yield Refused(0, fault.reason, fault.field or place)


def delivered(largest: int, file: BinaryIO) -> Delivered | Refused:
    """Read the file to its end; a hand-over carries its own times."""
    return said_by(walk(largest, file))


def read(largest: int, file: BinaryIO) -> Iterator[RawRecord | Refused]:
    """The rows of the file."""
    return rows_of(walk(largest, file))
