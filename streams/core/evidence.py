"""Enough to take a decision again: the state before it in parts, so that one person can be taken out of it."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Protocol

from schemas.codec import Codec, NotDecoded
from schemas.events.account import Emitted, Evidence, Part
from schemas.events.event import Position
from schemas.events.state import HouseholdRecord, HouseholdState, PersonRecord, PersonState
from schemas.vocabulary import StateKind
from streams.core.step import Context

CORE = "core"


class HasValue(Protocol):
    """A record that was emitted, as far as evidence looks at it."""

    @property
    def topic(self) -> str: ...
    @property
    def value(self) -> bytes | None: ...


def sha256(value: bytes | None) -> str:
    """SHA-256 of a record's value; a tombstone is the hash of nothing."""
    return hashlib.sha256(value or b"").hexdigest()


def _parts(state: PersonState | HouseholdState) -> list[tuple[str, PersonState | HouseholdState]]:
    """A state as its core and one part per signal or member."""
    if isinstance(state, PersonState):
        bare: PersonState | HouseholdState = dataclasses.replace(state, signals=())
        single = [
            (each.signal, PersonState(state.person, 0, None, None, (each,), (), (), ())) for each in state.signals
        ]
        return [(CORE, bare), *single]
    bare = dataclasses.replace(state, members=())
    members = [(each.person, HouseholdState(state.household, (each,), (), ())) for each in state.members]
    return [(CORE, bare), *members]


def state_in_parts(codec: Codec, state: PersonState | HouseholdState | None) -> tuple[Part, ...]:
    """The state before a decision, each part with its hash and its Avro body."""
    if state is None:
        return ()
    parts = []
    for name, part in _parts(state):
        if isinstance(part, PersonState):
            body = codec.encode("state.person.v1", PersonRecord(StateKind.OWNER, None, part, None))
        else:
            body = codec.encode("state.household.v1", HouseholdRecord(StateKind.OWNER, None, part, None))
        parts.append(Part(name, sha256(body), body))
    return tuple(parts)


def state_from_parts(codec: Codec, step: str, parts: Sequence[Part]) -> PersonState | HouseholdState | None:
    """The state that was taken apart.

    Raises  LookupError when a body is missing or is not what its hash says
    """
    if not parts:
        return None
    states: list[PersonState | HouseholdState] = []
    for part in parts:
        record = codec.decode(f"state.{step}.v1", part.body)
        if isinstance(record, NotDecoded) or sha256(part.body) != part.hash:
            raise LookupError(part.name)
        assert isinstance(record, PersonRecord | HouseholdRecord)
        inside = record.person if isinstance(record, PersonRecord) else record.household
        assert inside is not None
        states.append(inside)
    core = states[0]
    if isinstance(core, PersonState):
        signals = tuple(s for state in states[1:] if isinstance(state, PersonState) for s in state.signals)
        return dataclasses.replace(core, signals=signals)
    members = tuple(m for state in states[1:] if isinstance(state, HouseholdState) for m in state.members)
    return dataclasses.replace(core, members=members)


def evidence_of(
    codec: Codec,
    step: str,
    owner: str,
    before: PersonState | HouseholdState | None,
    cause: Position,
    cause_hash: str,
    context: Context,
    emitted: Sequence[HasValue],
) -> Evidence:
    """The evidence of one decision that emitted something a person may ask about."""
    return Evidence(
        step=step,
        owner=owner,
        cause_topic=cause.topic,
        cause_partition=cause.partition,
        cause_offset=cause.offset,
        cause_hash=cause_hash,
        today=context.today,
        policy_hash=context.policy.hash,
        before=state_in_parts(codec, before),
        emitted=tuple(Emitted(each.topic, sha256(each.value)) for each in emitted),
    )
