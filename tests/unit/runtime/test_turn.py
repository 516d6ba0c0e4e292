"""What one transaction holds, and what waits for the next, without any broker."""

from collections.abc import Sequence
from datetime import UTC, datetime

from schemas.codec import NotDecoded
from schemas.events.account import Outcome
from schemas.events.event import Event, Forget, Position
from schemas.events.state import Cursor, PersonRecord
from schemas.record import OutRecord
from schemas.trace import begun
from schemas.vocabulary import Refusal, Stage
from streams.runtime.books import Books
from streams.runtime.raw import Raw
from streams.runtime.turn import Limits, Turn
from tests.support.probe import FATAL, PROBE, inputs, owners_of, tools
from tests.support.runs import Cluster
from tests.support.stories import at, codec, dawn, day, person, policy

ONE = Cluster("nowhere", partitions=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = [name for _, name in zip(range(9), owners_of(0, ONE), strict=False)]


def raw(record: OutRecord, offset: int) -> Raw:
    return Raw(Position(record.topic, record.partition, offset), record.key, record.value, record.headers, 0)


def wide(event: Event, offset: int) -> Raw:
    recorder = tools(ONE).recorder
    return raw(recorder.record(event, begun("test", str(offset)), at(1), partition=0), offset)


def asked(names: Sequence[str], what: str = "a", first: int = 0) -> list[Raw]:
    return [raw(record, first + i) for i, record in enumerate(inputs(names, what, ONE))]


def turn(books: Books, **limits: int) -> Turn:
    return Turn(books, tools(ONE, Limits(**limits)), NOW)


def settled(books: Books, rows: Sequence[Raw]) -> list[bool]:
    one = turn(books)
    taken = [one.take(each) for each in rows]
    one.settle()
    return taken


def ready() -> Books:
    books = Books(PROBE, 0)
    assert settled(books, [wide(dawn(1), 0), wide(policy(), 0)]) == [True, True]
    return books


def cursor(one: Turn) -> Cursor:
    record = codec().decode("state.person.v1", one.records()[-1].value or b"")
    assert isinstance(record, PersonRecord) and record.cursor is not None
    return record.cursor


def said(one: Turn) -> list[Outcome]:
    return [each for each in one.emitted if isinstance(each, Outcome)]


def test_nothing_is_taken_before_a_day_and_a_policy() -> None:
    books = Books(PROBE, 0)
    assert settled(books, [wide(dawn(1), 0), *asked(NAMES[:2])]) == [True, False, False]
    assert "consent.v1" not in books.positions
    assert settled(books, [wide(policy(), 0), *asked(NAMES[:2])]) == [True, True, True]
    assert books.positions["consent.v1"] == 2


def test_the_books_do_not_change_before_the_turn_is_settled() -> None:
    books = ready()
    one = turn(books)
    assert all(one.take(each) for each in asked(NAMES[:3]))
    assert books.owners == {} and "consent.v1" not in books.positions
    one.settle()
    assert set(books.owners) == {person(name) for name in NAMES[:3]}


def test_a_turn_is_full_after_so_many_records_or_bytes() -> None:
    one = turn(ready(), records=3)
    for each in asked(NAMES[:3]):
        assert not one.full
        one.take(each)
    assert one.full
    heavy = turn(ready(), size=500)
    heavy.take(asked(NAMES[:1])[0])
    assert heavy.full


def test_the_cursor_names_positions_and_the_records_in_force() -> None:
    one = turn(ready())
    one.take(asked(NAMES[:1])[0])
    found = cursor(one)
    assert {each.topic: each.next_offset for each in found.positions} == {
        "calendar.v1": 1,
        "consent.v1": 1,
        "policy.v1": 1,
    }
    assert (found.calendar_offset, found.policy_offset, found.fan_out, found.committed_at) == (0, 0, None, NOW)


def test_an_owner_decided_twice_in_a_turn_leaves_one_state() -> None:
    one = turn(ready())
    for each in [*asked(NAMES[:1]), *asked(NAMES[:1], "b", 1)]:
        one.take(each)
    states = [each for each in one.records() if each.topic == "state.person.v1"]
    assert [each.number for each in said(one)] == [1, 2]
    assert len(states) == 2, "one state and the cursor"


def test_a_partition_wide_record_holds_at_once_and_visits_later_in_key_order() -> None:
    books = ready()
    settled(books, asked(NAMES))
    second = policy("rule:x")
    settled(books, [wide(second, 1)])
    assert books.in_force.policy is not None and books.in_force.policy.policy_hash == second.policy_hash
    visited: list[str] = []
    while books.visit is not None:
        one = turn(books, records=4)
        one.visit()
        fan_out = cursor(one).fan_out
        visited += [each.person for each in said(one)]
        assert fan_out is None or (fan_out.topic, fan_out.offset, fan_out.last_owner) == (
            "policy.v1",
            1,
            visited[-1],
        )
        one.settle()
    assert visited == sorted(person(name) for name in NAMES)


def test_the_next_partition_wide_record_waits_for_the_visit() -> None:
    books = ready()
    settled(books, asked(NAMES[:2]))
    assert settled(books, [wide(policy("rule:x"), 1), wide(dawn(2), 1)]) == [True, False]
    assert books.in_force.today == day(1)
    assert books.positions["calendar.v1"] == 1


def test_who_comes_into_being_ahead_of_a_visit_is_visited_and_who_comes_behind_is_not() -> None:
    books = ready()
    names = sorted(NAMES, key=person)
    settled(books, asked(names[2:5]))
    settled(books, [wide(policy("rule:x"), 1)])
    one = turn(books, records=1)
    one.visit()
    one.settle()
    settled(books, asked([names[0], names[8]], "b", 3))
    rest = turn(books)
    rest.visit()
    assert [each.person for each in said(rest)] == [person(names[i]) for i in (3, 4, 8)]


def test_a_day_that_is_not_later_changes_nothing() -> None:
    books = ready()
    settled(books, [wide(dawn(5), 1), wide(dawn(4), 2), wide(dawn(5), 3)])
    assert (books.in_force.today, books.in_force.calendar_offset) == (day(5), 1)
    assert books.positions["calendar.v1"] == 4


def test_a_policy_that_cannot_be_read_goes_aside_and_the_old_one_stays() -> None:
    import dataclasses

    books = ready()
    broken = dataclasses.replace(policy(), bundle="{}")
    one = turn(books)
    assert one.take(wide(broken, 1))
    one.settle()
    assert one.refused == [(Stage.DECIDE, Refusal.UNDECIDABLE)]
    assert books.in_force.policy == policy() and books.positions["policy.v1"] == 2


def test_a_decision_that_raises_during_a_visit_is_put_aside_once() -> None:
    books = ready()
    one = turn(books)
    for each in [*asked(NAMES[:1], FATAL), *asked(NAMES[1:3], "b", 1)]:
        one.take(each)
    assert len(said(one)) == 2
    aside = [each for each in one.records() if each.topic == "quarantine.v1"]
    assert len(aside) == 1 and one.refused == [(Stage.DECIDE, Refusal.UNDECIDABLE)]
    assert not isinstance(codec().decode("quarantine.v1", aside[0].value or b""), NotDecoded)
    assert not any(isinstance(each, Forget) for each in one.emitted)
