"""What no schema of this house may hold, whatever came before."""

from typing import Any

import pytest

from schemas.lints import Fault, lint
from tests.unit.schemas.mutations import Edit, add, change, drop, edited, field, retype, symbols, type_named, untype


def _twice_inside_itself(schema: dict[str, Any]) -> None:
    view = type_named(schema, "View")
    view["fields"].append({"name": "x", "doc": "d", "type": {"type": "array", "items": "nl.signaalbrug.View"}})


FORBIDDEN: list[tuple[str, str, tuple[Edit, ...], str, Fault]] = [
    ("a field without doc", "signal", (drop("row", "doc"),), "/row", Fault.DOC_MISSING),
    ("a field with an empty doc", "signal", (change("row", doc=""),), "/row", Fault.DOC_MISSING),
    ("a record without doc", "calendar", (lambda s: s.pop("doc"),), "/", Fault.DOC_MISSING),
    ("an enum without doc", "alert", (untype("Urgency", "doc"),), "/urgency", Fault.DOC_MISSING),
    ("an inner field without doc", "alert", (drop("View.why", "doc"),), "/views[]/why", Fault.DOC_MISSING),
    ("a foreign namespace", "calendar", (lambda s: s.update(namespace="nl.elders"),), "/", Fault.NAMESPACE),
    ("a namespace inside the name", "calendar", (lambda s: s.update(name="nl.elders.DayBegan"),), "/",
     Fault.NAMESPACE),
    ("no namespace on an inner record", "alert", (untype("View", "namespace"),), "/views[]", Fault.NAMESPACE),
    ("an alias of a field", "signal", (change("row", aliases=["line"]),), "/row", Fault.ALIAS),
    ("an alias of the record", "signal", (lambda s: s.update(aliases=["Sign"]),), "/", Fault.ALIAS),
    ("an alias of an enum", "alert", (retype("Urgency", aliases=["Haste"]),), "/urgency", Fault.ALIAS),
    ("an enum without default", "alert", (untype("Urgency", "default"),), "/urgency", Fault.ENUM_DEFAULT),
    ("an enum with a default that means something", "alert", (retype("Urgency", default="today"),), "/urgency",
     Fault.ENUM_DEFAULT),
    ("an enum that lacks unknown", "alert", (symbols("Urgency", lambda s: s.remove("unknown")),), "/urgency",
     Fault.ENUM_DEFAULT),
    ("a union of two kinds", "signal", (change("row", type=["long", "string"]),), "/row", Fault.UNION_SHAPE),
    ("a union of three", "signal", (change("row", type=["null", "long", "string"], default=None),), "/row",
     Fault.UNION_SHAPE),
    ("null that does not come first", "signal", (change("row", type=["long", "null"], default=1),), "/row",
     Fault.UNION_SHAPE),
    ("an absent value without default", "consent", (drop("valid_until", "default"),), "/valid_until",
     Fault.UNION_SHAPE),
    ("a union of records", "team-decision", (lambda s: s["fields"].append({
        "name": "x", "doc": "d", "type": ["nl.signaalbrug.A", "nl.signaalbrug.B"]}),), "/x", Fault.UNION_SHAPE),
    ("a map, which may hold a person's id as its key", "signal", (add(name="x", type={
        "type": "map", "values": "long"}),), "/x", Fault.TYPE_NOT_USED_HERE),
    ("a fixed", "signal", (add(name="x", type={"type": "fixed", "name": "F", "size": 4}),), "/x",
     Fault.TYPE_NOT_USED_HERE),
    ("a floating number", "signal", (add(name="x", type="double"),), "/x", Fault.TYPE_NOT_USED_HERE),
    ("a list of nothing, thirty million in five bytes", "signal", (add(name="x", type={
        "type": "array", "items": "null"}),), "/x[]", Fault.TYPE_NOT_USED_HERE),
    ("a day that is a text", "signal", (change("observed_on", type={"type": "string", "logicalType": "date"}),),
     "/observed_on", Fault.LOGICAL_TYPE),
    ("microseconds", "signal", (change("mutated_at", type={"type": "long", "logicalType": "timestamp-micros"}),),
     "/mutated_at", Fault.LOGICAL_TYPE),
    ("a record inside itself, which kills the decoder", "alert", (_twice_inside_itself,), "/views[]/x[]",
     Fault.RECURSIVE),
    ("the root inside itself", "signal", (add(name="x", type=["null", "nl.signaalbrug.Signal"], default=None),),
     "/x", Fault.RECURSIVE),
    ("a type that nobody defined", "signal", (add(name="x", type="nl.signaalbrug.Nobody"),), "/", Fault.NOT_AVRO),
    ("a root that is no record", "signal", (lambda s: s.update(type="enum"),), "/", Fault.ROOT_NOT_RECORD),
]  # fmt: skip


@pytest.mark.parametrize(("stem", "edits", "where", "fault"), [row[1:] for row in FORBIDDEN], ids=[
    row[0] for row in FORBIDDEN])  # fmt: skip
def test_a_schema_is_refused_for(stem: str, edits: tuple[Edit, ...], where: str, fault: Fault) -> None:
    assert (where, fault) in [(each.where, each.fault) for each in lint(edited(stem, *edits))]


def test_every_fault_of_a_single_schema_has_a_case() -> None:
    about_change = {fault for fault in Fault if fault.endswith(("_changed", "_removed", "_vanished"))}
    assert {row[4] for row in FORBIDDEN} == set(Fault) - about_change - {Fault.RESOLUTION}


def test_an_objection_says_where_and_why() -> None:
    (only,) = lint(edited("signal", drop("row", "doc")))
    assert str(only) == "/row: doc_missing"
    assert field(edited("signal"), "row")["doc"]
