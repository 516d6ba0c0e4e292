"""An aborted record is seen by nobody: not by a step, whoever delivers, not by a follower."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemas.following import CURSOR_TABLE, Arrived, Follower
from schemas.record import OutRecord
from schemas.transport import Cluster, transactional_producer
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from streams.runtime.calendar import publish_day, publish_policy
from tests.support.probe import inputs, owners_of
from tests.support.runs import Worker, events_of, stop_all, wait_for
from tests.support.stories import codec, day, policy

pytestmark = pytest.mark.integration


def published(few: Cluster, records: list[OutRecord], *, commit: bool) -> None:
    writer = transactional_producer(few, "upstream")
    writer.init_transactions(30.0)
    writer.begin_transaction()
    for record in records:
        writer.produce(record.topic, record.value, record.key, record.partition, headers=list(record.headers))
    writer.flush(10)
    writer.commit_transaction() if commit else writer.abort_transaction()


def mixed(few: Cluster) -> None:
    """Forty aborted records among twenty committed ones."""
    owners = owners_of(0, few)
    names = [next(owners) for _ in range(20)]
    published(few, inputs(names, "afgebroken", few), commit=False)
    published(few, inputs(names, "geldig", few), commit=True)
    published(few, inputs(names, "ook afgebroken", few), commit=False)


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_a_step_sees_no_aborted_record(
    delivery: str, few: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    worker = Worker(
        "person",
        few,
        tmp_path,
        code="from streams.runtime.worker import DELIVERIES, serve_step; from tests.support.probe import PROBE; "
        f"sys.exit(serve_step(os.environ, PROBE, DELIVERIES[{delivery!r}]))",
    )
    try:
        wait_for(worker.is_ready, 60, "the worker is ready")
        wait_for(lambda: worker.held() == 2, 60, "it holds both partitions")
        mixed(few)
        wait_for(lambda: len(events_of(few, "outcome.v1")) >= 20, 30, "the committed ones are decided")
        mixed(few)
        wait_for(lambda: len(events_of(few, "outcome.v1")) >= 40, 30, "the committed ones are decided")
        numbers = [each.number for each in events_of(few, "outcome.v1")]
        assert sorted(numbers) == [1] * 20 + [2] * 20
        delivered = worker.metric("signaalbrug_step_records_total", 'topic="consent.v1"')
        assert delivered == 40
        assert worker.leave() == 0, worker.log.read_text()[-2000:]
        figures(f"80 aborted records among 40 committed ones through {delivery}: 40 decided")
    finally:
        stop_all([worker])


def test_a_follower_sees_no_aborted_record(few: Cluster, servers: Servers) -> None:
    def install(connection: psycopg.Connection[Any]) -> None:
        connection.execute(CURSOR_TABLE)
        connection.execute("grant select, insert, update on follower_cursor to aborted_follower")

    urls = prepare(servers.main, "aborted", ("aborted_follower",), install)
    mixed(few)
    arrived: list[Arrived] = []
    follower = Follower(
        "aborted",
        few,
        codec(),
        ["consent.v1"],
        lambda: psycopg.connect(urls["aborted_follower"], autocommit=True),
        lambda _, those: arrived.extend(those),
        repair="geen",
    )
    follower.open()
    wait_for(lambda: follower.poll(0.2) == 0 and follower.caught_up, 30, "the follower is at the end")
    follower.close()
    assert len(arrived) == 20
