"""Take a decision again from its evidence: the alert, and each contribution that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import topic_of
from schemas.codec import Codec
from schemas.events.account import Evidence
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.event import Event, Forget, Position
from streams.core.evidence import sha256, state_from_parts
from streams.core.step import Context, Step
from streams.policy.bundle import policy_of
from streams.topology import STEPS
from streams.trail.differing import differences
from streams.trail.inputs import Difference, Inputs, Kind, content, parts_changed
from streams.trail.kept import HASH_ONLY, Held, Kept, contribution_node
from streams.trail.shelf import Shelf

__all__ = ["GONE", "Difference", "Kind", "Verified", "Verifier", "verify_alert"]
GONE = "no longer shown: person erased"
_STEPS: dict[str, Step[Any]] = {step.name: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Verified:
    """One revision taken again: how many decisions, and how they differ; `gone` when a body may not be held."""

    alert: str
    revision: int
    decisions: int
    differences: tuple[Difference, ...] = ()
    gone: bool = False

    @property
    def answer(self) -> str:
        if self.differences:
            return "; ".join(f"{each.what} at {each.where}" for each in self.differences)
        return GONE if self.gone else "verified"


class _Erased(Exception):
    """A body that this needs went with its person."""


class _Unreadable(Exception):
    """A body that this needs is not what anybody wrote."""

    def __init__(self, difference: Difference) -> None:
        super().__init__()
        self.difference = difference


class Verifier:
    """Takes decisions again, each one once however many alerts rest on it."""

    def __init__(self, shelf: Shelf, codec: Codec) -> None:
        self._shelf, self._codec = shelf, codec
        self._inputs = Inputs(shelf)
        self._taken: dict[Position, tuple[Difference, ...]] = {}

    def alert(self, alert: str, revision: int) -> list[Verified]:
        """Each record of this revision, verified; there should be one."""
        return [self.record(each) for each in self._shelf.named(f"alert/{alert}", str(revision))]

    def record(self, record: Kept) -> Verified:
        """The decision that emitted this revision, and those that made the contributions it names."""
        name, revision = record.name.node.removeprefix("alert/"), int(record.name.rev)
        try:
            event = _body(record, Kind.ALERT)
            assert isinstance(event, Alert)
            decisions, found = self._decided(record, Kind.ALERT)
            contributed = list(self._contributions(event))
        except _Erased:
            return Verified(name, revision, 0, gone=True)
        except _Unreadable as unreadable:
            return Verified(name, revision, 0, (unreadable.difference,))
        found += [each for differing in contributed for each in differing]
        return Verified(name, revision, decisions + len(contributed), tuple(dict.fromkeys(found)))

    def _decided(self, record: Kept, kind: Kind) -> tuple[int, list[Difference]]:
        """How many decisions emitted this record, and what is not as it was: in it, under it and in them."""
        decisions = self._shelf.evidence(record)
        found = [*content(record, kind), *self._inputs.under(record)]
        found += [each for one in decisions for each in self._again(one)]
        if not decisions:
            found.append(Difference("evidence is missing", str(record.at), Kind.EVIDENCE))
        return len(decisions), found

    def _contributions(self, alert: Alert) -> Iterator[tuple[Difference, ...]]:
        for person, number in sorted({(each.person, each.number) for each in alert.signals}):
            node = contribution_node(alert.household, person)
            records = self._shelf.named(node, str(number))
            if not records:
                yield (Difference("contribution is missing", node, Kind.CONTRIBUTION),)
            for record in records:
                event = _body(record, Kind.CONTRIBUTION)
                assert isinstance(event, Contribution)
                _, found = self._decided(record, Kind.CONTRIBUTION)
                yield (*found, *self._inputs.signals(event))

    def _again(self, evidence: Kept) -> tuple[Difference, ...]:
        if evidence.at not in self._taken:
            self._taken[evidence.at] = tuple(self._retaken(evidence))
        return self._taken[evidence.at]

    def _retaken(self, record: Kept) -> Iterator[Difference]:
        evidence = _body(record, Kind.EVIDENCE)
        assert isinstance(evidence, Evidence)
        where = str(record.at)
        if sha256(record.value) != record.hash:
            yield Difference("evidence hash", where, Kind.EVIDENCE, _hashes(record.hash, sha256(record.value)))
        place = str(Position(evidence.cause_topic, evidence.cause_partition, evidence.cause_offset))
        cause = self._shelf.at(place)
        if cause is None:
            yield Difference("cause is missing", where, Kind.INPUT, (f"it was {place}",))
            return
        if cause.at.topic in HASH_ONLY:
            yield Difference("a rebuild decided it: the tombstone it missed is gone", where, Kind.INPUT)
            return
        event = _body(cause, Kind.INPUT)
        if sha256(cause.value) != evidence.cause_hash:
            found = _hashes(evidence.cause_hash, sha256(cause.value))
            yield Difference("cause hash", where, Kind.INPUT, (f"the cause is {place}", *found))
        yield from self._inputs.policies(evidence.policy_hash)
        policy = self._inputs.policy(evidence.policy_hash)
        if policy is None:
            yield Difference("policy is missing", where, Kind.POLICY, (f"policy {evidence.policy_hash}",))
            return
        yield from self._compared(evidence, event, policy, where)

    def _compared(
        self, evidence: Evidence, cause: Event, policy: PolicyPublished, where: str
    ) -> Iterator[Difference]:
        changed = parts_changed(evidence)
        if changed:
            yield Difference("state before or policy is not what its hash says", where, Kind.STATE, changed)
            return
        try:
            before = state_from_parts(self._codec, evidence.step, evidence.before)
            context = Context(evidence.today, policy_of(policy))
        except (LookupError, ValueError):
            yield Difference("state before or policy is not what its hash says", where, Kind.POLICY)
            return
        yield from self._inputs.state(before, where)
        decision = _STEPS[evidence.step].decide(before, cause, context)
        now = [self._hashed(each) for each in decision.emits]
        then = [(each.topic, each.hash) for each in evidence.emitted]
        for index in range(max(len(now), len(then))):
            again = now[index] if index < len(now) else ("nothing", "")
            written = then[index] if index < len(then) else ("nothing", "")
            if again != written:
                what = f"number {index}: {written[0]} was emitted, again it is {again[0]}"
                emitted = decision.emits[index] if index < len(decision.emits) else None
                yield Difference(what, where, Kind.DECISION, self._fields(written, emitted))

    def _fields(self, written: tuple[str, str], again: Event | Forget | None) -> tuple[str, ...]:
        """Field by field what was written and what it is again, when the trail holds what was written."""
        for record in self._shelf.hashed(*written):
            if record.event is not None and type(record.event) is type(again):
                return differences(record.event, again)
        return ()

    def _hashed(self, emitted: Event | Forget) -> tuple[str, str]:
        if isinstance(emitted, Forget):
            return emitted.topic, sha256(None)
        topic = topic_of(emitted)
        return topic, sha256(self._codec.encode(topic, emitted))


def _body(record: Kept, kind: Kind) -> Event:
    if record.event is not None:
        return record.event
    if record.held is Held.ERASED:
        raise _Erased
    raise _Unreadable(Difference("the content cannot be read", str(record.at), kind))


def _hashes(then: str, now: str) -> tuple[str, ...]:
    return (f"sha256: {then} → {now}",)


def verify_alert(shelf: Shelf, codec: Codec, alert: str, revision: int) -> list[Verified]:
    """Decide again what led to this revision, and to each contribution it names.

    Source  rules.md 3: decide(state before, cause, Context) gives the emitted bytes
    """
    return Verifier(shelf, codec).alert(alert, revision)
