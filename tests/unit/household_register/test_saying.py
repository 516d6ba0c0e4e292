"""Only differences are said, what ends first, and every time later than before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from connectors.household_register.derive import Group, Place
from connectors.household_register.saying import Occasion, changes
from schemas.events.register import Membership
from schemas.identity import AreaCode, HouseholdId, PersonPseudonym, ReceiptId
from schemas.vocabulary import HouseholdRole, MembershipKind

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
HERE, THERE = HouseholdId("1" * 32), HouseholdId("2" * 32)


def occasion(at: datetime = NOW) -> Occasion:
    return Occasion(PersonPseudonym("a" * 32), TODAY, at, ReceiptId("f" * 32))


def place(area: str = "BU99900101", since: date | None = date(2020, 1, 1)) -> Place:
    return Place(Group("0" * 16, frozenset()), AreaCode(area), HouseholdRole.CHILD, (), since)


def said(*memberships: Membership) -> dict[HouseholdId, Membership]:
    return {each.household: each for each in memberships}


def first(where: HouseholdId = HERE, to: Place | None = None) -> Membership:
    (membership,) = changes({}, {where: to or place()}, occasion())
    return membership


def test_what_was_said_is_not_said_again() -> None:
    assert changes(said(first()), {HERE: place()}, occasion(NOW + timedelta(days=1))) == []


def test_a_move_ends_the_old_membership_before_the_new_one_begins() -> None:
    moved = date(2026, 2, 20)
    old, new = changes(said(first()), {THERE: place(since=moved)}, occasion())
    assert (old.household, old.kind, old.until) == (HERE, MembershipKind.FORMER, moved)
    assert (new.household, new.kind, new.since, new.until) == (THERE, MembershipKind.MEMBER, moved, None)


def test_a_household_that_moves_is_said_with_its_new_area() -> None:
    (moved,) = changes(said(first()), {HERE: place("BU99900201", TODAY)}, occasion())
    assert (moved.household, moved.area, moved.since) == (HERE, "BU99900201", TODAY)


def test_who_has_no_household_any_more_leaves_it_today_and_once() -> None:
    (left,) = changes(said(first()), {}, occasion())
    assert (left.kind, left.until) == (MembershipKind.FORMER, TODAY)
    assert changes(said(left), {}, occasion()) == []


def test_who_comes_back_is_a_member_again() -> None:
    (left,) = changes(said(first()), {}, occasion())
    (back,) = changes(said(left), {HERE: place(since=TODAY)}, occasion())
    assert (back.kind, back.until) == (MembershipKind.MEMBER, None)


def test_what_is_said_later_is_recorded_later_also_when_the_clock_went_back() -> None:
    (left,) = changes(said(first()), {}, occasion(NOW - timedelta(hours=1)))
    assert left.recorded_at == NOW + timedelta(milliseconds=1)


def test_an_unknown_day_of_moving_in_does_not_change_every_day() -> None:
    unknown = place(since=None)
    (membership,) = changes({}, {HERE: unknown}, occasion())
    assert membership.since == TODAY
    tomorrow = Occasion(membership.person, TODAY + timedelta(days=1), NOW, membership.receipt)
    assert changes(said(membership), {HERE: unknown}, tomorrow) == []


def test_an_end_is_never_before_the_beginning() -> None:
    (left,) = changes(said(first()), {THERE: place(since=date(2019, 1, 1))}, occasion())[:1]
    assert left.until == left.since == date(2020, 1, 1)
