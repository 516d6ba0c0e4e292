"""Whether a schema may follow what was said before: in both directions, against every version.

The `avro` package judges resolution. What it does not see, and what would still change the meaning of stored bytes,
is judged here: logical types, namespaces, defaults, string for bytes, symbols that vanish.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException

from schemas.lints import ABSENT, Fault, Node, Objection, Schema, lint
from schemas.registry import fingerprint

#: by subject, the oldest version first
History = Mapping[str, Sequence[Schema]]


def changes(new: Schema, old: Schema) -> tuple[Objection, ...]:
    """Why *new* may not stand beside *old* on one topic: each must read what the other wrote, and mean the same.

    Source  promises.md P19: FULL_TRANSITIVE
    """
    found = tuple(_changed(_written_out(new, {}), _written_out(old, {}), ""))
    return (*found, *_unresolved(new, old, "/ new reads old"), *_unresolved(old, new, "/ old reads new"))


def _unresolved(reader: Schema, writer: Schema, where: str) -> Iterator[Objection]:
    try:
        read, written = (avro.schema.make_avsc_object(dict(schema)) for schema in (reader, writer))
    except AvroException:
        yield Objection("/", Fault.NOT_AVRO)
        return
    checker: Any = ReaderWriterCompatibilityChecker  # has no types
    result = checker().get_compatibility(read, written)
    if result.compatibility is not SchemaCompatibilityType.compatible:
        yield Objection(where, Fault.RESOLUTION)


def _written_out(node: Node, names: dict[str, Node]) -> Node:
    """The type with every reference replaced by what it names: where a type is spelled out is not what it means."""
    if isinstance(node, str):
        return names.get(node.rpartition(".")[2], node)
    if isinstance(node, list):
        return [_written_out(each, names) for each in node]
    match node["type"]:
        case "record":
            fields = [{**field, "type": _written_out(field["type"], names)} for field in node["fields"]]
            names[node["name"]] = full = {**node, "fields": fields}
        case "enum":
            names[node["name"]] = full = node
        case "array":
            full = {**node, "items": _written_out(node["items"], names)}
        case inner:
            full = {**node, "type": _written_out(inner, names)}
    return full


def _core(node: Node) -> Node:
    """The node without its nullability, so that what a field means is compared and not whether it may be absent."""
    if isinstance(node, list):
        inner = [each for each in node if each != "null"]
        return _core(inner[0]) if len(inner) == 1 else node
    if isinstance(node, str):
        return {"type": node}
    return _core(node["type"]) if isinstance(node.get("type"), dict | list) else node


def _changed(new: Node, old: Node, where: str) -> Iterator[Objection]:
    new, old = _core(new), _core(old)
    if isinstance(new, list) or isinstance(old, list):
        return
    if new["type"] != old["type"]:
        yield Objection(where or "/", Fault.TYPE_CHANGED)
        return
    if new.get("logicalType") != old.get("logicalType"):
        yield Objection(where or "/", Fault.LOGICAL_TYPE_CHANGED)
    if new.get("name") != old.get("name"):
        yield Objection(where or "/", Fault.NAME_CHANGED)
    if new.get("namespace") != old.get("namespace"):
        yield Objection(where or "/", Fault.NAMESPACE_CHANGED)
    match new["type"]:
        case "record":
            yield from _changed_fields(new, old, where)
        case "enum":
            yield from _changed_symbols(new, old, where)
        case "array":
            yield from _changed(new["items"], old["items"], f"{where}[]")


def _changed_fields(new: Schema, old: Schema, where: str) -> Iterator[Objection]:
    before = {field["name"]: field for field in old["fields"]}
    for field in new["fields"]:
        was = before.get(field["name"])
        if was is None:
            continue
        here = f"{where}/{field['name']}"
        if field.get("default", ABSENT) != was.get("default", ABSENT):
            yield Objection(here, Fault.DEFAULT_CHANGED)
        yield from _changed(field["type"], was["type"], here)


def _changed_symbols(new: Schema, old: Schema, where: str) -> Iterator[Objection]:
    if set(old["symbols"]) - set(new["symbols"]):
        yield Objection(where, Fault.SYMBOL_REMOVED)
    if new.get("default") != old.get("default"):
        yield Objection(where, Fault.DEFAULT_CHANGED)


def objections(now: History, before: History) -> tuple[Objection, ...]:
    """Everything against releasing *now*, given every version that was ever released.

    Full-transitive: every version of a subject is held against every other, so that any may read what any wrote.
    """
    found = [
        Objection(f"{subject} v{number}{each.where}", each.fault)
        for subject, versions in now.items()
        for number, schema in enumerate(versions, 1)
        for each in (*lint(schema), *_against(schema, [*before.get(subject, ()), *versions[: number - 1]]))
    ]
    vanished = [
        Objection(subject, Fault.VERSION_VANISHED)
        for subject, versions in before.items()
        if set(map(fingerprint, versions)) - set(map(fingerprint, now.get(subject, ())))
    ]
    return (*found, *vanished)


def _against(schema: Schema, earlier: Sequence[Schema]) -> Iterator[Objection]:
    for old in earlier:
        if old != schema:
            yield from changes(schema, old)
