"""History cannot be broken: changes that would are refused, changes that would not are let through (P19)."""

import copy
from collections.abc import Iterable
from typing import Any

import pytest

from schemas.compatibility import changes, objections
from schemas.lints import Fault, Objection, lint
from tests.unit.schemas.mutations import (
    Edit,
    add,
    change,
    drop,
    edited,
    everywhere,
    field,
    real,
    remove,
    rename,
    reorder,
    retype,
    stems,
    symbols,
    type_named,
    untype,
)

TEXTS = {"type": "array", "items": "string"}
MAYBE_TEXT: Any = {"name": "x", "type": ["null", "string"], "default": None}
DATE = {"type": "int", "logicalType": "date"}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
ADDRESS = {
    "type": "record",
    "name": "Address",
    "namespace": "nl.signaalbrug",
    "doc": "New",
    "fields": [{"name": "area", "type": "string", "doc": "New"}],
}
SHADE = {
    "type": "enum",
    "name": "Shade",
    "namespace": "nl.signaalbrug",
    "doc": "New",
    "symbols": ["unknown", "dark"],
    "default": "unknown",
}

INCOMPATIBLE: list[tuple[str, str, tuple[Edit, ...], Fault]] = [
    ("a field is added without a default", "signal", (add(name="x", type="string"),), Fault.RESOLUTION),
    ("a field without a default is removed", "signal", (remove("row"),), Fault.RESOLUTION),
    ("a field is renamed", "signal", (rename("row", "line"),), Fault.RESOLUTION),
    ("an inner field is renamed", "alert", (rename("View.title", "heading"),), Fault.RESOLUTION),
    ("an inner field without a default is removed", "alert", (remove("View.why"),), Fault.RESOLUTION),
    ("a number becomes a text", "delivery", (change("rows", type="string"),), Fault.TYPE_CHANGED),
    ("a number becomes smaller", "delivery", (change("rows", type="int"),), Fault.TYPE_CHANGED),
    ("a text becomes bytes, which the checker lets through", "signal", (change("row_hash", type="bytes"),),
     Fault.TYPE_CHANGED),
    ("bytes become a text, which the checker lets through", "quarantine", (change("sealed", type="string"),),
     Fault.TYPE_CHANGED),
    ("inner bytes become a text", "evidence", (change("Part.body", type="string"),), Fault.TYPE_CHANGED),
    ("a day becomes a number", "signal", (change("observed_on", type="int"),), Fault.LOGICAL_TYPE_CHANGED),
    ("a number becomes a point in time", "signal", (change("row", type=MILLIS),), Fault.LOGICAL_TYPE_CHANGED),
    ("a point in time becomes a number", "consent", (change("recorded_at", type="long"),),
     Fault.LOGICAL_TYPE_CHANGED),
    ("milliseconds become microseconds", "consent", (change("recorded_at", type=MICROS),),
     Fault.LOGICAL_TYPE_CHANGED),
    ("a day that may be absent becomes a number", "membership", (change("until", type=["null", "int"]),),
     Fault.LOGICAL_TYPE_CHANGED),
    ("a field may no longer be absent", "consent", (
        change("valid_until", type=DATE), drop("valid_until", "default")), Fault.RESOLUTION),
    ("a field may be absent from now on", "signal", (change("receipt", type=["null", "string"], default=None),),
     Fault.RESOLUTION),
    ("a default is taken away", "consent", (drop("valid_until", "default"),), Fault.DEFAULT_CHANGED),
    ("a default is added", "delivery", (change("rows", default=0),), Fault.DEFAULT_CHANGED),
    ("a symbol vanishes, which the checker lets through", "signal", (symbols("Source", lambda s: s.remove(
        "veilig_thuis")),), Fault.SYMBOL_REMOVED),
    ("a symbol is renamed", "outcome", (symbols("OutcomeKind", lambda s: s.__setitem__(1, "applied")),),
     Fault.SYMBOL_REMOVED),
    ("a list loses its default symbol", "alert", (untype("Urgency", "default"),), Fault.DEFAULT_CHANGED),
    ("a list gets another default symbol", "alert", (retype("Urgency", default="today"),), Fault.DEFAULT_CHANGED),
    ("a list is renamed", "alert", (retype("Urgency", name="Haste"),), Fault.NAME_CHANGED),
    ("the record is renamed", "calendar", (lambda s: s.update(name="DawnBroke"),), Fault.NAME_CHANGED),
    ("the namespace changes, which the checker does not see", "calendar", (lambda s: s.update(
        namespace="nl.elders"),), Fault.NAMESPACE_CHANGED),
    ("the namespace of an inner record changes", "alert", (retype("View", namespace="nl.elders"),),
     Fault.NAMESPACE_CHANGED),
    ("one value becomes many", "signal", (change("receipt", type=TEXTS),),
     Fault.TYPE_CHANGED),
    ("many values become one", "alert", (change("members", type="string"),), Fault.TYPE_CHANGED),
    ("a closed list becomes free text", "alert", (change("reason", type="string"),), Fault.TYPE_CHANGED),
    ("free text becomes a closed list", "alert", (change("theme", type=SHADE),), Fault.TYPE_CHANGED),
    ("a code becomes a record", "contribution", (change("area", type=["null", ADDRESS]),), Fault.TYPE_CHANGED),
    ("items change", "delivery", (change("duplicates", type=TEXTS),),
     Fault.TYPE_CHANGED),
    ("an optional inner record loses a field", "state-person", (remove("Cursor.partition"),), Fault.RESOLUTION),
]  # fmt: skip

