"""The plain job, without an engine: decode, keep a list per key, say when it has grown long.

Imports nothing of ours, so that every engine's own environment can run it.
"""

import io
from collections.abc import Sequence
from typing import Any

import fastavro

PARTITIONS = 8
KEPT, ENOUGH = 10, 3

SIGNAL_SCHEMA = {
    "type": "record",
    "name": "PlainSignal",
    "fields": [
        {"name": "signal", "type": "string"},
        {"name": "household", "type": "string"},
        {
            "name": "kind",
            "type": {"type": "enum", "name": "Kind", "symbols": ["absence", "rent", "energy", "water"]},
        },
        {"name": "observed_on", "type": "int"},
    ],
}
STATE_SCHEMA = {
    "type": "record",
    "name": "PlainState",
    "fields": [
        {"name": "seen", "type": "long"},
        {"name": "signals", "type": {"type": "array", "items": "string"}},
    ],
}
ALERT_SCHEMA = {
    "type": "record",
    "name": "PlainAlert",
    "fields": [
        {"name": "household", "type": "string"},
        {"name": "number", "type": "long"},
        {"name": "signals", "type": {"type": "array", "items": "string"}},
    ],
}
_SIGNAL = fastavro.parse_schema(SIGNAL_SCHEMA)
_STATE = fastavro.parse_schema(STATE_SCHEMA)
_ALERT = fastavro.parse_schema(ALERT_SCHEMA)

State = dict[str, Any]


def _written(schema: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


def _read(schema: Any, value: bytes) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(value), schema, None)


def signal(value: bytes) -> dict[str, Any]:
    """The signal these bytes are."""
    found: dict[str, Any] = _read(_SIGNAL, value)
    return found


def signal_bytes(named: str, household: str, kind: str, day: int) -> bytes:
    """A signal as it is sent."""
    return _written(_SIGNAL, {"signal": named, "household": household, "kind": kind, "observed_on": day})


def decided(state: State | None, arrived: dict[str, Any]) -> tuple[State, dict[str, Any] | None]:
    """The list with the signal at its end, and an alert once it is long enough; counts what ever came."""
    before = state or {"seen": 0, "signals": []}
    after = {"seen": before["seen"] + 1, "signals": [*before["signals"], arrived["signal"]][-KEPT:]}
    if after["seen"] < ENOUGH:
        return after, None
    return after, {"household": arrived["household"], "number": after["seen"], "signals": after["signals"]}


def state_bytes(state: State) -> bytes:
    """A list as it stands on the changelog."""
    return _written(_STATE, state)


def state_of(value: bytes) -> State:
    """The list that a changelog record is."""
    found: State = _read(_STATE, value)
    return found


def alert_bytes(alert: dict[str, Any]) -> bytes:
    """An alert as it is published."""
    return _written(_ALERT, alert)


def alert_of(value: bytes) -> dict[str, Any]:
    """The alert these bytes are."""
    found: dict[str, Any] = _read(_ALERT, value)
    return found


def expected_alerts(keys: Sequence[str]) -> set[tuple[str, int]]:
    """What must have been said after signals of these households, in any order."""
    seen: dict[str, int] = {}
    found = set()
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        if seen[key] >= ENOUGH:
            found.add((key, seen[key]))
    return found
