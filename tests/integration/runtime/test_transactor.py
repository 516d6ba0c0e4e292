"""The safeguards of the transactor, each shown by a step that would double or lose without it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from schemas.events.account import Outcome
from schemas.following import CannotContinue
from schemas.transport import Cluster, transactional_producer
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import committed_cursors, undecided
from streams.runtime.transactor import Fenced, Transactor, wall_clock
from tests.support.probe import PROBE, Clock, batch, inputs, owners_of, probe
from tests.support.runs import Sender, events_of, read_all
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration


def begin(few: Cluster) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())


def names(few: Cluster, many: int) -> list[str]:
    owners = owners_of(0, few)
    return [next(owners) for _ in range(many)]


def counted(few: Cluster) -> Counter[str]:
    """How often each input was counted, read committed."""
    return Counter(each.signal for each in events_of(few, "outcome.v1"))


def totals(few: Cluster) -> int:
    """The sum of what the newest numbers say, which must be the number of outputs."""
    newest: dict[str, int] = {}
    for each in events_of(few, "outcome.v1"):
        assert isinstance(each, Outcome)
        assert each.number == newest.get(each.person, 0) + 1, "a number was skipped or doubled"
        newest[each.person] = each.number
    return sum(newest.values())


def each_once(few: Cluster, many: int) -> bool:
    found = counted(few)
    return len(found) == many and set(found.values()) <= {1} and totals(few) == many


def on_log(few: Cluster) -> list:  # type: ignore[type-arg]
    return [raw for raw in read_all(few, "consent.v1") if raw.at.partition == 0]


def test_what_is_delivered_twice_counts_once(few: Cluster) -> None:
    begin(few)
    step = probe(few)
    step.open()
    Sender(few).send(inputs(names(few, 10), "a", few))
    rows = on_log(few)
    step.deliver(batch(rows, *range(6)))
    step.deliver(batch(rows, *range(6)))
    step.deliver(batch(rows, *range(3, 10)))
    step.deliver(batch(rows, 9, 8, 9, 0))
    assert each_once(few, 10)
    step.close()


def test_what_was_skipped_is_read_before_what_was_delivered(few: Cluster) -> None:
    begin(few)
    step = probe(few)
    step.open()
    Sender(few).send(inputs(names(few, 12), "a", few))
    rows = on_log(few)
    step.deliver(batch(rows, 4, 5))
    assert each_once(few, 6)
    step.deliver(batch(rows, 6, 9, 11))
    assert each_once(few, 12)
    order = [each.person for each in events_of(few, "outcome.v1")]
    assert order == [raw.key.decode().partition("|")[0] for raw in rows], "decided in the order of the log"
    step.close()


def test_opening_reads_to_the_end_without_any_delivery(few: Cluster) -> None:
    begin(few)
    Sender(few).send(inputs(names(few, 7), "a", few))
    step = probe(few)
    step.open()
    assert each_once(few, 7)
    assert undecided(few, PROBE)["consent.v1", 0] == 0
    step.close()
    Sender(few).send(inputs(names(few, 7), "b", few))
    assert undecided(few, PROBE)["consent.v1", 0] == 7
    again = probe(few)
    again.open()
    assert each_once(few, 14)
    again.close()


def test_nothing_is_decided_before_the_first_day_and_policy(few: Cluster) -> None:
    step = probe(few)
    step.open()
    Sender(few).send(inputs(names(few, 5), "a", few))
    rows = on_log(few)
    step.deliver(rows)
    publish_day(few, codec(), day(1))
    wide = [raw for raw in read_all(few, "calendar.v1") if raw.at.partition == 0]
    step.deliver([*rows, *wide])
    assert counted(few) == Counter()
    assert {p.topic: p.next_offset for p in committed_cursors(few, PROBE)[0].positions}["consent.v1"] == 0
    publish_policy(few, codec(), policy())
    step.deliver([raw for raw in read_all(few, "policy.v1") if raw.at.partition == 0])
    assert each_once(few, 5)
    step.close()


def test_a_log_that_lost_what_was_not_decided_stops_the_process(few: Cluster) -> None:
    begin(few)
    step = probe(few)
    step.open()
    step.close()
    Sender(few).send(inputs(names(few, 8), "a", few))
    admin = AdminClient(few.client("test"))
    also_deletes = ConfigEntry("cleanup.policy", "compact,delete", incremental_operation=AlterConfigOpType.SET)
    change = ConfigResource(ResourceType.TOPIC, "consent.v1", incremental_configs=[also_deletes])
    for changed in admin.incremental_alter_configs([change]).values():
        changed.result(15)
    for future in admin.delete_records([TopicPartition("consent.v1", 0, 3)]).values():
        future.result(15)
    with pytest.raises(CannotContinue) as stopped:
        probe(few).open()
    assert stopped.value.code == 6
    assert "consent.v1 partitie 0" in str(stopped.value)
    assert "signaalbrug rebuild person" in str(stopped.value)
    assert counted(few) == Counter()


def test_a_cursor_older_than_the_tombstones_stops_the_process(few: Cluster) -> None:
    begin(few)
    clock = Clock(wall_clock() - timedelta(days=6, minutes=1))
    old = probe(few, clock=clock)
    old.open()
    old.close()
    with pytest.raises(CannotContinue) as stopped:
        probe(few).open()
    assert stopped.value.code == 6
    clock.now = wall_clock() - timedelta(days=5, hours=23)
    aged = probe(few, partition=1, clock=clock)
    aged.open()
    aged.close()
    probe(few, partition=1).open()


def test_a_quiet_partition_keeps_its_cursor_young(few: Cluster) -> None:
    begin(few)
    clock = Clock(wall_clock() - timedelta(days=6, minutes=1))
    step = probe(few, clock=clock)
    step.open()
    clock.now = None
    step.tick()
    step.close()
    probe(few).open()


def test_a_zombie_is_fenced_and_doubles_nothing(few: Cluster) -> None:
    begin(few)
    zombie, heir = probe(few), probe(few)
    zombie.open()
    Sender(few).send(inputs(names(few, 5), "a", few))
    heir.open()
    rows = on_log(few)
    with pytest.raises(Fenced):
        zombie.deliver(rows)
    assert each_once(few, 5)
    zombie.close()
    Sender(few).send(inputs(names(few, 5), "b", few))
    heir.deliver(on_log(few))
    assert each_once(few, 10)
    heir.close()


def test_a_transaction_that_fails_leaves_the_books_as_they_were(few: Cluster) -> None:
    begin(few)
    zombie, heir = probe(few), probe(few)
    zombie.open()
    heir.open()
    heir.close()
    before = dict(zombie.books.positions)
    Sender(few).send(inputs(names(few, 5), "a", few))
    with pytest.raises(Fenced):
        zombie.deliver(on_log(few))
    assert (zombie.books.positions, zombie.books.owners) == (before, {})
    zombie.close()


def test_a_transaction_that_was_left_open_is_aborted_at_opening(few: Cluster) -> None:
    begin(few)
    left = transactional_producer(few, "person-0")
    left.init_transactions(30.0)
    left.begin_transaction()
    for record in inputs(names(few, 3), "a", few):
        left.produce(record.topic, record.value, record.key, record.partition, headers=list(record.headers))
    left.flush(10)
    step = probe(few)
    step.open()
    Sender(few).send(inputs(names(few, 4), "b", few))
    step.deliver(on_log(few)[-1:])
    assert each_once(few, 4), "the three aborted inputs were counted"
    step.close()


def test_offsets_that_markers_took_are_no_gap(few: Cluster, figures: Callable[[str], None]) -> None:
    begin(few)
    step = probe(few)
    step.open()
    writer = transactional_producer(few, "upstream")
    writer.init_transactions(30.0)
    for i, record in enumerate(inputs(names(few, 6), "a", few)):
        writer.begin_transaction()
        writer.produce(record.topic, record.value, record.key, record.partition, headers=list(record.headers))
        writer.flush(10)
        writer.abort_transaction() if i % 3 == 2 else writer.commit_transaction()
    rows = on_log(few)
    assert [raw.at.offset for raw in rows] == [0, 2, 6, 8]
    for raw in rows:
        step.deliver([raw])
    assert each_once(few, 4)
    figures("4 records at offsets 0, 2, 6, 8 among markers and aborted ones: each counted once")
    step.close()


def test_a_large_batch_is_cut_into_transactions(few: Cluster) -> None:
    from streams.runtime.turn import Limits

    begin(few)
    step: Transactor = probe(few, limits=Limits(records=10))
    step.open()
    Sender(few).send(inputs(names(few, 35), "a", few))
    step.deliver(on_log(few))
    assert each_once(few, 35)
    offsets = [raw.at.offset for raw in read_all(few, "outcome.v1") if raw.at.partition == 0]
    markers = offsets[-1] + 1 - len(offsets)
    assert markers == 3, "35 inputs are four transactions, so three markers stand in between"
    step.close()


def test_what_is_on_its_way_is_left_to_the_delivery_and_read_when_it_does_not_come(few: Cluster) -> None:
    begin(few)
    step = probe(few)
    step.open()
    Sender(few).send(inputs(names(few, 6), "a", few))
    rows = on_log(few)
    step.deliver(rows[:3])
    step.tick()
    assert each_once(few, 3)
    step.tick()
    assert each_once(few, 6)
    step.deliver(rows[3:])
    assert each_once(few, 6)
    step.close()
