"""What decisions rested on, held against its hash and against what was made of it: who changed which, and how."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.events.account import Evidence
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.signal import Signal
from schemas.events.state import HouseholdState, KeptSignal, PersonState
from streams.core.evidence import sha256
from streams.policy.bundle import policy_hash
from streams.policy.load import PolicyRefused, load_bundle
from streams.trail.differing import differences, shared_differences
from streams.trail.edges import Role
from streams.trail.kept import Held, Kept, contribution_node
from streams.trail.shelf import Shelf

_FOLLOWED = (Role.HOUSEHOLD_FACT, Role.CONTRIBUTOR, Role.GROUND, Role.DECISION)


class Kind(StrEnum):
    """What is not as it was."""

    INPUT = "input"
    POLICY = "policy"
    STATE = "state"
    EVIDENCE = "evidence"
    DECISION = "decision"
    CONTRIBUTION = "contribution"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Difference:
    """What did not come out as it was written down, where, and field by field how."""

    what: str
    where: str
    kind: Kind = Kind.DECISION
    details: tuple[str, ...] = ()


def content(record: Kept, kind: Kind) -> Iterator[Difference]:
    """A body that is not what the hash of its record says."""
    if record.held in (Held.BODY, Held.TOMBSTONE) and sha256(record.value) != record.hash:
        details = (f"sha256: {record.hash} → {sha256(record.value)}",)
        yield Difference("the content is not what its hash says", str(record.at), kind, details)


def parts_changed(evidence: Evidence) -> tuple[str, ...]:
    """The parts of the state before that are not what their hashes say; persons are counted, not named."""
    count = len(evidence.before)
    return tuple(
        f"part {number} of {count} of the state of step {evidence.step}: sha256: {part.hash} → {sha256(part.body)}"
        for number, part in enumerate(evidence.before, start=1)
        if sha256(part.body) != part.hash
    )


class Inputs:
    """Looks at each input of a decision beside the decision itself."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def under(self, record: Kept) -> Iterator[Difference]:
        """What this record says it rests on, each held against its hash."""
        for edge in self._shelf.up(record):
            if edge.role not in _FOLLOWED or edge.parent.startswith("delivery/"):
                continue
            for parent in self._shelf.found(edge.parent, edge.parent_rev):
                yield from content(parent, Kind.INPUT)
                if parent.held is Held.BODY and parent.event is None:
                    yield Difference("the content cannot be read", str(parent.at), Kind.INPUT)
                elif parent.held is Held.ERASED and edge.child == record.name.node:
                    # An erased person takes this record along: it is here, so nobody erased them.
                    yield Difference("the body is missing, and nobody was erased", str(parent.at), Kind.INPUT)

    def signals(self, contribution: Contribution) -> Iterator[Difference]:
        """Signals that say something else than what was contributed of them."""
        for each in contribution.signals:
            for found in self._shelf.named(f"signal/{each.signal}", each.version):
                if isinstance(found.event, Signal) and (told := shared_differences(each, found.event)):
                    yield Difference("a signal is not what was contributed", str(found.at), Kind.INPUT, told)

    def state(self, before: PersonState | HouseholdState | None, where: str) -> Iterator[Difference]:
        """A state that remembers something else than what was received."""
        match before:
            case PersonState():
                for signal in before.signals:
                    yield from self._remembered(signal, where)
            case HouseholdState():
                for member in before.members:
                    node = contribution_node(before.household, member.person)
                    for found in self._shelf.named(node, str(member.number)):
                        if isinstance(found.event, Contribution):
                            told = shared_differences(found.event, member)
                            yield from _state_differs(told, str(found.at), where)
            case None:
                pass

    def _remembered(self, signal: KeptSignal, where: str) -> Iterator[Difference]:
        for found in self._shelf.named(f"signal/{signal.signal}", signal.version):
            if isinstance(found.event, Signal):
                yield from _state_differs(shared_differences(found.event, signal), str(found.at), where)

    def policies(self, named: str) -> Iterator[Difference]:
        """The copies of a policy that are not what their name says, with what changed in them."""
        whole = self.policy(named)
        original = whole.bundle if whole is not None and _is_named(whole, named) else _installed(named)
        for copy in self._shelf.named(f"policy/{named}"):
            if copy.held is Held.BODY and copy.event is None:
                yield Difference("the content cannot be read", str(copy.at), Kind.POLICY)
            elif isinstance(copy.event, PolicyPublished) and not _is_named(copy.event, named):
                details = _policy_details(original, copy.event) or (f"policy {named}: no whole copy to compare",)
                yield Difference("a policy is not what its hash says", str(copy.at), Kind.POLICY, details)
            else:
                yield from content(copy, Kind.POLICY)

    def policy(self, named: str) -> PolicyPublished | None:
        """A copy of this policy, a whole one if there is any."""
        copies = [each.event for each in self._shelf.named(f"policy/{named}")]
        found = [each for each in copies if isinstance(each, PolicyPublished)]
        return next((each for each in found if _is_named(each, named)), found[0] if found else None)


def _state_differs(told: tuple[str, ...], came_as: str, where: str) -> Iterator[Difference]:
    if told:
        details = (f"it came in as {came_as}", *told)
        yield Difference("the state before is not what came in", where, Kind.STATE, details)


def _is_named(policy: PolicyPublished, named: str) -> bool:
    return policy_hash(policy.bundle, policy.stopped) == policy.policy_hash == named


def _installed(named: str) -> str | None:
    """The bundle of this release, when it is the one that is looked for."""
    try:
        bundle = load_bundle()
    except PolicyRefused:
        return None
    return bundle if policy_hash(bundle, ()) == named else None


def _policy_details(original: str | None, copy: PolicyPublished) -> tuple[str, ...]:
    if original is None:
        return ()
    try:
        return differences(_by_id(json.loads(original)), _by_id(json.loads(copy.bundle)))
    except ValueError:
        return ("the bundle is no JSON any more",)


def _by_id(value: Any) -> Any:
    """Lists of things with an id as mappings, so that a rule is named and not counted."""
    if isinstance(value, dict):
        return {name: _by_id(each) for name, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) and "id" in each for each in value):
        return {str(each["id"]): _by_id(each) for each in value}
    return [_by_id(each) for each in value] if isinstance(value, list) else value
