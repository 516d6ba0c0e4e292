"""What has to be said of persons, given what was said before: only differences, what ends first, moves together."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.household_register.derive import Place
from schemas.events.register import Membership, Move
from schemas.identity import HouseholdId, MoveId, PersonPseudonym, ReceiptId
from schemas.vocabulary import MembershipKind


@dataclass(frozen=True, slots=True)
class Occasion:
    """Of whom, on which day, when and under which lookup something is said."""

    person: PersonPseudonym
    today: date
    at: datetime
    receipt: ReceiptId


def changes(
    said: Mapping[HouseholdId, Membership], places: Mapping[HouseholdId, Place], occasion: Occasion
) -> list[Membership]:
    """The memberships to be published now; none when nothing changed.

    Time    `recorded_at` is later than what was recorded before, also when the clock went back
    """
    firsts = [place.since for place in places.values() if place.since is not None]
    ends = [
        _ended(before, min(firsts, default=occasion.today), occasion)
        for household, before in sorted(said.items())
        if household not in places and before.kind is MembershipKind.MEMBER
    ]
    holds = [
        membership
        for household, place in sorted(places.items())
        if (membership := _holds(household, place, said.get(household), occasion)) is not None
    ]
    return ends + holds


Said = Mapping[HouseholdId, Membership]


def together(
    new: Mapping[PersonPseudonym, Sequence[Membership]],
    before: Mapping[PersonPseudonym, Said],
    today: date,
    fresh: Callable[[], MoveId],
) -> Mapping[PersonPseudonym, list[Membership]]:
    """The same statements; those by which one household moved carry one move and how many they are.

    Each household has a move of its own: a shared one would tie who fled to the address they fled from.
    Who is published for the first time has not moved: nobody waits for them.
    Source  docs/adr/0020-wait-for-the-whole-move.md
    """
    heard: defaultdict[HouseholdId, int] = defaultdict(int)
    moved: set[HouseholdId] = set()
    for person, statements in new.items():
        for each in statements:
            heard[each.household] += 1
            if _moves(each, before[person]):
                moved.add(each.household)
    moves = {each: Move(fresh(), today, heard[each]) for each in sorted(moved) if heard[each] > 1}
    return {
        person: [dataclasses.replace(each, move=moves.get(each.household)) for each in statements]
        for person, statements in new.items()
    }


def _moves(now: Membership, before: Said) -> bool:
    here = before.get(now.household)
    if here is None or here.kind is MembershipKind.FORMER:
        return any(each.kind is MembershipKind.MEMBER for each in before.values())
    return now.kind is MembershipKind.FORMER or now.area != here.area


def _ended(before: Membership, moved_on: date, occasion: Occasion) -> Membership:
    until = max(before.since, min(moved_on, occasion.today))
    return dataclasses.replace(
        before,
        kind=MembershipKind.FORMER,
        until=until,
        recorded_at=_later(before, occasion),
        receipt=occasion.receipt,
    )


def _holds(
    household: HouseholdId, place: Place, before: Membership | None, occasion: Occasion
) -> Membership | None:
    kept = before.since if before and before.area == place.area and before.kind is MembershipKind.MEMBER else None
    now = Membership(
        kind=MembershipKind.MEMBER,
        person=occasion.person,
        household=household,
        area=place.area,
        role=place.role,
        protections=place.protections,
        since=place.since or kept or occasion.today,
        until=None,
        recorded_at=_later(before, occasion),
        receipt=occasion.receipt,
    )
    same = before and dataclasses.replace(before, recorded_at=now.recorded_at, receipt=now.receipt) == now
    return None if same else now


def _later(before: Membership | None, occasion: Occasion) -> datetime:
    at = occasion.at.replace(microsecond=occasion.at.microsecond // 1000 * 1000)
    return max(at, before.recorded_at + timedelta(milliseconds=1)) if before else at
