"""How records hang together: each says by itself what it came from, so that order of arrival plays no part."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from schemas.codec import Codec, NotDecoded
from schemas.events import account, alert, contribution, delivery, register, signal, state
from schemas.events.event import Event, Position
from schemas.identity import HouseholdId
from schemas.vocabulary import AlertKind, ContributionKind
from streams.core.evidence import sha256
from streams.trail.kept import contribution_node, membership_node, name_of

EXPLAINED = ("contribution.v1", "alert.v1")


class Role(StrEnum):
    """What the parent was to the child.

    Source  trace.md 4.4; `ground` (the consent a contribution rests on) is ours
    """

    TRIGGER = "trigger"
    CONTRIBUTOR = "contributor"
    HOUSEHOLD_FACT = "household-fact"
    DECISION = "decision"
    RULE = "rule"
    RETRACTION = "retraction"
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class Edge:
    """One step from a record to what it rests on; empty revision: any; empty hash: the child does not know it."""

    child: str
    child_rev: str
    parent: str
    parent_rev: str
    role: Role
    trace_id: str
    content_sha256: str
    told_by: Position


def by_hash(hash: str) -> str:
    """The node of a record of which only topic (its revision) and content hash are known."""
    return f"sha256/{hash}"


@dataclass(frozen=True, slots=True)
class _Told:
    event: Any
    hash: str
    codec: Codec


_Parent = tuple[str, str, str, str, Role, str]


def edges_of(event: Event | NotDecoded | None, hash: str, trace_id: str | None, codec: Codec) -> Iterator[Edge]:
    """Every edge that this record tells of."""
    if event is None or isinstance(event, NotDecoded):
        return
    tell = _TELL.get(type(event))
    if tell is None:
        return
    seen: set[_Parent] = set()
    for parts in tell(_Told(event, hash, codec)):
        if parts not in seen:
            seen.add(parts)
            child, child_rev, parent, parent_rev, role, content = parts
            yield Edge(child, child_rev, parent, parent_rev, role, trace_id or "", content, event.at)


def _row(told: _Told) -> Iterator[_Parent]:
    event = told.event
    content = event.row_hash if isinstance(event, signal.Signal) else ""
    yield *name_of(event), f"delivery/{event.receipt}", str(event.row), Role.TRIGGER, content


def _quarantined(told: _Told) -> Iterator[_Parent]:
    event: delivery.Quarantined = told.event
    if event.topic is not None and event.partition is not None and event.offset is not None:
        place = str(Position(event.topic, event.partition, event.offset))
        yield *name_of(event), place, "", Role.TRIGGER, ""
    else:
        yield *name_of(event), f"delivery/{event.receipt}", str(event.row or 0), Role.TRIGGER, ""


def _contribution(told: _Told) -> Iterator[_Parent]:
    event: contribution.Contribution = told.event
    if event.kind is not ContributionKind.PRESENT:
        return
    me = name_of(event)
    yield *me, membership_node(event.person, event.household), "", Role.HOUSEHOLD_FACT, ""
    yield *me, f"policy/{event.policy_hash}", "", Role.RULE, ""
    for each in event.signals:
        yield *me, f"signal/{each.signal}", each.version, Role.CONTRIBUTOR, ""
        if each.consent is not None:
            yield *me, f"consent/{each.consent}", "", Role.GROUND, ""


def _alert(told: _Told) -> Iterator[_Parent]:
    event: alert.Alert = told.event
    me = name_of(event)
    yield *me, f"policy/{event.policy_hash}", "", Role.RULE, ""
    if event.answers is not None:
        yield *me, f"team-decision/{event.answers}", "", Role.DECISION, ""
    for used in event.signals:
        node = contribution_node(event.household, used.person)
        yield *me, node, str(used.number), Role.CONTRIBUTOR, ""
    if event.kind in (AlertKind.WITHDRAWN, AlertKind.CLOSED):
        yield *me, me.node, str(event.revision - 1), Role.RETRACTION, ""


def _access(told: _Told) -> Iterator[_Parent]:
    event: account.AccessDecision = told.event
    if event.alert is not None:
        yield f"alert/{event.alert}", str(event.revision), str(event.at), "", Role.DECISION, told.hash


def _outcome(told: _Told) -> Iterator[_Parent]:
    event: account.Outcome = told.event
    yield *name_of(event), f"signal/{event.signal}", event.version, Role.TRIGGER, ""


def _evidence(told: _Told) -> Iterator[_Parent]:
    event: account.Evidence = told.event
    cause = str(Position(event.cause_topic, event.cause_partition, event.cause_offset))
    contributed = list(_contributed(event, told.codec)) if event.step == "household" else []
    for each in event.emitted:
        if each.topic not in EXPLAINED:
            continue
        yield by_hash(each.hash), each.topic, cause, "", Role.TRIGGER, event.cause_hash
        if each.topic == "alert.v1":
            for node, number, hash in contributed:
                yield by_hash(each.hash), each.topic, node, number, Role.CONTRIBUTOR, hash


def _contributed(event: account.Evidence, codec: Codec) -> Iterator[tuple[str, str, str]]:
    """Node, number and hash of the contributions that a household held before it decided.

    A member is what its contribution said, so the contribution's bytes follow from it.
    """
    for part in event.before:
        record = codec.decode("state.household.v1", part.body)
        inside = record.household if isinstance(record, state.HouseholdRecord) else None
        for member in inside.members if inside is not None else ():
            said = contribution_of(HouseholdId(event.owner), member)
            node = contribution_node(event.owner, member.person)
            yield node, str(member.number), sha256(codec.encode("contribution.v1", said))


def contribution_of(household: HouseholdId, member: state.Member) -> contribution.Contribution:
    """The contribution that a household remembers as this member."""
    told = {field.name: getattr(member, field.name) for field in dataclasses.fields(member)}
    return contribution.Contribution(kind=ContributionKind.PRESENT, household=household, **told)


_TELL: Mapping[type[Event], Callable[[_Told], Iterator[_Parent]]] = MappingProxyType(
    {
        signal.Signal: _row,
        register.Consent: _row,
        delivery.Quarantined: _quarantined,
        contribution.Contribution: _contribution,
        alert.Alert: _alert,
        account.AccessDecision: _access,
        account.Outcome: _outcome,
        account.Evidence: _evidence,
    }
)
