"""Open the books of one partition: from the changelog, and from the day and policy records they name."""

from datetime import datetime
from typing import Any

from schemas.admission import admitted, header
from schemas.catalogue import Key
from schemas.codec import Codec, NotDecoded
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.state import Cursor, HouseholdRecord, PersonRecord
from schemas.following import OLDEST_CURSOR, CannotContinue, rebuild_command
from schemas.transport import START
from schemas.vocabulary import StateKind
from streams.core.evidence import sha256
from streams.core.step import Step
from streams.runtime.applying import Cause
from streams.runtime.books import Books, InForce, Unread
from streams.runtime.raw import Raw
from streams.runtime.reading import OwnReader, last_by_key
from streams.topology import PARTITION_WIDE


def repair_of(step: str) -> str:
    """The command that makes the books of a step anew."""
    return rebuild_command(step)


def restored(
    step: Step[Any], partition: int, partitions: int, codec: Codec, reading: OwnReader, now: datetime
) -> tuple[Books, Cursor | None]:
    """The books as they were last committed, and their cursor if there is one.

    Time    `now` is compared with the time of the last commit only
    Raises  CannotContinue when books and logs do not fit any more (rules.md 5)
    """
    books, record = remembered(step, partition, codec, reading)
    cursor = None if record is None else record.cursor
    known = {} if cursor is None else {each.topic: each.next_offset for each in cursor.positions}
    _check(books, cursor, known, reading, now)
    if cursor is not None:
        _bring_in_force(books, cursor, partitions, codec, reading)
    return books, cursor


def remembered(
    step: Step[Any], partition: int, codec: Codec, reading: OwnReader
) -> tuple[Books, PersonRecord | HouseholdRecord | None]:
    """The owners as the changelog has them and the record of its cursor, held against no other log.

    Raises  CannotContinue when a record is not whole; from the state of an owner when that cannot be read
    """
    books = Books(step, partition)
    cursor: PersonRecord | HouseholdRecord | None = None
    state_in = lambda value: step.unwrap(_record(codec, step, partition, value))  # noqa: E731
    for raw in last_by_key(reading.to_end({step.changelog: START})).values():
        if raw.value is None:
            continue
        seen = codec.glance(step.changelog, raw.value, "kind", "due")
        if isinstance(seen, NotDecoded):
            raise _unreadable(step, partition)
        if seen["kind"] == StateKind.CURSOR:
            cursor = _record(codec, step, partition, raw.value)
        else:
            books.owners[Key.decode(raw.key or b"").owner] = Unread(raw.value, seen["due"], state_in)
    return books, cursor


def _record(codec: Codec, step: Step[Any], partition: int, value: bytes) -> PersonRecord | HouseholdRecord:
    record = codec.decode(step.changelog, value)
    if isinstance(record, NotDecoded):
        raise _unreadable(step, partition)
    assert isinstance(record, PersonRecord | HouseholdRecord)
    return record


def _unreadable(step: Step[Any], partition: int) -> CannotContinue:
    return CannotContinue(step.changelog, partition, "de boekhouding is niet leesbaar", repair_of(step.name))


def _check(books: Books, cursor: Cursor | None, known: dict[str, int], reading: OwnReader, now: datetime) -> None:
    repair = repair_of(books.step.name)
    if cursor is not None and now - cursor.committed_at > OLDEST_CURSOR:
        why = "de boekhouding is ouder dan 6 dagen"
        raise CannotContinue(books.step.changelog, books.partition, why, repair)
    for topic in (*PARTITION_WIDE, *books.step.topics):
        first, end = reading.watermarks(topic)
        expected = known.get(topic, first)
        if first > expected:
            raise CannotContinue(topic, books.partition, "het log begint voorbij de boekhouding", repair)
        if end < expected:
            raise CannotContinue(topic, books.partition, "het log eindigt voor de boekhouding", repair)
        books.positions[topic] = expected


def _bring_in_force(books: Books, cursor: Cursor, partitions: int, codec: Codec, reading: OwnReader) -> None:
    """The calendar and policy records are kept for ever: they are read again at their offsets."""

    def again(topic: str, offset: int) -> tuple[Raw, Cause]:
        raw = reading.one(topic, offset)
        event = admitted(codec, raw.at, partitions, raw.key, raw.value, raw.headers)
        if isinstance(event, NotDecoded):
            why = "het geldende record is niet leesbaar"
            raise CannotContinue(topic, books.partition, why, repair_of(books.step.name))
        return raw, Cause(event, sha256(raw.value), header(raw.headers, "traceparent"))

    today = policy = None
    if cursor.calendar_offset is not None:
        began = again("calendar.v1", cursor.calendar_offset)[1].event
        assert isinstance(began, DayBegan)
        today = began.day
    if cursor.policy_offset is not None:
        published = again("policy.v1", cursor.policy_offset)[1].event
        assert isinstance(published, PolicyPublished)
        policy = published
    books.in_force = InForce(today, cursor.calendar_offset, policy, cursor.policy_offset)
    if cursor.fan_out is not None:
        raw, cause = again(cursor.fan_out.topic, cursor.fan_out.offset)
        books.begin_visit(cause, raw, cursor.fan_out.last_owner)
