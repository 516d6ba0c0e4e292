"""Ways to change a real .avsc, each a small edit with a name that says what somebody might do one day."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from schemas.registry import HERE, load_schema

Schema = dict[str, Any]
Edit = Callable[[Schema], None]


def real(stem: str) -> Schema:
    """The schema as it stands in the repository."""
    return load_schema(HERE / "avro" / f"{stem}.avsc")


def stems() -> list[str]:
    return sorted(path.stem for path in (HERE / "avro").glob("*.avsc"))


def edited(stem: str, *edits: Edit) -> Schema:
    """A copy of a real schema after these edits."""
    changed = copy.deepcopy(real(stem))
    for edit in edits:
        edit(changed)
    return changed


def nodes(node: Any) -> Iterator[Schema]:
    """Every type definition inside a schema, depth first."""
    if isinstance(node, list):
        for each in node:
            yield from nodes(each)
    elif isinstance(node, dict):
        if node.get("type") in ("record", "enum", "array") or "logicalType" in node:
            yield node
        for inner in (node.get("items"), node.get("type") if "fields" not in node else None, node.get("fields")):
            if isinstance(inner, dict | list):
                yield from nodes(inner)


def type_named(schema: Schema, name: str) -> Schema:
    return next(node for node in nodes(schema) if node.get("name") == name)


def field(schema: Schema, path: str) -> Schema:
    """The field at `name` of the record, or at `Type.name` of a record inside it."""
    record, _, name = path.rpartition(".")
    inside = type_named(schema, record) if record else schema
    found: Schema = next(each for each in inside["fields"] if each["name"] == name)
    return found


def _inside(schema: Schema, record: str) -> list[Schema]:
    fields: list[Schema] = (type_named(schema, record) if record else schema)["fields"]
    return fields


def add(record: str = "", /, *, at: int | None = None, **described: Any) -> Edit:
    def edit(schema: Schema) -> None:
        fields = _inside(schema, record)
        fields.insert(len(fields) if at is None else at, {"doc": "New", **described})

    return edit


def remove(path: str) -> Edit:
    def edit(schema: Schema) -> None:
        _inside(schema, path.rpartition(".")[0]).remove(field(schema, path))

    return edit


def change(path: str, /, **described: Any) -> Edit:
    return lambda schema: field(schema, path).update(described)


def drop(path: str, attribute: str) -> Edit:
    def edit(schema: Schema) -> None:
        del field(schema, path)[attribute]

    return edit


def retype(of: str, /, **described: Any) -> Edit:
    return lambda schema: type_named(schema, of).update(described)


def untype(name: str, attribute: str) -> Edit:
    def edit(schema: Schema) -> None:
        del type_named(schema, name)[attribute]

    return edit


def rename(path: str, name: str) -> Edit:
    return change(path, name=name)


def reorder(record: str = "") -> Edit:
    return lambda schema: _inside(schema, record).reverse()


def symbols(name: str, edit_list: Callable[[list[str]], None]) -> Edit:
    return lambda schema: edit_list(type_named(schema, name)["symbols"])


def everywhere(doc: str) -> Edit:
    """Rewrite every doc of a schema."""

    def edit(schema: Schema) -> None:
        for node in nodes(schema):
            if "doc" in node:
                node["doc"] = doc
            for each in node.get("fields", ()):
                each["doc"] = doc

    return edit
