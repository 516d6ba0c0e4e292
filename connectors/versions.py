"""Whether a row says something new: the order of versions, duplicates, and a signal that changes its person."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.connector import ConsentDraft, Draft, Feedback, SignalDraft
from connectors.receipts import RowOutcome, RowPlan, Version
from schemas.identity import PersonPseudonym, SignalId, derived, signal_version
from schemas.shapes import milliseconds
from schemas.vocabulary import ConsentKind, Refusal, VersionKind

_SEPARATOR = "\x1f"


def keyed(key: bytes, *parts: str | bytes) -> str:
    """HMAC-SHA256 in hex.  Source  rules.md 1: an unkeyed hash of a partner's id gives a BSN back"""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return hmac.digest(key, _SEPARATOR.encode().join(raw), "sha256").hex()


def entity_of(source_key: bytes, draft: Draft) -> str:
    """The id of the signal or consent: the first half of the keyed hash of the source's own id."""
    return keyed(source_key, draft.source_id)[:32]


def _gone(person: str) -> tuple[str, ...]:
    """A withdrawal says one thing, whoever says it and whatever stands beside it."""
    return person, "withdrawn"


def _content(draft: Draft, person: PersonPseudonym) -> tuple[str, ...]:
    """The minimised content of a version, without what only orders it."""
    match draft:
        case SignalDraft():
            if draft.kind is VersionKind.WITHDRAWN:
                return _gone(person)
            days = [
                each.isoformat() if each else "" for each in (draft.observed_on, draft.ended_on, draft.inform_by)
            ]
            said = ",".join(sorted([*draft.marks, *draft.attestations]))
            domain = draft.life_domain or ""
            kind = draft.signal_kind.value
            return (person, kind, *days, str(draft.crisis), domain, said, "")
        case ConsentDraft():
            held = (draft.valid_from.isoformat(), draft.valid_until.isoformat() if draft.valid_until else "")
            whose = draft.source.value if draft.source else "all"
            recorded = str(milliseconds(draft.recorded_at))
            return (person, draft.kind.value, whose, draft.purpose.value, *held, draft.given_by.value, recorded)


def _rank(draft: Draft) -> str:
    """At the same moment a refusal outranks a consent, as in the core: `given` sorts first."""
    return "" if isinstance(draft, SignalDraft) else str(sorted(ConsentKind).index(draft.kind))


def version_of(source_key: bytes, draft: Draft, person: PersonPseudonym, delivered_at: datetime) -> Version:
    """The version that a row states.

    Time    the source's mutation time, else *delivered_at*: the stated delivery, else the receipt's opening
    """
    own = draft.recorded_at if isinstance(draft, ConsentDraft) else draft.mutated_at
    order_ms = milliseconds(own or delivered_at)
    entity = entity_of(source_key, draft)
    content = _rank(draft) + keyed(source_key, "content", *_content(draft, person))
    if isinstance(draft, SignalDraft):
        name: str = signal_version(SignalId(entity), order_ms, content)
        return Version(entity, name, order_ms, content, person, draft.signal_kind, draft.observed_on)
    return Version(entity, derived("consent-version", entity, str(order_ms), content), order_ms, content, person)


def _of_signal(version: Version) -> Version:
    named = signal_version(SignalId(version.entity), version.order_ms, version.content_hash)
    return replace(version, version=named)


def moved(version: Version, entity: str, order_ms: int) -> Version:
    """The same statement about a signal, as one about this signal at this moment."""
    return _of_signal(replace(version, entity=entity, order_ms=order_ms))


def told_of(source_key: bytes, feedback: Feedback, delivered_at: datetime) -> Version:
    """Which signal it is and when it was said: about whom, the books know."""
    return Version(keyed(source_key, feedback.source_id)[:32], "", milliseconds(delivered_at), "", "")


def withdrawn(source_key: bytes, newest: Version, order_ms: int) -> Version:
    """The end of a signal by somebody who names only its id."""
    content = keyed(source_key, "content", *_gone(newest.person))
    return _of_signal(replace(newest, order_ms=order_ms, content_hash=content, ended=newest.content_hash))


@dataclass(frozen=True, slots=True)
class Before:
    """What the books say of an entity when a row speaks of it."""

    newest: Version | None
    known: bool
    earlier_in_file: bool


def judged(row: int, draft: Draft, stated: Version, before: Before, at: datetime) -> RowPlan:
    """What is to be done with a row that could be read.

    Source  rules.md 1: content equal to the newest version publishes nothing; A→B→A is three versions
    """
    plan = RowPlan(row, RowOutcome.DUPLICATE, at, version=stated, kind=_kind(draft, before))
    newest = before.newest
    if before.known or (newest is not None and stated.content_hash in (newest.content_hash, newest.ended)):
        return plan
    if before.earlier_in_file and isinstance(draft, SignalDraft) and draft.mutated_at is None:
        return replace(plan, outcome=RowOutcome.REFUSED, reason=Refusal.DUPLICATE_IN_FILE)
    if newest is None or newest.person == stated.person:
        return plan if _too_late(draft, stated, newest) else replace(plan, outcome=RowOutcome.ACCEPTED)
    if stated.order_ms <= newest.order_ms:
        # An older statement about somebody else: whose it is cannot be said any more.
        return replace(plan, outcome=RowOutcome.REFUSED, reason=Refusal.FIELD_INVALID, field="burgerservicenummer")
    return replace(plan, outcome=RowOutcome.ACCEPTED, leaves=newest)


def _too_late(draft: Draft, stated: Version, newest: Version | None) -> bool:
    """An older consent than the newest must not follow it: compaction keeps what was appended last."""
    return isinstance(draft, ConsentDraft) and newest is not None and stated.order < newest.order


def _kind(draft: Draft, before: Before) -> str:
    kind: VersionKind | ConsentKind = draft.kind
    if kind is VersionKind.REPORTED and before.newest is not None:
        kind = VersionKind.CORRECTED
    return kind.value
