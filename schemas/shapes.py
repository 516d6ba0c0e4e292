"""From an event to what Avro writes and back: compiled once per class from its type hints."""

import enum
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from schemas.identity import PATTERNS

Convert = Callable[[Any], Any]
NAMESPACE = "nl.signaalbrug"


class Misshapen(ValueError):
    """A decoded value does not fit its type; says where, never what."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _same(value: Any) -> Any:
    return value


def _optional(hint: Any) -> Any | None:
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not NoneType)
        return inner
    return None


def _tuple_item(hint: Any) -> Any | None:
    return get_args(hint)[0] if get_origin(hint) is tuple else None


@cache
def writer(hint: Any) -> Convert:
    """The function that turns a value of this type into what fastavro writes.

    A record that may be null becomes the pair of its name and content (fastavro's tuple notation).
    """
    if (inner := _optional(hint)) is not None:
        inside = writer(inner)
        if isinstance(inner, type) and is_dataclass(inner):
            branch = f"{NAMESPACE}.{inner.__name__}"  # spares fastavro to try on every branch whether it fits
            return lambda value: None if value is None else (branch, inside(value))
        return inside if inside is _same else lambda value: None if value is None else inside(value)
    if (item := _tuple_item(hint)) is not None:
        each = writer(item)
        return list if each is _same else lambda value: [each(one) for one in value]
    if isinstance(hint, type) and is_dataclass(hint):
        return _record_writer(hint)
    return _same  # a term too: it is the string that Avro writes


def _record_writer(cls: type) -> Convert:
    names = [name for name, _ in _content(cls)]
    assert len(names) > 1, "of one name attrgetter makes no tuple"
    values = attrgetter(*names)
    inside = [(name, writer(hint)) for name, hint in _content(cls) if writer(hint) is not _same]

    def write(value: Any) -> dict[str, Any]:
        written = dict(zip(names, values(value), strict=True))
        for name, convert in inside:
            written[name] = convert(written[name])
        return written

    return write


def _content(cls: type) -> list[tuple[str, Any]]:
    hints = get_type_hints(cls)
    return [(each.name, hints[each.name]) for each in fields(cls) if each.init]


@cache
def reader(hint: Any, name: str = "") -> Convert:
    """The function that turns what fastavro read into a value of this type.

    Raises  Misshapen, from the returned function
    """
    if (inner := _optional(hint)) is not None:
        inside = reader(inner, name)
        return lambda value: None if value is None else inside(value)
    if (item := _tuple_item(hint)) is not None:
        each = reader(item, name)
        return tuple if each is _same else lambda value: tuple([each(one) for one in value])
    if isinstance(hint, type) and is_dataclass(hint):
        return _record_reader(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _term_reader(hint, name)
    if (pattern := PATTERNS.get(getattr(hint, "__name__", ""))) is not None:
        return _identity_reader(pattern, name)
    return _CHECKED[hint](name) if hint in _CHECKED else _same


def _record_reader(cls: type) -> Convert:
    plan = [(name, reader(hint, name)) for name, hint in _content(cls)]
    return lambda value: cls(*[convert(value[name]) for name, convert in plan])


def _term_reader(hint: type[enum.Enum], name: str) -> Convert:
    members = {member.value: member for member in hint if member.value != "unknown"}

    def read(value: str) -> enum.Enum:
        try:
            return members[value]
        except KeyError:
            raise Misshapen(name) from None

    return read


def _identity_reader(pattern: re.Pattern[str], name: str) -> Convert:
    matches = pattern.fullmatch

    def read(value: str) -> str:
        if matches(value) is None:
            raise Misshapen(name)
        return value

    return read


def _instance_reader(kind: type) -> Callable[[str], Convert]:
    def named(name: str) -> Convert:
        def read(value: Any) -> Any:
            if type(value) is not kind:
                raise Misshapen(name)
            return value

        return read

    return named


_CHECKED: dict[Any, Callable[[str], Convert]] = {
    date: _instance_reader(date),
    datetime: _instance_reader(datetime),
}


def moment(milliseconds: int) -> datetime:
    """A point in time from milliseconds since 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, rounded to what Avro keeps."""
    return round(at.timestamp() * 1000)
