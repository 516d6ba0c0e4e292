"""What a row of a debt-services delivery can be, and the bytes that are kept of it: they say which it was."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connectors.connector import RawRecord, Refused
from connectors.json_events import canonical, value_again


class Shape(StrEnum):
    """A vroegsignaal of either version, what a zaak says of one signal, or a line of a CSV."""

    SIGNAL_12 = "vroegsignaal v1.2"
    SIGNAL_09 = "vroegsignaal v0.9"
    CASE = "vroegsignaalzaak"
    LINE = "regel"


@dataclass(frozen=True, slots=True)
class Held:
    """One row with the shape that its file gave it."""

    shape: Shape
    value: Any = field(repr=False)


_SHAPES = frozenset(Shape)


def raw_of(held: Held) -> bytes:
    """The bytes that are kept of a row; a vroegsignaal of today's version is written as it is."""
    plain = held.shape is Shape.SIGNAL_12 and not (isinstance(held.value, dict) and _SHAPES & set(held.value))
    return canonical(held.value if plain else {held.shape.value: held.value})


def record_of(row: int, held: Held) -> RawRecord:
    """The record of a row."""
    return RawRecord(row, raw_of(held), held)


def again(row: int, raw: bytes) -> RawRecord | Refused:
    """The row in the bytes that were kept of it."""
    read = value_again(row, raw)
    if isinstance(read, Refused):
        return read
    value = read.content
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else ""
    held = Held(Shape(name), value[name]) if name in _SHAPES else Held(Shape.SIGNAL_12, value)
    return RawRecord(row, raw, held)
