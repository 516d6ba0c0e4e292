"""Faust's assignor gives one worker the same partition numbers of every topic, also when workers come and go."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from schemas.scrubbing import leaked_numbers
from schemas.transport import Cluster
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.faust_delivery import TP, held_partitions
from streams.topology import PARTITION_WIDE, PERSON
from tests.support.runs import Sender, Worker, stop_all, wait_for
from tests.support.stories import agreed, codec, day, policy

pytestmark = pytest.mark.integration
METRICS = (
    "build_info",
    "oldest_undecided_seconds",
    "policy_info",
    "step_batch_seconds_count",
    "step_commit_age_seconds",
    "step_commit_seconds_count",
    "step_emitted_total",
    "step_failed_total",
    "step_fenced_total",
    "step_partitions_held",
    "step_records_total",
    "step_restore_seconds",
)
TOPICS = frozenset([*PARTITION_WIDE, *PERSON.topics])


def members(cluster: Cluster) -> list[dict[str, frozenset[int]]]:
    """Of each member of the group, the partition numbers it holds of each topic."""
    admin = AdminClient(cluster.client("test"))
    (described,) = admin.describe_consumer_groups(["step-person-faust"]).values()
    found = []
    for member in described.result(15).members:
        held: dict[str, set[int]] = {}
        for each in member.assignment.topic_partitions:
            held.setdefault(each.topic, set()).add(each.partition)
        found.append({topic: frozenset(numbers) for topic, numbers in held.items()})
    return found


def together(cluster: Cluster, workers: list[Worker]) -> bool:
    """Everybody holds a share, all partitions are held once, and no number is apart."""
    if sum(each.held() for each in workers) != cluster.partitions or not all(each.is_ready() for each in workers):
        return False
    found = members(cluster)
    if len(found) != len(workers):
        return False
    for held in found:
        assert set(held) == TOPICS and len(set(held.values())) == 1, "partitions of one number came apart"
    shares = [next(iter(held.values())) for held in found]
    return sorted(q for share in shares for q in share) == list(range(cluster.partitions))


def test_partitions_of_one_number_stay_with_one_worker(
    cluster: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    publish_day(cluster, codec(), day(1))
    publish_policy(cluster, codec(), policy())
    workers: list[Worker] = []
    seen: list[int] = []
    try:
        for change in (1, 1, 1, -1, 1, -1, -1):
            if change > 0:
                workers.append(Worker("person", cluster, tmp_path))
            else:
                leaver = workers.pop(0)
                assert leaver.leave() == 0, leaver.log.read_text()[-2000:]
            wait_for(lambda: together(cluster, workers), 60, f"{len(workers)} workers share the partitions")
            seen.append(len(workers))
        Sender(cluster).say(*(agreed(f"persoon-{i}") for i in range(40)))
        wait_for(lambda: workers[0].metric("signaalbrug_step_records_total") == 40, 30, "all is decided")
        page = workers[0].ask("/metrics")[1]
        for name in METRICS:
            assert f"\nsignaalbrug_{name}{{" in page, name
        assert list(leaked_numbers(page)) == [] and not re.search(r"[0-9a-f]{32}\b(?<![0-9a-f]{64})", page)
        assert list(leaked_numbers("".join(each.log.read_text() for each in workers))) == []
        figures(f"{len(TOPICS)} topics, workers {seen}: each share the same numbers of every topic")
    finally:
        stop_all(workers)


def test_a_number_that_came_apart_is_noticed() -> None:
    topics = ("a", "b")
    assert held_partitions(topics, {TP("a", 1), TP("b", 1)}) == ({1}, True)
    assert held_partitions(topics, {TP("a", 1), TP("b", 2)}) == (set(), False)
    assert held_partitions(topics, {TP("a", 1), TP("b", 1), TP("b", 2)}) == ({1}, False)
