"""A day and a policy stand in every partition or in none, and never twice."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.civil import civil_day
from schemas.transport import Cluster
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.runs import Worker, events_of, read_all, stop_all, wait_for
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration


def per_partition(few: Cluster, topic: str) -> list[int]:
    found = read_all(few, topic)
    return [sum(raw.at.partition == q for raw in found) for q in range(few.partitions)]


def test_the_same_day_is_published_once(few: Cluster) -> None:
    assert publish_day(few, codec(), day(1))
    assert not publish_day(few, codec(), day(1))
    assert publish_day(few, codec(), day(3))
    assert not publish_day(few, codec(), day(2)), "time does not go back"
    assert per_partition(few, "calendar.v1") == [2, 2]
    assert [each.day for each in events_of(few, "calendar.v1")] == [day(1), day(3)] * 2


def test_the_policy_in_force_is_not_published_again_and_an_earlier_one_is(few: Cluster) -> None:
    first, second = policy(), policy("ground:x")
    assert publish_policy(few, codec(), first)
    assert not publish_policy(few, codec(), first)
    assert publish_policy(few, codec(), second)
    assert publish_policy(few, codec(), first)
    assert per_partition(few, "policy.v1") == [3, 3]


def test_the_process_publishes_today_once_however_often_it_starts(few: Cluster, tmp_path: Path) -> None:
    code = "from streams.runtime.calendar import serve; sys.exit(serve(os.environ))"
    for _ in range(2):
        process = Worker("calendar", few, tmp_path, code=code)
        try:
            wait_for(process.is_ready, 30, "the calendar is ready")
            assert process.leave() == 0
        finally:
            stop_all([process])
    assert per_partition(few, "calendar.v1") == [1, 1]
    assert {each.day for each in events_of(few, "calendar.v1")} == {civil_day(datetime.now(UTC))}


def test_a_civil_day_begins_at_midnight_in_amsterdam() -> None:
    assert civil_day(datetime(2026, 6, 30, 21, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert civil_day(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert civil_day(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert civil_day(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == date(2027, 1, 1)