COMPATIBLE: list[tuple[str, str, tuple[Edit, ...]]] = [
    ("nothing changes", "signal", ()),
    ("a field that may be absent is added", "signal", (add(**MAYBE_TEXT),)),
    ("a day that may be absent is added", "consent", (add(name="x", type=["null", DATE], default=None),)),
    ("a point in time that may be absent is added", "alert", (add(name="x", type=["null", MILLIS], default=None),)),
    ("a number with a default is added", "delivery", (add(name="x", type="long", default=0),)),
    ("a text with a default is added", "outcome", (add(name="x", type="string", default=""),)),
    ("a yes or no with a default is added", "signal", (add(name="x", type="boolean", default=False),)),
    ("a list of values with a default is added", "alert", (add(
        name="x", type=TEXTS, default=[]),)),
    ("a closed list with a default is added", "alert", (add(name="x", type=SHADE, default="unknown"),)),
    ("a record that may be absent is added", "contribution", (add(
        name="x", type=["null", ADDRESS], default=None),)),
    ("a field is added in front", "signal", (add(at=0, **MAYBE_TEXT),)),
    ("a field is added in the middle", "alert", (add(at=5, name="x", type="long", default=1),)),
    ("a field is added to an inner record", "alert", (add("View", **MAYBE_TEXT),)),
    ("a field is added to a record in a list in a record", "state-household", (add(
        "Episode", name="x", type="long", default=0),)),
    ("two fields are added", "signal", (
        add(name="x", type="long", default=0), add(name="y", type="string", default=""))),
    ("a field that could be absent is removed", "consent", (remove("valid_until"),)),
    ("an inner field that could be absent is removed", "alert", (remove("SignalLine.signal_kind"),)),
    ("one field that could be absent makes room for another", "policy", (
        remove("signature"), add(name="signatures", type=TEXTS, default=[]))),
    ("the fields stand in another order", "delivery", (reorder(),)),
    ("inner fields stand in another order", "evidence", (reorder("Part"),)),
    ("a symbol is added at the end", "signal", (symbols("SignalKind", lambda s: s.append("eviction")),)),
    ("a symbol is added in the middle", "outcome", (symbols("Reason", lambda s: s.insert(3, "moved_away")),)),
    ("three symbols are added", "quarantine", (symbols("Refusal", lambda s: s.extend(["a", "b", "c"])),)),
    ("symbols stand in another order", "alert", (symbols("AlertKind", lambda s: s.sort()),)),
    ("a doc is written better", "calendar", (change("day", doc="The civil day that began"),)),
    ("every doc is written anew", "alert", (everywhere("Said otherwise"),)),
    ("a type is spelled out earlier than before", "alert", (add(
        at=0, name="x", type=["null", "nl.signaalbrug.LifeDomain"], default=None), lambda s: s["fields"].insert(
            0, {"name": "y", "doc": "New", "type": "long", "default": 0}), lambda s: _spell_out_first(s))),
    ("a field of the changelog is added", "state-person", (add(
        "PersonState", **MAYBE_TEXT),)),
]  # fmt: skip


