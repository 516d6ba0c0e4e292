"""How rows cross from the process that parses to the one that judges: JSON and lengths, nothing that can run.

A value comes over as it was: JSON where JSON says it, else spelled out, so that a Decimal is no float afterwards.
"""

import json
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from connectors.connector import Delivered, RawRecord, Refused
from schemas.vocabulary import Refusal

#: Kind, bytes of the head, bytes behind it.
FRAME = struct.Struct(">cII")
PLAIN, SPELLED, SAID, END = b"p", b"s", b"d", b"e"
LARGEST = 64 * 1024 * 1024
_OF_US = ("connectors.", "schemas.")

Row = RawRecord | Refused


_WORDS = frozenset({str, int, float, bool, type(None)})


def _is_json(content: Any) -> bool:
    """Whether JSON gives back exactly this: no enumeration that became a text, no tuple that became a list."""
    kind = type(content)
    if kind is dict:
        return all(type(key) is str and (type(each) in _WORDS or _is_json(each)) for key, each in content.items())
    return kind in _WORDS or (kind is list and all(map(_is_json, content)))


def _spelled(value: Any) -> Any:
    if _is_json(value):
        return ["json", value] if type(value) in (dict, list) else value
    match value:
        case Decimal():
            return ["decimal", str(value)]
        case Mapping():
            return ["map", [[_spelled(key), _spelled(each)] for key, each in value.items()]]
        case list():
            return ["list", [_spelled(each) for each in value]]
        case tuple():
            return ["tuple", [_spelled(each) for each in value]]
        case bytes():
            return ["bytes", value.hex()]
        case datetime():
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case Enum():
            return ["term", _name_of(type(value)), value.value]
        case _:
            return _constant(value) or ["made", _name_of(type(value)), _parts(value)]


def _meant(value: Any) -> Any:
    match value:
        case ["json", each]:
            return each
        case ["decimal", text]:
            return Decimal(text)
        case ["map", pairs]:
            return {_meant(key): _meant(each) for key, each in pairs}
        case ["list", items]:
            return [_meant(each) for each in items]
        case ["tuple", items]:
            return tuple(_meant(each) for each in items)
        case ["bytes", text]:
            return bytes.fromhex(text)
        case ["datetime", text]:
            return datetime.fromisoformat(text)
        case ["date", text]:
            return date.fromisoformat(text)
        case ["term", name, each]:
            return _kind(name, Enum)(each)
        case ["made", name, parts]:
            return _kind(name, object)(**{part: _meant(each) for part, each in parts.items()})
        case ["constant", name]:
            return _ours(name)
        case _:
            return value


def _parts(value: Any) -> dict[str, Any]:
    return {each.name: _spelled(getattr(value, each.name)) for each in fields(value)}


def _constant(value: Any) -> list[Any] | None:
    """What stands in its module under a name of its own (a dialect, say) is not spelled out for every row."""
    module = type(value).__module__
    return next(
        (["constant", [module, name]] for name, each in vars(sys.modules[module]).items() if each is value), None
    )


def _name_of(kind: type) -> list[str]:
    return [kind.__module__, kind.__qualname__]


def _ours(name: list[str]) -> Any:
    """What has this name in a module of ours that was imported already.

    Raises  ValueError
    """
    module, inside = name
    found = getattr(sys.modules.get(module), inside, None) if module.startswith(_OF_US) else None
    if not (is_dataclass(found) or (isinstance(found, type) and issubclass(found, Enum))):
        raise ValueError("name")
    return found


def _kind(name: list[str], base: type) -> Any:
    found = _ours(name)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise ValueError("kind")
    return found


def _head(row: Row, content: Any) -> list[Any]:
    if isinstance(row, Refused):
        return [row.row, len(row.raw), row.reason.value, row.field]
    return [row.row, len(row.raw), content]


def framed(rows: Sequence[Row]) -> bytes:
    """The bytes of these rows, with what stands before them."""
    kind, contents = PLAIN, [None if isinstance(row, Refused) else row.content for row in rows]
    if not all(map(_is_json, contents)):
        kind, contents = SPELLED, [_spelled(each) for each in contents]
    head = _written(rows, contents)
    raws = b"".join(row.raw for row in rows)
    return FRAME.pack(kind, len(head), len(raws)) + head + raws


def _written(rows: Sequence[Row], contents: Sequence[Any]) -> bytes:
    heads = [_head(row, content) for row, content in zip(rows, contents, strict=True)]
    return json.dumps(heads, separators=(",", ":")).encode()


def rows_in(kind: bytes, head: bytes, raws: bytes) -> list[Row]:
    """The rows that `framed` wrote."""
    rows, at = list[Row](), 0
    for number, length, *rest in json.loads(head):
        raw, at = raws[at : at + length], at + length
        if len(rest) == 2:
            rows.append(Refused(number, Refusal(rest[0]), rest[1], raw))
        else:
            rows.append(RawRecord(number, raw, _meant(rest[0]) if kind == SPELLED else rest[0]))
    return rows


def said(what: Delivered | Refused) -> bytes:
    """The bytes of what a file says of itself."""
    if isinstance(what, Refused):
        head = [what.row, what.reason.value, what.field]
    else:
        head = [what.stated_at.isoformat() if what.stated_at else None, what.rows]
    text = json.dumps(head).encode()
    return FRAME.pack(SAID, len(text), 0) + text


def said_in(head: bytes) -> Delivered | Refused:
    """What `said` wrote; the bytes of a file that is refused as a whole stay where they are."""
    first, *rest = json.loads(head)
    if len(rest) == 2:
        return Refused(first, Refusal(rest[0]), rest[1])
    return Delivered(datetime.fromisoformat(first) if first else None, rest[0])
