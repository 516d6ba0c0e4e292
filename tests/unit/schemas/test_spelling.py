"""A schema is the same however a registry spells its names, and another as soon as it means something else."""

import copy
from typing import Any

import pytest

from schemas.registry import known_versions
from schemas.spelling import spelling

LONG: dict[str, Any] = {
    "type": "record",
    "name": "A",
    "namespace": "n",
    "doc": "d",
    "fields": [
        {"name": "b", "type": {"type": "enum", "name": "B", "namespace": "n", "symbols": ["X"]}, "doc": "e"},
        {"name": "c", "type": ["null", "n.B"], "default": None},
        {"name": "d", "type": {"type": "int", "logicalType": "date"}},
    ],
}


def test_names_in_full_or_in_short_are_the_same() -> None:
    short = copy.deepcopy(LONG)
    del short["doc"], short["fields"][0]["type"]["namespace"]
    short["fields"][1]["type"] = ["null", "B"]
    assert spelling(short) == spelling(LONG)


@pytest.mark.parametrize(
    "changed",
    [
        {"namespace": "m"},
        {"fields": LONG["fields"][:2]},
        {"fields": [LONG["fields"][1], LONG["fields"][0], LONG["fields"][2]]},
        {"fields": [*LONG["fields"][:2], {"name": "d", "type": "int"}]},
        {"fields": [LONG["fields"][0], {"name": "c", "type": ["n.B", "null"]}, LONG["fields"][2]]},
    ],
)
def test_another_meaning_is_another_spelling(changed: dict[str, Any]) -> None:
    assert spelling(LONG | changed) != spelling(LONG)


def test_no_two_schemas_of_this_release_fall_together() -> None:
    by_spelling: dict[str, set[str]] = {}
    for version in known_versions():
        by_spelling.setdefault(spelling(version.schema), set()).add(version.fingerprint)
    assert all(len(prints) == 1 for prints in by_spelling.values())
