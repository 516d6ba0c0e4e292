"""The event classes say exactly what the .avsc files say: fields, order, types and closed lists."""

import dataclasses
import enum
import importlib
import pkgutil
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from schemas import vocabulary
from schemas.catalogue import CARRIES
from schemas.events import __path__ as PATH
from schemas.events.event import Event
from schemas.registry import HERE, load_schema
from schemas.vocabulary import Term

AVRO = HERE / "avro"
SCALARS: dict[type, Any] = {
    bool: "boolean",
    int: "long",
    bytes: "bytes",
    date: {"type": "int", "logicalType": "date"},
    datetime: {"type": "long", "logicalType": "timestamp-millis"},
}


def said(hint: Any) -> Any:
    """What a type hint means, in the words of Avro."""
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return ["null", said(inner)]
    if get_origin(hint) is tuple:
        return {"array": said(get_args(hint)[0])}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return {hint.__name__: [(f.name, said(hints[f.name])) for f in dataclasses.fields(hint) if f.init]}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return (hint.__name__, [member.value for member in hint])
    return SCALARS.get(hint, "string")


def written(node: Any, names: dict[str, Any]) -> Any:
    """What an .avsc says, in the same words."""
    if isinstance(node, list):
        return [written(each, names) for each in node]
    if isinstance(node, str):
        return names.get(node, node)
    full = f"{node.get('namespace')}.{node.get('name')}"
    match node["type"]:
        case "record":
            names[full] = {node["name"]: [(f["name"], written(f["type"], names)) for f in node["fields"]]}
            return names[full]
        case "enum":
            names[full] = (node["name"], node["symbols"])
            return names[full]
        case "array":
            return {"array": written(node["items"], names)}
        case _:
            return node


@pytest.mark.parametrize("stem", sorted(CARRIES))
def test_a_class_is_equal_to_its_schema(stem: str) -> None:
    assert said(CARRIES[stem]) == written(load_schema(AVRO / f"{stem}.avsc"), {})


def test_the_comparison_sees_a_field_that_moved_and_a_symbol_that_is_missing() -> None:
    schema = load_schema(AVRO / "consent.avsc")
    schema["fields"].reverse()
    assert said(CARRIES["consent"]) != written(schema, {})
    schema = load_schema(AVRO / "consent.avsc")
    schema["fields"][0]["type"]["symbols"].pop()
    assert said(CARRIES["consent"]) != written(schema, {})


def test_every_event_class_has_a_schema() -> None:
    modules = [importlib.import_module(f"schemas.events.{found.name}") for found in pkgutil.iter_modules(PATH)]
    told = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    events = {each.__name__ for each in told if issubclass(each, Event)}
    assert events - {each.__name__ for each in CARRIES.values()} == {"Event", "Forgotten"}


def test_a_record_says_first_of_which_kind_it_is_where_it_has_kinds() -> None:
    without = {
        stem for stem, cls in CARRIES.items() if next(f.name for f in dataclasses.fields(cls) if f.init) != "kind"
    }
    assert without == {"decision", "evidence", "processing", "quarantine"}


#: closed lists of convenant and rules, which travel inside the bundle of policy.v1
SPOKEN_IN_POLICY_ONLY = {"Law", "Line", "Rung"}
LISTS: list[type[Term]] = [
    each for each in vars(vocabulary).values() if isinstance(each, type) and issubclass(each, Term)
]


@pytest.mark.parametrize("terms", [each for each in LISTS if each is not Term], ids=lambda each: each.__name__)
def test_a_closed_list_begins_with_unknown_and_every_member_has_a_dutch_label(terms: type[Term]) -> None:
    assert next(iter(terms)).value == "unknown"
    assert all(member.label for member in terms)
    assert len({member.label for member in terms}) == len(list(terms))


def test_every_closed_list_is_used_by_a_schema() -> None:
    used: set[str] = set()

    def walk(node: Any) -> None:
        inner: list[Any] = node if isinstance(node, list) else [*node.values()] if isinstance(node, dict) else []
        for each in inner:
            walk(each)
        if isinstance(node, dict) and node.get("type") == "enum":
            used.add(node["name"])

    for file in AVRO.glob("*.avsc"):
        walk(load_schema(file))
    assert {each.__name__ for each in LISTS if each is not Term} - used == SPOKEN_IN_POLICY_ONLY
