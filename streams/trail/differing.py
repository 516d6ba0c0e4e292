"""How two values differ, field by field, in words that name no person."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any

#: Fields whose values are or hold pseudonyms, or say nothing to a reader: that they differ is said, not how.
UNSAID = frozenset(["person", "members", "owner", "at", "content_hash", "row_hash", "signature"])
LONGEST = 80
MOST = 12
_ABSENT = object()


def differences(then: Any, now: Any) -> tuple[str, ...]:
    """Each field that differs as `field: then → now`; at most a dozen, the rest counted."""
    found = list(_walk("", then, now))
    return tuple(found if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST} more"])


def shared_differences(then: Any, now: Any) -> tuple[str, ...]:
    """The same over the fields that two different records have in common."""
    left, right = _fields(then), _fields(now)
    both = sorted(left.keys() & right.keys() - UNSAID - {"kind"})
    return differences({name: left[name] for name in both}, {name: right[name] for name in both})


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}


def _walk(path: str, then: Any, now: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(then) and type(then) is type(now):
        then, now = _fields(then), _fields(now)
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in sorted(then.keys() | now.keys()):
            yield from _named(f"{path}.{name}".lstrip("."), name, then.get(name, _ABSENT), now.get(name, _ABSENT))
    elif _is_list(then) and _is_list(now):
        for index in range(max(len(then), len(now))):
            one = then[index] if index < len(then) else _ABSENT
            other = now[index] if index < len(now) else _ABSENT
            yield from _walk(f"{path}[{index}]", one, other)
    elif then != now:
        yield f"{path or 'value'}: {_said(then)} → {_said(now)}"


def _named(path: str, name: str, then: Any, now: Any) -> Iterator[str]:
    if name not in UNSAID:
        yield from _walk(path, then, now)
    elif then != now and name != "at":
        yield f"{path}: differs"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _said(value: Any) -> str:
    match value:
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case str() | int() | float() | bool() | None:
            return str(value)[:LONGEST]
        case _:
            return "nothing" if value is _ABSENT else "something"
