"""Quiet is measured in cursors, not in seconds."""

from datetime import UTC, datetime

from schemas.events.state import Cursor, FanOut, TopicPosition
from signaalbrug.demo.quiet import Behind, followed, missing, steps_behind
from streams.topology import HOUSEHOLD, PERSON

SIGNALS = "signal.debt-services.v1"
AT = datetime(2026, 1, 1, tzinfo=UTC)


def cursor(step: str, topic: str, next_offset: int, fan_out: FanOut | None = None) -> Cursor:
    return Cursor(step, 0, AT, (TopicPosition(topic, next_offset),), 0, 0, fan_out)


def test_a_record_that_no_step_decided_on_is_left() -> None:
    ends = {(SIGNALS, 0): 5}
    assert steps_behind(ends, {}) == 5
    assert steps_behind(ends, {("person", 0): cursor(PERSON.name, SIGNALS, 3)}) == 2
    assert steps_behind(ends, {("person", 0): cursor(PERSON.name, SIGNALS, 5)}) == 0


def test_a_cursor_beyond_a_transaction_marker_is_not_behind() -> None:
    ends = {("contribution.v1", 0): 5}
    assert steps_behind(ends, {("household", 0): cursor(HOUSEHOLD.name, "contribution.v1", 7)}) == 0


def test_a_partition_wide_record_under_way_is_left() -> None:
    under_way = cursor(PERSON.name, SIGNALS, 5, FanOut("policy.v1", 0, None))
    assert steps_behind({(SIGNALS, 0): 5}, {("person", 0): under_way}) == 1


def test_a_follower_that_never_read_a_topic_is_behind() -> None:
    assert missing({("alert.v1", 3): 2}, {}, followed("wijkteam")) == 2
    assert missing({("alert.v1", 3): 2}, {("alert.v1", 3): 2}, followed("wijkteam")) == 0
    assert missing({("evidence.v1", 3): 2}, {}, followed("wijkteam")) == 0


def test_only_nothing_left_is_quiet() -> None:
    assert Behind(0, 0, 0, 0).nothing
    assert not Behind(1, 0, 0, 0).nothing
    assert not Behind(0, 0, 0, 1).nothing
