"""The log is delivered again from its beginning: no new alert, nobody is told anything, the same view."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from connectors.wijkteam.ddl import PROJECTOR, RELAY
from connectors.wijkteam.outbox import relayed
from connectors.wijkteam.projection import TOPICS, projector
from schemas.events.alert import Alert
from schemas.following import Follower
from schemas.record import Recorder
from schemas.transport import Cluster
from signaalbrug.doctor import running
from signaalbrug.doctor.finding import Seen
from signaalbrug.local.servers import Servers
from signaalbrug.replaying import decided_again, replayed
from signaalbrug.standing import as_json, followers, steps
from streams.core.view import view
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.inspecting import mend_settings
from streams.runtime.memory import Memory
from streams.topology import PARTITION_WIDE, STEPS
from tests.integration.runtime.conftest import emptied
from tests.support.feed import KEYS, Feed
from tests.support.offsets import clumsy
from tests.support.runs import Reading, Sender, Worker, events_of, read_all, stop_all, wait_for
from tests.support.stories import (
    Said,
    absence,
    agreed,
    arrears,
    codec,
    corrected,
    dawn,
    day,
    joined,
    policy,
    takes_up,
    withdrew,
)

pytestmark = pytest.mark.integration
HOUSEHOLDS = 12


def said() -> list[Said]:
    found: list[Said] = []
    for i in range(HOUSEHOLDS):
        found += [joined(f"kind-{i}", f"huis-{i}"), joined(f"ouder-{i}", f"huis-{i}"), agreed(f"kind-{i}")]
        found += [absence(f"kind-{i}", on=3), arrears(f"ouder-{i}", on=5)]
        found += [corrected(f"kind-{i}", on=3)] if i % 3 == 0 else []
    return [*found, withdrew("kind-1", on=9)]


def test_a_replay_and_offsets_set_to_0_change_nothing(
    servers: Servers, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    few = emptied(Cluster(servers.kafka.bootstrap, partitions=2))
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    sender, reading, feed = Sender(few), Reading(few), Feed(servers)
    follower = Follower("feed", few, codec(), TOPICS, feed.connecting(PROJECTOR), projector(KEYS), repair="geen")
    workers = [Worker(step.name, few, tmp_path) for step in STEPS]

    def settle() -> None:
        wait_for(reading.settled, 60, "everything is decided")
        follower.poll()
        wait_for(lambda: not follower.poll(0.2) and follower.caught_up, 30, "the feed has read all")

    def now() -> tuple[int, int, object]:
        entries = feed.one("select count(*) from feed_entry")
        return len(read_all(few, "alert.v1")), entries, view(reading.states("household"))

    try:
        follower.open()
        sender.say(*said())
        settle()
        sender.say(takes_up(next(e for e in events_of(few, "alert.v1") if isinstance(e, Alert) and e.views)))
        settle()
        before = now()
        assert (
            before[0] >= HOUSEHOLDS - 1 and before[1] >= before[0]
        )  # each is told, and hidden: its days are past by now
        found = replayed(few, codec())
        assert found.same and found.households == len(before[2]), found  # type: ignore[arg-type]
        assert now() == before

        assert [each.leave() for each in workers] == [0, 0]
        many = clumsy(few)
        workers = [Worker(step.name, few, tmp_path) for step in STEPS]
        wait_for(lambda: all(each.is_ready() for each in workers), 60, "the workers are ready")
        again = "signaalbrug_step_redelivered_total"
        there = {step.name: len(read_all(few, *PARTITION_WIDE, *step.topics)) for step in STEPS}

        def came_again() -> bool:
            return all(each.metric(again) >= there[each.step] / 2 > 0 for each in workers)

        wait_for(came_again, 30, "at least half of everything came again")
        settle()
        assert now() == before
        redelivered = [int(each.metric(again)) for each in workers]
        alerts, entries, _ = before
        figures(
            f"{many} offsets set to 0, {redelivered} of {list(there.values())} delivered again: "
            f"{alerts} alerts, {entries} entries, 0 more"
        )
        _status(few, feed)
        _doctor(few)
    finally:
        stop_all(workers)
        follower.close()
        reading.close()


def _status(cluster: Cluster, feed: Feed) -> None:
    at = datetime.now(UTC)
    with feed.admin() as connection:
        found = [*steps(cluster, codec(), at), *followers(cluster, connection, at)]
    assert [(e.reader, e.partition) for e in found] == [
        (name, q) for name in ("step person", "step household", "follower feed") for q in range(2)
    ]
    assert all(e.lag == 0 and e.oldest_undecided_s is None for e in found)
    assert all(e.cursor and e.commit_age_s is not None for e in found)
    assert len(json.loads(as_json(found))["readers"]) == 6


def _doctor(cluster: Cluster) -> None:
    """On a broker of a test: what is spoiled is named, and the command it names mends it."""
    seen = Seen(cluster=cluster)
    for check in (running.broker, running.topics, running.partitions, running.settings, running.policy):
        assert list(check(seen)) == [], check
    assert "it is not" in next(running.day(seen)).what
    spoil = ConfigEntry("cleanup.policy", "delete", incremental_operation=AlterConfigOpType.SET)
    wrong = ConfigResource(ResourceType.TOPIC, "consent.v1", incremental_configs=[spoil])
    admin = AdminClient(cluster.client("t"))
    for future in admin.incremental_alter_configs([wrong]).values():
        future.result(15)
    wait_for(lambda: bool(list(running.settings(seen))), 10, "the setting is seen")
    (found,) = running.settings(seen)
    assert "consent.v1 has cleanup.policy=delete" in found.what and "topics apply" in found.repair
    mend_settings(cluster)
    wait_for(lambda: not list(running.settings(seen)), 10, "the setting is mended")
    others = Seen(cluster=Cluster(cluster.brokers, partitions=8))
    assert "has 2 partitions, the setting says 8" in next(running.partitions(others)).what
    nobody = Seen(cluster=Cluster("127.0.0.1:9", extra={"log_level": "0"}))
    assert "does not answer" in next(running.broker(nobody)).what


def test_a_replay_sees_a_difference(servers: Servers) -> None:
    few = emptied(Cluster(servers.kafka.bootstrap, partitions=2))
    publish_day(few, codec(), day(10))
    publish_policy(few, codec(), policy())
    Sender(few).say(*said())
    inputs = [raw for name in (*PARTITION_WIDE, *STEPS[0].topics) for raw in read_all(few, name)]
    whole = decided_again(inputs, {}, codec(), 2)
    assert {dict(each.headers)["sbmode"] for each in whole.records("alert.v1", "contribution.v1")} == {b"replay"}
    less = decided_again([each for each in inputs if each.at.topic != "consent.v1"], {}, codec(), 2)
    assert view(whole.states("household").values()) != view(less.states("household").values())


@pytest.mark.parametrize("mode", ["replay", "shadow", "live"])
def test_the_feed_tells_nobody_of_what_is_not_live(servers: Servers, mode: str) -> None:
    feed, memory = Feed(servers), Memory(codec(), 2)
    memory.recorder = Recorder(codec(), 2, mode)
    memory.publish(policy(), dawn(10), *said())
    memory.run()
    feed.project(memory)
    told = feed.one("select count(*) from feed_entry where kind = 'opened'")
    assert (told > 0) is (mode == "live")
    sent: list[object] = []
    with feed.connecting(RELAY)() as connection:
        assert relayed(connection, memory.recorder, sent.extend, datetime.now(UTC)) == 0
    assert sent == []