def _spell_out_first(schema: dict[str, Any]) -> None:
    """Move the definition of LifeDomain to the field that was put before it."""
    spelled = type_named(schema, "LifeDomain")
    field(schema, "x")["type"] = ["null", copy.deepcopy(spelled)]
    field(schema, "View.life_domains")["type"] = {"type": "array", "items": "nl.signaalbrug.LifeDomain"}


def faults(found: Iterable[Objection]) -> set[Fault]:
    return {each.fault for each in found}


@pytest.mark.parametrize(("stem", "edits", "because"), [row[1:] for row in INCOMPATIBLE], ids=[
    row[0] for row in INCOMPATIBLE])  # fmt: skip
def test_a_change_that_breaks_history_is_refused(stem: str, edits: tuple[Edit, ...], because: Fault) -> None:
    changed = edited(stem, *edits)
    assert changed != real(stem)
    assert because in faults(changes(changed, real(stem)))
    assert because in faults(objections({stem: [real(stem), changed]}, {stem: [real(stem)]}))


@pytest.mark.parametrize(("stem", "edits"), [row[1:] for row in COMPATIBLE], ids=[row[0] for row in COMPATIBLE])
def test_a_change_that_breaks_nothing_is_let_through(stem: str, edits: tuple[Edit, ...]) -> None:
    changed = edited(stem, *edits)
    assert objections({stem: [real(stem), changed]}, {stem: [real(stem)]}) == ()


def test_there_are_at_least_twenty_of_each() -> None:
    assert len({row[0] for row in INCOMPATIBLE}) >= 20
    assert len({row[0] for row in COMPATIBLE}) >= 20


@pytest.mark.parametrize("stem", stems())
def test_every_real_schema_may_be_said(stem: str) -> None:
    assert lint(real(stem)) == ()
    assert changes(real(stem), real(stem)) == ()


@pytest.mark.parametrize("stem", stems())
def test_every_real_schema_refuses_the_same_five_sins(stem: str) -> None:
    first = real(stem)["fields"][0]["name"]
    for edits in (
        (remove(first),),
        (rename(first, "renamed"),),
        (add(name="x", type="string"),),
        (lambda schema: schema.update(namespace="nl.elders"),),
        (change(first, type=TEXTS),),
    ):
        assert changes(edited(stem, *edits), real(stem)) != ()


def test_the_checker_alone_would_not_have_seen_a_day_become_a_number() -> None:
    seen = faults(changes(edited("signal", change("observed_on", type="int")), real("signal")))
    assert seen == {Fault.LOGICAL_TYPE_CHANGED}


def test_every_version_is_held_against_every_other_not_only_the_last() -> None:
    first = real("consent")
    second = edited("consent", remove("valid_until"))
    third = edited("consent", change("valid_until", type=["null", "string"]))
    assert objections({"c": [first, second]}, {}) == ()
    assert changes(third, second) == ()
    assert Fault.TYPE_CHANGED in faults(objections({"c": [first, second, third]}, {}))


def test_a_released_version_may_not_vanish() -> None:
    old, new = real("signal"), edited("signal", add(name="x", type="long", default=0))
    assert faults(objections({"s": [new]}, {"s": [old]})) == {Fault.VERSION_VANISHED}
    assert faults(objections({}, {"s": [old]})) == {Fault.VERSION_VANISHED}
    assert objections({"s": [edited("signal", everywhere("Said otherwise"))]}, {"s": [old]}) == ()
