"""What the changelog says of an owner is read when first asked for, and then it is what it would have been."""

import dataclasses
from collections.abc import Callable, Sequence

import pytest

from schemas.codec import NotDecoded
from schemas.following import CannotContinue
from schemas.record import OutRecord, Recorder
from schemas.vocabulary import Refusal, StateKind
from streams.runtime.applying import changelog_record
from streams.runtime.books import Books, Unread
from streams.runtime.raw import Raw
from streams.runtime.restoring import remembered
from tests.support.probe import PROBE
from tests.support.stories import at, codec, person
from tests.unit.runtime.test_turn import NAMES, asked, raw, ready, said, settled, turn

TOPIC = "state.person.v1"


class Changelog:
    """What an opening transactor reads of its changelog."""

    def __init__(self, records: Sequence[OutRecord]) -> None:
        self.rows = [raw(record, offset) for offset, record in enumerate(records)]

    def to_end(self, _: object) -> list[list[Raw]]:
        return [self.rows]


def state_of(books: Books, name: str, harm: Callable[[bytes], bytes] = bytes) -> OutRecord:
    kept = books.owners[person(name)]
    record = changelog_record(PROBE, Recorder(codec(), 1), person(name), kept.state, kept.due, at(1))
    return dataclasses.replace(record, value=harm(record.value or b""))


def counted_once() -> Books:
    books = ready()
    assert settled(books, asked(NAMES[:2])) == [True, True]
    return books


def opened(*records: OutRecord) -> Books:
    books, cursor = remembered(PROBE, 0, codec(), Changelog(records))  # type: ignore[arg-type]
    assert cursor is None
    return books


def test_an_owner_from_the_changelog_counts_on_from_where_they_were() -> None:
    before = counted_once()
    after = opened(state_of(before, NAMES[0]), state_of(before, NAMES[1]))
    assert [type(each) for each in after.owners.values()] == [Unread, Unread]
    after.in_force, after.positions = before.in_force, dict(before.positions)
    numbers = []
    for books in (before, after):
        one = turn(books)
        assert all(one.take(each) for each in asked(NAMES[:2], "b", first=2))
        one.settle()
        numbers.append([(each.person, each.number) for each in said(one)])
    assert numbers[0] == numbers[1] == [(person(name), 2) for name in NAMES[:2]]
    assert {owner: kept.state for owner, kept in after.owners.items()} == {
        owner: kept.state for owner, kept in before.owners.items()
    }


def test_a_state_that_cannot_be_read_stops_the_process_and_blames_no_record() -> None:
    books = counted_once()
    name = person(NAMES[0]).encode()
    after = opened(state_of(books, NAMES[0], lambda value: value.replace(name, b"x" * len(name))))
    after.in_force, after.positions = books.in_force, dict(books.positions)
    one = turn(after)
    with pytest.raises(CannotContinue) as stopped:
        one.take(asked(NAMES[:1], "b", first=2)[0])
    assert stopped.value.code == 6 and "signaalbrug rebuild person" in str(stopped.value)
    assert one.refused == []


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda value: value[:-1], Refusal.DECODE),
        (lambda value: value + b"\0", Refusal.TRAILING_BYTES),
        (lambda value: value[:3], Refusal.FRAMING),
        (lambda value: b"\0\0\0\0\0" + value[5:], Refusal.SCHEMA_NOT_ALLOWED),
    ],
    ids=["cut off", "too long", "no frame", "another schema"],
)
def test_a_record_that_is_not_whole_is_noticed_at_the_opening(
    harm: Callable[[bytes], bytes], reason: Refusal
) -> None:
    harmed = state_of(counted_once(), NAMES[0], harm)
    assert codec().glance(TOPIC, harmed.value or b"", "kind", "due") == NotDecoded(reason)
    with pytest.raises(CannotContinue):
        opened(harmed)


def test_a_glance_gives_the_fields_that_were_asked_for_and_no_others() -> None:
    value = state_of(counted_once(), NAMES[0]).value
    assert codec().glance(TOPIC, value or b"", "kind", "due") == {"kind": StateKind.OWNER, "due": None}
