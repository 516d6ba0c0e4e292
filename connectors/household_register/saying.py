"""What has to be said of one person, given what was said before: only differences, what ends first."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.household_register.derive import Place
from schemas.events.register import Membership
from schemas.identity import HouseholdId, PersonPseudonym, ReceiptId
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
