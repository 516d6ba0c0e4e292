"""Take a decision again from its evidence: the alert, and each contribution that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import topic_of
from schemas.codec import Codec
from schemas.events.account import Evidence
from schemas.events.alert import Alert
from schemas.events.context import PolicyPublished
from schemas.events.event import Event, Forget, Position
from streams.core.evidence import state_from_parts
from streams.core.step import Context, Step
from streams.policy.bundle import policy_of
from streams.topology import STEPS
from streams.trail.kept import HASH_ONLY, Held, Kept, contribution_node, sha256
from streams.trail.shelf import Shelf

GONE = "no longer shown: person erased"
_STEPS: dict[str, Step[Any]] = {step.name: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Difference:
    """What did not come out as it was written down, and where."""

    what: str
    where: str


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


class Verifier:
    """Takes decisions again, each one once however many alerts rest on it."""

    def __init__(self, shelf: Shelf, codec: Codec) -> None:
        self._shelf, self._codec = shelf, codec
        self._taken: dict[Position, tuple[Difference, ...]] = {}

    def alert(self, alert: str, revision: int) -> list[Verified]:
        """Each record of this revision, verified; there should be one."""
        return [self.record(each) for each in self._shelf.named(f"alert/{alert}", str(revision))]

    def record(self, record: Kept) -> Verified:
        """The decision that emitted this revision, and those that made the contributions it names."""
        name, revision = record.name.node.removeprefix("alert/"), int(record.name.rev)
        try:
            event = _body(record)
            assert isinstance(event, Alert)
            own = tuple(self._decisions(record))
            differences = [each for one in own for each in self._again(one)]
            if not own:
                differences.append(Difference("evidence is missing", str(record.at)))
            contributed = list(self._contributions(event))
        except _Erased:
            return Verified(name, revision, 0, gone=True)
        differences += [each for _, found in contributed for each in found]
        return Verified(name, revision, len(own) + len(contributed), tuple(dict.fromkeys(differences)))

    def _decisions(self, record: Kept) -> Iterator[Kept]:
        if record.held is Held.ERASED:
            raise _Erased
        yield from self._shelf.evidence(record)

    def _contributions(self, alert: Alert) -> Iterator[tuple[str, tuple[Difference, ...]]]:
        for person, number in sorted({(each.person, each.number) for each in alert.signals}):
            node = contribution_node(alert.household, person)
            records = self._shelf.named(node, str(number))
            if not records:
                yield node, (Difference("contribution is missing", node),)
            for record in records:
                _body(record)
                taken = [each for one in self._decisions(record) for each in self._again(one)]
                evidenced = bool(self._shelf.evidence(record))
                missing = () if evidenced else (Difference("evidence is missing", str(record.at)),)
                yield node, (*taken, *missing)

    def _again(self, evidence: Kept) -> tuple[Difference, ...]:
        if evidence.at not in self._taken:
            self._taken[evidence.at] = tuple(self._retaken(evidence))
        return self._taken[evidence.at]

    def _retaken(self, record: Kept) -> Iterator[Difference]:
        evidence = _body(record)
        assert isinstance(evidence, Evidence)
        where = str(record.at)
        if sha256(record.value) != record.hash:
            yield Difference("evidence hash", where)
        cause = self._shelf.at(str(Position(evidence.cause_topic, evidence.cause_partition, evidence.cause_offset)))
        if cause is None:
            yield Difference("cause is missing", where)
            return
        if cause.at.topic in HASH_ONLY:
            yield Difference("a rebuild decided it: the tombstone it missed is gone", where)
            return
        event = _body(cause)
        if sha256(cause.value) != evidence.cause_hash:
            yield Difference("cause hash", where)
        policy = self._policy(evidence.policy_hash)
        if policy is None:
            yield Difference("policy is missing", where)
            return
        yield from self._compared(evidence, event, policy, where)

    def _policy(self, hash: str) -> PolicyPublished | None:
        found = [each.event for each in self._shelf.named(f"policy/{hash}")]
        return next((each for each in found if isinstance(each, PolicyPublished)), None)

    def _compared(
        self, evidence: Evidence, cause: Event, policy: PolicyPublished, where: str
    ) -> Iterator[Difference]:
        try:
            before = state_from_parts(self._codec, evidence.step, evidence.before)
            context = Context(evidence.today, policy_of(policy))
        except (LookupError, ValueError):
            yield Difference("state before or policy is not what its hash says", where)
            return
        decision = _STEPS[evidence.step].decide(before, cause, context)
        now = [self._hashed(each) for each in decision.emits]
        then = [(each.topic, each.hash) for each in evidence.emitted]
        for index in range(max(len(now), len(then))):
            again = now[index] if index < len(now) else ("nothing", "")
            written = then[index] if index < len(then) else ("nothing", "")
            if again != written:
                yield Difference(f"number {index}: {written[0]} was emitted, again it is {again[0]}", where)

    def _hashed(self, emitted: Event | Forget) -> tuple[str, str]:
        if isinstance(emitted, Forget):
            return emitted.topic, sha256(None)
        topic = topic_of(emitted)
        return topic, sha256(self._codec.encode(topic, emitted))


def _body(record: Kept) -> Event:
    if record.event is None:
        raise _Erased
    return record.event


def verify_alert(shelf: Shelf, codec: Codec, alert: str, revision: int) -> list[Verified]:
    """Decide again what led to this revision, and to each contribution it names.

    Source  rules.md 3: decide(state before, cause, Context) gives the emitted bytes
    """
    return Verifier(shelf, codec).alert(alert, revision)
