"""I3: for every signal in every revision a decision that allowed it, in the same transaction, and that is right."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from schemas.codec import Codec
from schemas.events.account import AccessDecision, Evidence
from schemas.events.alert import Alert, UsedSignal
from schemas.events.context import PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.event import Forgotten, Position
from schemas.events.register import Consent, PersonLifecycle
from schemas.events.signal import Signal
from schemas.events.state import KeptConsent, PersonRecord
from schemas.vocabulary import LifecycleKind, Purpose
from signaalbrug.proof.finding import Checked, Finding
from signaalbrug.proof.second_opinion import Asked, objection
from streams.trail.kept import Kept, contribution_node
from streams.trail.shelf import Shelf

PROMISE = "for every signal shown a decision that allowed it, in the same transaction, judged again"


def lawful(shelf: Shelf, codec: Codec) -> Checked:
    """Every signal of every revision whose bodies may still be held.

    Source  promises.md I3
    """
    books = _Books(shelf, codec)
    found: list[Finding] = []
    checked = 0
    for record in shelf.records:
        if isinstance(record.event, Alert):
            for used in record.event.signals:
                checked += 1
                where = f"{record.name.node}/{record.name.rev}"
                found += [Finding("I3", what, where) for what in books.ask(record, used)]
    return Checked("I3", PROMISE, checked, tuple(found))


class _Books:
    """What was decided, stated and known, as it stands on the log."""

    def __init__(self, shelf: Shelf, codec: Codec) -> None:
        self._shelf, self._codec = shelf, codec
        self._decided: dict[tuple[str, int, str], list[Kept]] = defaultdict(list)
        self._stated: dict[str, list[Kept]] = defaultdict(list)
        self._heard: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._buried: dict[str, int] = {}
        for record in shelf.records:
            match record.event:
                case AccessDecision(alert=str(alert), revision=int(revision), signal=signal):
                    self._decided[alert, revision, signal].append(record)
                case Consent(person=person):
                    self._stated[person].append(record)
                case Forgotten(topic="consent.v1", owner=person):
                    self._stated[person].append(record)
                case Evidence(step="person", cause_topic="consent.v1", owner=person, cause_offset=offset):
                    self._heard[person].append((record.at.offset, offset))
                case Evidence(step="person", cause_topic="person-lifecycle.v1", owner=person) as evidence:
                    if self._is_death(evidence):
                        self._buried.setdefault(person, record.at.offset)
                case _:
                    pass

    def ask(self, record: Kept, used: UsedSignal) -> Iterator[str]:
        """What is wrong with the use of this signal in this revision."""
        alert = record.event
        assert isinstance(alert, Alert)
        allowed = [d for d in self._decided[alert.alert, alert.revision, used.signal] if _allows(d, alert, used)]
        if not allowed:
            yield "a signal without a decision that allowed it"
            return
        together = [each for each in allowed if self._together(record, each)]
        if not together:
            yield "the decision was not taken in the transaction of the revision"
            return
        decision = together[0].event
        assert isinstance(decision, AccessDecision)
        yield from self._again(alert, used, decision)

    def _together(self, alert: Kept, decision: Kept) -> bool:
        """One cause, and one evidence that names both: what one decide emitted is one Kafka transaction."""
        if alert.cause is None or alert.cause != decision.cause:
            return False
        return any(
            isinstance(each.event, Evidence)
            and ("decision.v1", decision.hash) in {(one.topic, one.hash) for one in each.event.emitted}
            for each in self._shelf.evidence(alert)
        )

    def _again(self, alert: Alert, used: UsedSignal, decision: AccessDecision) -> Iterator[str]:
        signals = [r.event for r in self._shelf.named(f"signal/{used.signal}", used.version)]
        signal = next((each for each in signals if isinstance(each, Signal)), None)
        if signal is None or signal.person != used.person:
            yield "a signal that never came in, or of somebody else"
            return
        contributions = self._shelf.named(contribution_node(alert.household, used.person), str(used.number))
        for contribution in contributions:
            if not isinstance(contribution.event, Contribution):
                return
            day = self._judged_on(contribution)
            statements = self._known(contribution, used.person)
            if day is None or statements is None:
                yield "what was known when the signal was contributed cannot be found"
                continue
            if self._after_death(contribution, used.person):
                yield "the person had died"
            for policy_hash, on in ((contribution.event.policy_hash, day), (alert.policy_hash, alert.changed_on)):
                ground, consent = decision.ground or "", decision.consent
                asked = Asked(signal.source, signal.signal_kind, signal.observed_on, ground, consent, on)
                yield from self._judged(asked, policy_hash, statements)
        if not contributions:
            yield "a signal that nobody contributed"

    def _is_death(self, evidence: Evidence) -> bool:
        cause = self._shelf.at(str(Position(evidence.cause_topic, evidence.cause_partition, evidence.cause_offset)))
        event = cause.event if cause is not None else None
        return isinstance(event, PersonLifecycle) and event.kind is LifecycleKind.DIED

    def _after_death(self, contribution: Kept, person: str) -> bool:
        """Whether it was contributed after the step had acted on the death: both stand in one partition."""
        buried = self._buried.get(person)
        return buried is not None and any(each.at.offset > buried for each in self._shelf.evidence(contribution))

    def _judged(self, asked: Asked, policy_hash: str, statements: Sequence[Consent]) -> Iterator[str]:
        policies = [each.event for each in self._shelf.named(f"policy/{policy_hash}")]
        policy = next((each for each in policies if isinstance(each, PolicyPublished)), None)
        if policy is None:
            yield "the policy is not on the log"
        elif (why := objection(asked, policy, statements)) is not None:
            yield f"judged again: {why}"

    def _judged_on(self, contribution: Kept) -> date | None:
        evidence = [each.event for each in self._shelf.evidence(contribution)]
        return next((each.today for each in evidence if isinstance(each, Evidence)), None)

    def _known(self, contribution: Kept, person: str) -> list[Consent] | None:
        """The statements that had been read when this was contributed: one stretch of the person's log.

        Read are at least: what the evidence's state holds, its cause, and the causes of earlier evidence.
        """
        told = self._shelf.evidence(contribution)
        evidence = next((each for each in told if isinstance(each.event, Evidence)), None)
        if evidence is None or not isinstance(evidence.event, Evidence):
            return None
        log = self._stated[person]
        claimed = self._claimed(evidence.event)
        read = [cause for at, cause in self._heard[person] if at <= evidence.at.offset]
        if evidence.event.cause_topic == "consent.v1":
            read.append(evidence.event.cause_offset)
        # Said twice is known since the first time: that stretch of the log is the one surely read.
        real = {_said(each.event): each.at.offset for each in reversed(log) if isinstance(each.event, Consent)}
        if not claimed <= set(real):
            return None
        end = max([*read, *(real[each] for each in claimed)], default=-1)
        return _standing(log, end)

    def _claimed(self, evidence: Evidence) -> set[tuple[object, ...]]:
        if not evidence.before:
            return set()
        record = self._codec.decode("state.person.v1", evidence.before[0].body)
        state = record.person if isinstance(record, PersonRecord) else None
        return {_said(each) for each in state.consents} if state is not None else set()


def _said(each: Consent | KeptConsent) -> tuple[object, ...]:
    return (each.consent, each.kind, each.source, each.valid_from, each.valid_until, each.recorded_at)


def _standing(log: Sequence[Kept], end: int) -> list[Consent]:
    said: dict[str, list[Consent]] = defaultdict(list)
    for record in log:
        if record.at.offset > end:
            break
        match record.event:
            case Consent() as consent:
                said[consent.consent].append(consent)
            case Forgotten(entity=entity):
                said.pop(entity, None)
            case _:
                pass
    return [each for those in said.values() for each in those]


def _allows(record: Kept, alert: Alert, used: UsedSignal) -> bool:
    decision = record.event
    return (
        isinstance(decision, AccessDecision)
        and decision.allowed
        and decision.purpose is Purpose.SHOW_TO_TEAM
        and decision.household == alert.household
        and (decision.person, decision.version, decision.ground) == (used.person, used.version, used.ground)
        and decision.policy_hash == alert.policy_hash
        and decision.decided_on == alert.changed_on
    )
