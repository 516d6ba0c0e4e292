"""What this house does not allow in any schema, whatever came before it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import avro.schema
from avro.errors import AvroException

NAMESPACE = "nl.signaalbrug"
UNKNOWN_SYMBOL = "unknown"
LOGICAL_TYPES: Mapping[str, str] = {"date": "int", "timestamp-millis": "long"}
ABSENT = object()

Node = Any
Schema = Mapping[str, Any]


class Fault(StrEnum):
    """Why a schema, or a change of one, is refused."""

    NOT_AVRO = "not_avro"
    ROOT_NOT_RECORD = "root_not_record"
    DOC_MISSING = "doc_missing"
    NAMESPACE = "namespace"
    ALIAS = "alias"
    ENUM_DEFAULT = "enum_default"
    UNION_SHAPE = "union_shape"
    TYPE_NOT_USED_HERE = "type_not_used_here"
    LOGICAL_TYPE = "logical_type"
    RECURSIVE = "recursive"
    RESOLUTION = "resolution"
    NAME_CHANGED = "name_changed"
    NAMESPACE_CHANGED = "namespace_changed"
    LOGICAL_TYPE_CHANGED = "logical_type_changed"
    TYPE_CHANGED = "type_changed"
    DEFAULT_CHANGED = "default_changed"
    SYMBOL_REMOVED = "symbol_removed"
    VERSION_VANISHED = "version_vanished"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason to refuse: where in the schema, and why."""

    where: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.where}: {self.fault}"


def lint(schema: Schema) -> tuple[Objection, ...]:
    """What this house does not allow in any schema, whatever came before."""
    if schema.get("type") != "record":
        return (Objection("/", Fault.ROOT_NOT_RECORD),)
    found = tuple(_linted(schema, "", ()))
    return found or _parses(schema)


def _parses(schema: Schema) -> tuple[Objection, ...]:
    try:
        avro.schema.make_avsc_object(dict(schema))
    except AvroException:
        return (Objection("/", Fault.NOT_AVRO),)
    return ()


def _linted(node: Node, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    if isinstance(node, list):
        yield from _linted_union(node, where, inside)
    elif isinstance(node, str):
        yield from _linted_name(node, where, inside)
    else:
        yield from _LINTS.get(node["type"], _linted_scalar)(node, where, inside)


def _linted_union(node: list[Node], where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    if len(node) != 2 or node[0] != "null" or node[1] == "null":
        yield Objection(where, Fault.UNION_SHAPE)
        return
    yield from _linted(node[1], where, inside)


def _linted_name(node: str, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    name = node.rpartition(".")[2]
    if name in inside:
        yield Objection(where, Fault.RECURSIVE)
    elif node in ("float", "double", "null"):
        yield Objection(where, Fault.TYPE_NOT_USED_HERE)


def _linted_scalar(node: Schema, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    logical = node.get("logicalType")
    if isinstance(node["type"], dict | list):
        yield from _linted(node["type"], where, inside)
    elif logical is not None and LOGICAL_TYPES.get(logical) != node["type"]:
        yield Objection(where, Fault.LOGICAL_TYPE)
    else:
        yield from _linted_name(node["type"], where, inside)


def _linted_named(node: Schema, where: str) -> Iterator[Objection]:
    if not node.get("doc"):
        yield Objection(where or "/", Fault.DOC_MISSING)
    if node.get("namespace") != NAMESPACE or "." in node["name"]:
        yield Objection(where or "/", Fault.NAMESPACE)
    if "aliases" in node:
        yield Objection(where or "/", Fault.ALIAS)


def _linted_record(node: Schema, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    yield from _linted_named(node, where)
    if node["name"] in inside:
        yield Objection(where, Fault.RECURSIVE)
        return
    for field in node["fields"]:
        here = f"{where}/{field['name']}"
        if not field.get("doc"):
            yield Objection(here, Fault.DOC_MISSING)
        if "aliases" in field:
            yield Objection(here, Fault.ALIAS)
        if isinstance(field["type"], list) and field.get("default", ABSENT) is not None:
            yield Objection(here, Fault.UNION_SHAPE)
        yield from _linted(field["type"], here, (*inside, node["name"]))


def _linted_enum(node: Schema, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    yield from _linted_named(node, where)
    if node.get("default") != UNKNOWN_SYMBOL or UNKNOWN_SYMBOL not in node["symbols"]:
        yield Objection(where, Fault.ENUM_DEFAULT)


def _linted_array(node: Schema, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    yield from _linted(node["items"], f"{where}[]", inside)


def _not_used_here(node: Schema, where: str, inside: tuple[str, ...]) -> Iterator[Objection]:
    yield Objection(where, Fault.TYPE_NOT_USED_HERE)


_LINTS = {
    "record": _linted_record,
    "enum": _linted_enum,
    "array": _linted_array,
    "map": _not_used_here,
    "fixed": _not_used_here,
}
