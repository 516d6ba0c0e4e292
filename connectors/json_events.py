"""JSON as a stream of events: depth, sizes, doubled keys, NaN and lone surrogates are refused on the way."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any

import ijson
from ijson.common import JSONError
from ijson.utils import sendable_list

from connectors.connector import RawRecord, Refused
from connectors.reading import LARGEST_ROW, Unreadable, checked_chunks
from schemas.vocabulary import Refusal

DEEPEST = 64
#: Events of one value that is kept whole.
LARGEST_VALUE = 2_000
#: Bytes without a single quote: no format of ours has such a token.
_LONGEST_TOKEN = 65_536
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|[^u])")
_PARTIAL_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NO_NUMBER = re.compile(rb"NaN|Infinity")
_DIGITS = re.compile(rb"[0-9]{1000}")
_WHOLE = 10**15
_FAILURES = (JSONError, ValueError, ArithmeticError, SystemError, StopIteration)

Event = tuple[str, Any]


class _Escapes:
    """Looks for half of a surrogate pair, also over the edges of chunks; the parser would write `?` for it."""

    def __init__(self) -> None:
        self._rest = b""
        self._high_ends: int | None = None

    def check(self, chunk: bytes) -> None:
        window = self._rest + chunk
        for found in _ESCAPE.finditer(window):
            code = int(found[1], 16) if found[1] else 0
            low = 0xDC00 <= code < 0xE000
            if low != (self._high_ends == found.start() and self._high_ends is not None):
                raise Unreadable(Refusal.ENCODING)
            self._high_ends = found.end() if 0xD800 <= code < 0xDC00 else None
        partial = _PARTIAL_ESCAPE.search(window)
        self._rest = self._kept(window, partial)

    def _kept(self, window: bytes, partial: re.Match[bytes] | None) -> bytes:
        """What the next window begins with; a high half that was followed by something else is refused."""
        odd = partial is not None and _backslashes_before(window, partial.start()) % 2 == 0
        rest = window[partial.start() :] if partial is not None and odd else b""
        if self._high_ends is not None:
            if self._high_ends != len(window) - len(rest):
                raise Unreadable(Refusal.ENCODING)
            self._high_ends = 0
        return rest


def _backslashes_before(window: bytes, end: int) -> int:
    return end - len(window[:end].rstrip(b"\\"))


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The document's events.

    Raises  Unreadable: depth, size, syntax, not_a_number, control_character, encoding, field_invalid
    """
    out = sendable_list()
    parser = ijson.basic_parse_coro(out)
    escapes, depth, quoteless, window = _Escapes(), 0, 0, b""
    for chunk in chunks:
        escapes.check(chunk)
        quoteless = 0 if b'"' in chunk else quoteless + len(chunk)
        if quoteless > _LONGEST_TOKEN or _DIGITS.search(window[-1000:] + chunk):
            raise Unreadable(Refusal.SIZE)  # a number that long stops Python, not just us
        failed = _sent(parser, chunk)
        for event in out:
            depth += (event[0] in ("start_map", "start_array")) - (event[0] in ("end_map", "end_array"))
            if depth > DEEPEST:
                raise Unreadable(Refusal.DEPTH)
            yield event
        del out[:]
        if failed is not None:
            raise _unreadable(failed, window + chunk)
        window = chunk
    failed = _closed(parser)
    if failed is not None:
        raise _unreadable(failed, window)
    yield from out


def _sent(parser: Any, chunk: bytes) -> Exception | None:
    try:
        parser.send(chunk)
    except _FAILURES as failed:
        return failed
    return None


def _closed(parser: Any) -> Exception | None:
    try:
        parser.close()
    except _FAILURES as failed:
        return failed
    return None


def _unreadable(failed: Exception, window: bytes) -> Unreadable:
    if not isinstance(failed, JSONError):
        return Unreadable(Refusal.FIELD_INVALID)  # a number that Python cannot hold
    if "invalid character inside string" in str(failed):
        return Unreadable(Refusal.CONTROL_CHARACTER)
    if _NO_NUMBER.search(_STRING.sub(b"", window)):
        return Unreadable(Refusal.NOT_A_NUMBER)
    return Unreadable(Refusal.SYNTAX)


class Value:
    """One value kept whole, and whether a key stood in it twice."""

    def __init__(self, stream: Iterator[Event], first: Event) -> None:
        self._stream, self._left = stream, LARGEST_VALUE
        self.doubled = False
        self.content = self._read(first)

    def _next(self) -> Event:
        self._left -= 1
        if self._left < 0:
            raise Unreadable(Refusal.SIZE)
        return next(self._stream)

    def _read(self, event: Event) -> Any:
        match event:
            case ("start_map", _):
                return self._map()
            case ("start_array", _):
                return self._array()
            case (_, Decimal() as number):
                return _number(number)
            case (_, value):
                return value

    def _map(self) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while (event := self._next())[0] != "end_map":
            self.doubled = self.doubled or event[1] in content
            content[event[1]] = self._read(self._next())
        return content

    def _array(self) -> list[Any]:
        content = []
        while (event := self._next())[0] != "end_array":
            content.append(self._read(event))
        return content


def _number(number: Decimal) -> int | Decimal:
    """A whole number is a whole number however it is written (JSON Schema: 640.0 is an integer)."""
    whole = -_WHOLE < number < _WHOLE and number == number.to_integral_value()
    return int(number) if whole else number


def canonical(content: Any) -> bytes:
    """The one way to write a value, whatever its spaces and the order of its keys were."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return text.encode("utf-8", "surrogatepass")


def value_again(row: int, raw: bytes) -> RawRecord | Refused:
    """One value in bytes that `canonical` or a sender wrote; nothing may stand behind it."""
    try:
        stream = events(checked_chunks(BytesIO(raw), LARGEST_ROW))
        value = Value(stream, next(stream))
        for _ in stream:
            raise Unreadable(Refusal.SYNTAX)
    except Unreadable as fault:
        return Refused(row, fault.reason, fault.field, raw)
    return Refused(row, Refusal.DUPLICATE_KEY, raw=raw) if value.doubled else RawRecord(row, raw, value.content)
