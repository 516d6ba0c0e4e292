"""The same Avro schema however it is spelled: registries rewrite names and namespaces of what they are given."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED = frozenset({"record", "enum", "fixed", "error"})
HOLDERS = frozenset({"array", "map"})


def spelling(schema: Any) -> str:
    """SHA-256 of a schema with every name in full, without docs; defaults, logical types and order count.

    Source  Avro 1.12, "Names": a name without dots lies in the namespace that encloses it
    """
    canonical = json.dumps(_spelled(schema, ""), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _spelled(node: Any, namespace: str) -> Any:
    if isinstance(node, str):
        return node if node in PRIMITIVES else _full(node, namespace)
    if isinstance(node, list):
        return [_spelled(branch, namespace) for branch in node]
    if not isinstance(node, Mapping):
        return node
    kind = node.get("type")
    rest = {key: value for key, value in node.items() if key not in ("doc", "namespace")}
    if isinstance(kind, str) and kind in NAMED:
        return _named(rest, str(node.get("namespace", namespace)), namespace)
    if kind in HOLDERS:
        inside = "items" if kind == "array" else "values"
        return rest | {inside: _spelled(node.get(inside), namespace)}
    spelled = _spelled(kind, namespace)
    return spelled if set(rest) == {"type"} else rest | {"type": spelled}


def _named(rest: dict[str, Any], own: str, around: str) -> dict[str, Any]:
    name = _full(str(rest.get("name")), own or around)
    inner = name.rpartition(".")[0]
    spelled = rest | {"name": name}
    if "aliases" in rest:
        spelled["aliases"] = [_full(str(alias), inner) for alias in rest["aliases"]]
    if "fields" in rest:
        spelled["fields"] = [_field(field, inner) for field in rest["fields"]]
    return spelled


def _field(field: Any, namespace: str) -> Any:
    if not isinstance(field, Mapping):
        return field
    kept = {key: value for key, value in field.items() if key != "doc"}
    return kept | {"type": _spelled(field.get("type"), namespace)}


def _full(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"
