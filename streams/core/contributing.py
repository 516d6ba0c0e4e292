"""What a household gets of one member: one full value that replaces the previous one, or its withdrawal."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from schemas.events.contribution import ContributedSignal, Contribution
from schemas.events.event import Forget
from schemas.events.register import Move
from schemas.events.state import KeptMembership, KeptSignal, PersonState, SentContribution
from schemas.identity import HouseholdId
from schemas.vocabulary import ContributionKind, HouseholdRole, MembershipKind
from streams.core.grounds import Permission
from streams.core.hashing import content_hash

WRITER = "person"
Permitted = Sequence[tuple[KeptSignal, Permission]]


def _contributed(signal: KeptSignal, permission: Permission) -> ContributedSignal:
    return ContributedSignal(
        signal=signal.signal,
        version=signal.version,
        source=signal.source,
        sector=signal.sector,
        life_domain=signal.life_domain,
        signal_kind=signal.signal_kind,
        observed_on=signal.observed_on,
        crisis=signal.crisis,
        ground=permission.ground.id,
        consent=permission.consent,
        usable_until=permission.usable_until,
        marks=signal.marks,
        inform_by=signal.inform_by,
    )


def _wanted(
    state: PersonState, membership: KeptMembership, signals: tuple[ContributedSignal, ...], policy_hash: str
) -> Contribution:
    """What this household may have now, not numbered yet."""
    return Contribution(
        kind=ContributionKind.PRESENT,
        household=membership.household,
        person=state.person,
        number=0,
        area=membership.area,
        role=membership.role,
        since=membership.since,
        policy_hash=policy_hash,
        signals=signals,
        move=membership.move,
    )


def _move_away(state: PersonState, household: HouseholdId) -> Move | None:
    """The move by which a person left; none while they are a member: then it is taken back for another reason."""
    left = (each for each in state.memberships if each.household == household)
    return next((each.move for each in left if each.kind is MembershipKind.FORMER), None)


def _withdrawal(state: PersonState, household: HouseholdId, policy_hash: str) -> tuple[Contribution, Forget]:
    empty = Contribution(
        kind=ContributionKind.EMPTY,
        household=household,
        person=state.person,
        number=state.number + 1,
        area=None,
        role=HouseholdRole.ADULT,
        since=None,
        policy_hash=policy_hash,
        signals=(),
        move=_move_away(state, household),
    )
    return empty, Forget("contribution.v1", household, state.person)


def withdrawn_contributions(
    state: PersonState, households: Iterable[HouseholdId], policy_hash: str
) -> tuple[Contribution | Forget, ...]:
    """Everything back from these households: an empty contribution, then its tombstone."""
    return tuple(each for household in households for each in _withdrawal(state, household, policy_hash))


def _replaced(
    state: PersonState, households: Sequence[KeptMembership], permitted: Permitted, policy_hash: str
) -> Iterator[tuple[Contribution, SentContribution]]:
    sent = {each.household: each.content_hash for each in state.contributions}
    signals = tuple(_contributed(signal, permission) for signal, permission in permitted)
    number = state.number + 1
    for membership in households:
        wanted = _wanted(state, membership, signals, policy_hash)
        content = content_hash(wanted)
        if sent.get(membership.household) != content:
            standing = SentContribution(membership.household, number, ContributionKind.PRESENT, content)
            yield dataclasses.replace(wanted, number=number), standing


def changed_contributions(
    state: PersonState, households: Sequence[KeptMembership], permitted: Permitted, policy_hash: str
) -> tuple[tuple[Contribution | Forget, ...], tuple[SentContribution, ...]]:
    """What must be said to households so that each has exactly what it may have now, and what stands after that.

    A household that never got anything is not told that there is nothing: absence does not leak.
    """
    present = {each.household for each in households} if permitted else set()
    left = [each.household for each in state.contributions if each.household not in present]
    replaced = list(_replaced(state, households, permitted, policy_hash)) if permitted else []
    standing = {each.household: each for each in state.contributions if each.household in present}
    standing |= {each.household: each for _, each in replaced}
    emits = (*(each for each, _ in replaced), *withdrawn_contributions(state, left, policy_hash))
    return emits, tuple(standing[household] for household in sorted(standing))
