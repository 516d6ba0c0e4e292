"""What a person's state learns from a record: sets whose newest version wins, so that order does not matter."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from schemas.events.event import Event, Forgotten
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.events.signal import Signal
from schemas.events.state import KeptConsent, KeptMembership, KeptSignal, PersonState
from schemas.identity import PersonPseudonym
from schemas.vocabulary import LifecycleKind, VersionKind

Kept = TypeVar("Kept", KeptSignal, KeptMembership, KeptConsent)


def stranger(person: PersonPseudonym) -> PersonState:
    """A person about whom nothing is known yet."""
    return PersonState(person, 0, None, None, (), (), (), ())


def _put(
    known: Iterable[Kept], new: Kept, name: Callable[[Kept], str], order: Callable[[Kept], Any]
) -> tuple[Kept, ...]:
    by_name = {name(each): each for each in known}
    old = by_name.get(name(new))
    if old is not None and order(old) >= order(new):
        return tuple(known)
    by_name[name(new)] = new
    return tuple(by_name[each] for each in sorted(by_name))


def _signal(event: Signal) -> KeptSignal:
    return KeptSignal(
        kind=event.kind,
        signal=event.signal,
        version=event.version,
        source=event.source,
        sector=event.sector,
        life_domain=event.life_domain,
        signal_kind=event.signal_kind,
        observed_on=event.observed_on,
        crisis=event.crisis,
        mutated_at=event.mutated_at,
        content_hash=event.content_hash,
        told_kind=None,
        told_reason=None,
        marks=event.marks,
        attestations=event.attestations,
        inform_by=event.inform_by,
    )


def _membership(event: Membership) -> KeptMembership:
    return KeptMembership(
        kind=event.kind,
        household=event.household,
        area=event.area,
        role=event.role,
        protections=event.protections,
        since=event.since,
        until=event.until,
        recorded_at=event.recorded_at,
        move=event.move,
    )


def _consent(event: Consent) -> KeptConsent:
    return KeptConsent(
        kind=event.kind,
        consent=event.consent,
        source=event.source,
        purpose=event.purpose,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
        recorded_at=event.recorded_at,
    )


def signal_order(kept: KeptSignal) -> tuple[Any, ...]:
    """The order of a signal's versions.

    Source  rules.md 1: the source's mutation time, then the content hash; the highest wins
    """
    return (kept.mutated_at, kept.content_hash)


def _membership_order(kept: KeptMembership) -> tuple[Any, ...]:
    return (
        kept.recorded_at,
        kept.kind.value,
        kept.area,
        kept.since,
        str(kept.until),
        kept.role.value,
        kept.protections,
        str(kept.move),
    )


def _consent_order(kept: KeptConsent) -> tuple[Any, ...]:
    """At the same moment a refusal outranks a consent: `given` sorts first; the rest makes the order total."""
    scope = (kept.source or "", kept.purpose.value)
    return (kept.recorded_at, kept.kind.value, kept.valid_from, str(kept.valid_until), scope)


def _forgets(state: PersonState, event: Forgotten) -> PersonState:
    return dataclasses.replace(
        state,
        memberships=tuple(
            each
            for each in state.memberships
            if not (event.topic == "household.membership.v1" and each.household == event.entity)
        ),
        consents=tuple(
            each for each in state.consents if not (event.topic == "consent.v1" and each.consent == event.entity)
        ),
    )


def learned(state: PersonState, event: Event) -> PersonState:
    """The state with what this record adds; day and policy add nothing of their own."""
    replace = dataclasses.replace
    match event:
        case Signal():
            new = _signal(event)
            return replace(state, signals=_put(state.signals, new, lambda s: s.signal, signal_order))
        case Membership():
            kept = _membership(event)
            return replace(
                state, memberships=_put(state.memberships, kept, lambda m: m.household, _membership_order)
            )
        case Consent():
            said = _consent(event)
            return replace(state, consents=_put(state.consents, said, lambda c: c.consent, _consent_order))
        case PersonLifecycle(kind=LifecycleKind.DIED, happened_on=day):
            return replace(state, died_on=min(day, state.died_on or day))
        case Forgotten():
            return _forgets(state, event)
        case _:
            raise NotImplementedError(type(event))


def is_withdrawn(signal: KeptSignal) -> bool:
    """Whether the source took this signal back."""
    return signal.kind is VersionKind.WITHDRAWN
