"""Only differences are said, what ends first, and every time later than before."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

from connectors.household_register.derive import Group, Place
from connectors.household_register.saying import Occasion, changes, together
from schemas.events.register import Membership, Move
from schemas.identity import AreaCode, HouseholdId, MoveId, PersonPseudonym, ReceiptId
from schemas.vocabulary import HouseholdRole, MembershipKind, Protection

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


MOTHER, CHILD, FATHER = (PersonPseudonym(letter * 32) for letter in "abc")


def moved_together(
    before: dict[PersonPseudonym, dict[HouseholdId, Membership]],
    now: dict[PersonPseudonym, dict[HouseholdId, Place]],
) -> dict[tuple[PersonPseudonym, HouseholdId], Move | None]:
    """The move that each statement of one lookup carries; moves are numbered in the order they are made."""
    numbers = iter(range(9))
    new = {
        person: changes(before.get(person, {}), now[person], Occasion(person, TODAY, NOW, ReceiptId("f" * 32)))
        for person in now
    }
    known = {person: before.get(person, {}) for person in now}
    found = together(new, known, TODAY, lambda: MoveId(f"{next(numbers):032d}"))
    return {(person, each.household): each.move for person, said in found.items() for each in said}


def living(
    *persons: PersonPseudonym, at: HouseholdId = HERE
) -> dict[PersonPseudonym, dict[HouseholdId, Membership]]:
    return {person: said(dataclasses.replace(first(at), person=person)) for person in persons}


def test_a_household_that_moves_says_of_how_many_it_is_and_on_which_day() -> None:
    there = {HERE: place("BU99900201", TODAY)}
    moves = moved_together(living(MOTHER, CHILD), {MOTHER: there, CHILD: there})
    assert set(moves) == {(MOTHER, HERE), (CHILD, HERE)}
    assert set(moves.values()) == {Move(MoveId("0" * 32), TODAY, 2)}


def test_a_household_that_splits_has_a_move_of_its_own_and_who_went_alone_has_none() -> None:
    goes = {HERE: place("BU99900201", TODAY)}
    moves = moved_together(
        living(MOTHER, CHILD, FATHER), {MOTHER: goes, CHILD: goes, FATHER: {THERE: place(since=TODAY)}}
    )
    of_those_who_go = {move for (_, household), move in moves.items() if household == HERE}
    assert of_those_who_go == {Move(MoveId("0" * 32), TODAY, 3)}
    assert moves[FATHER, THERE] is None


def test_two_households_of_one_split_share_no_move_by_which_one_could_be_found_from_the_other() -> None:
    goes, stays = {THERE: place("BU99900201", TODAY)}, {HERE: place()}
    before = {**living(MOTHER, CHILD, FATHER)}
    moves = moved_together(before, {MOTHER: goes, CHILD: goes, FATHER: stays})
    here = {move for (_, household), move in moves.items() if household == HERE and move}
    there = {move for (_, household), move in moves.items() if household == THERE and move}
    assert len(here) == len(there) == 1 and here.isdisjoint(there)


def test_who_is_published_for_the_first_time_has_not_moved() -> None:
    assert set(moved_together({}, {MOTHER: {HERE: place()}, CHILD: {HERE: place()}}).values()) == {None}


def test_who_joins_a_household_that_stays_is_waited_for_by_nobody() -> None:
    moves = moved_together(living(CHILD, at=THERE), {CHILD: {HERE: place()}, FATHER: {THERE: place()}})
    assert moves[CHILD, HERE] is None
    assert moves[CHILD, THERE] == Move(MoveId("0" * 32), TODAY, 2)


def test_a_birthday_or_a_secret_is_no_move() -> None:
    grown = {HERE: dataclasses.replace(place(), role=HouseholdRole.ADULT)}
    secret = {HERE: dataclasses.replace(place(), protections=(Protection.SECRECY,))}
    moves = moved_together(living(CHILD, MOTHER), {CHILD: grown, MOTHER: secret})
    assert set(moves) == {(CHILD, HERE), (MOTHER, HERE)} and set(moves.values()) == {None}


def test_who_comes_back_to_a_household_they_left_has_moved() -> None:
    (gone,) = changes(said(first()), {}, occasion())
    elsewhere = dataclasses.replace(first(THERE), person=CHILD)
    before = {CHILD: said(dataclasses.replace(gone, person=CHILD), elsewhere), **living(MOTHER)}
    moves = moved_together(before, {CHILD: {HERE: place()}, MOTHER: {HERE: place("BU99900201")}})
    assert moves[CHILD, HERE] == moves[MOTHER, HERE] == Move(MoveId("0" * 32), TODAY, 2)
