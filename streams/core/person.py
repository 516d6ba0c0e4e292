"""Step `person`: from everything known of one person, the one value each household may get of them."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.events.account import AccessDecision, Outcome
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forgotten
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.events.signal import Signal
from schemas.events.state import KeptMembership, KeptSignal, PersonState
from schemas.identity import PersonPseudonym
from schemas.vocabulary import (
    LifecycleKind,
    MembershipKind,
    OutcomeKind,
    Purpose,
    Reason,
)
from streams.core.contributing import WRITER, changed_contributions
from streams.core.erasure import erased, while_erased
from streams.core.grounds import Denial, Permission, judged
from streams.core.knowledge import is_withdrawn, learned, stranger
from streams.core.policy import Policy
from streams.core.step import Context, Decision


@dataclass(frozen=True, slots=True)
class Judged:
    """One signal and what holds for it today."""

    signal: KeptSignal
    kind: OutcomeKind
    reason: Reason
    permission: Permission | None = None
    denial: Denial | None = None


def person_of(event: Event) -> PersonPseudonym:
    """Whose record this is."""
    match event:
        case Signal() | Membership() | Consent() | PersonLifecycle():
            return event.person
        case Forgotten():
            return PersonPseudonym(event.owner)
        case _:
            raise NotImplementedError(type(event))


def decide_person(state: PersonState | None, event: Event, context: Context) -> Decision[PersonState]:
    """What this person may contribute from now on, and what became of each of their signals.

    Time    civil days of calendar.v1, not the clock
    Emits   Contribution on change, Outcome and AccessDecision on change, tombstones on erasure
    """
    if state is not None and state.erased_on is not None:
        return while_erased(state, event, context)
    match event:
        case PersonLifecycle(kind=LifecycleKind.ERASED | LifecycleKind.MERGED):
            return erased(state or stranger(event.person), event, context)
        case DayBegan() | PolicyPublished():
            return Decision(None) if state is None else _concluded(state, context)
        case _:
            return _concluded(learned(state or stranger(person_of(event)), event), context)


def _judge(signal: KeptSignal, state: PersonState, housed: bool, context: Context) -> Judged:
    today = context.today
    if today >= _last_day(signal, context.policy):
        return Judged(signal, OutcomeKind.EXPIRED, Reason.RETENTION_PASSED)
    if is_withdrawn(signal):
        return Judged(signal, OutcomeKind.WITHDRAWN, Reason.WITHDRAWN_BY_SOURCE)
    match judged(signal, state.consents, state.died_on, context.policy, today):
        case Denial() as denial:
            return Judged(signal, OutcomeKind.DENIED, denial.reason, denial=denial)
        case Permission() as permission:
            reason = Reason.CONTRIBUTED if housed else Reason.NO_HOUSEHOLD
            return Judged(signal, OutcomeKind.WAITING, reason, permission=permission)


def _last_day(signal: KeptSignal, policy: Policy) -> date:
    """The first day on which the signal is past every retention of its source."""
    return signal.observed_on + timedelta(days=policy.retention_days(signal.source))


def current(memberships: tuple[KeptMembership, ...], today: date) -> tuple[KeptMembership, ...]:
    """The memberships that hold on this day: a set, since a child may have two."""
    return tuple(
        each
        for each in memberships
        if each.kind is MembershipKind.MEMBER and each.since <= today and (each.until is None or today < each.until)
    )


def _concluded(state: PersonState, context: Context) -> Decision[PersonState]:
    households = current(state.memberships, context.today)
    verdicts = tuple(_judge(signal, state, bool(households), context) for signal in state.signals)
    number = state.number + 1
    permitted = tuple((each.signal, each.permission) for each in verdicts if each.permission)
    contributions, standing = changed_contributions(state, households, permitted, context.policy.hash)
    if not contributions:
        number = state.number
    accounts = tuple(_accounts(state.person, verdicts, number, context))
    after = dataclasses.replace(
        state,
        number=number,
        signals=tuple(_told(each) for each in verdicts if each.kind is not OutcomeKind.EXPIRED),
        contributions=standing,
    )
    due = _due(after, verdicts, context)
    return Decision(after if _holds_anything(after) else None, (*contributions, *accounts), due)


def _told(verdict: Judged) -> KeptSignal:
    if (verdict.signal.told_kind, verdict.signal.told_reason) == (verdict.kind, verdict.reason):
        return verdict.signal
    return dataclasses.replace(verdict.signal, told_kind=verdict.kind, told_reason=verdict.reason)


def _holds_anything(state: PersonState) -> bool:
    return bool(state.signals or state.memberships or state.consents or state.contributions or state.died_on)


def _accounts(
    person: PersonPseudonym, verdicts: tuple[Judged, ...], number: int, context: Context
) -> Iterator[Event]:
    for each in verdicts:
        signal = each.signal
        if (signal.told_kind, signal.told_reason) == (each.kind, each.reason):
            continue
        if each.permission or each.denial:
            yield _access(person, each, number, context)
        yield Outcome(
            kind=each.kind,
            reason=each.reason,
            signal=signal.signal,
            version=signal.version,
            person=person,
            writer=WRITER,
            number=number,
            source=signal.source,
            decided_on=context.today,
        )


def _access(person: PersonPseudonym, verdict: Judged, number: int, context: Context) -> AccessDecision:
    signal, permission = verdict.signal, verdict.permission
    ground = permission.ground if permission else verdict.denial and verdict.denial.ground
    return AccessDecision(
        person=person,
        signal=signal.signal,
        version=signal.version,
        source=signal.source,
        signal_kind=signal.signal_kind,
        observed_on=signal.observed_on,
        purpose=Purpose.USE_FOR_CORRELATION,
        subject="step person",
        allowed=permission is not None,
        reason=permission.reason if permission else verdict.reason,
        ground=ground.id if ground else None,
        consent=permission.consent if permission else None,
        policy_hash=context.policy.hash,
        decided_on=context.today,
        household=None,
        alert=None,
        revision=None,
        number=number,
    )


def _due(state: PersonState, verdicts: tuple[Judged, ...], context: Context) -> date | None:
    if not state.signals:
        return None
    days: list[date | None] = [each.permission.usable_until for each in verdicts if each.permission]
    days += [_last_day(each, context.policy) for each in state.signals]
    days += [day for each in state.consents for day in (each.valid_from, each.valid_until)]
    days += [day for each in state.memberships for day in (each.since, each.until)]
    days += context.policy.convenant.turning_days
    return min((day for day in days if day is not None and day > context.today), default=None)
