"""The trail on a real Kafka and PostgreSQL: killed and started again it holds what an in-memory run holds."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping

import psycopg
import pytest

from schemas.following import Arrived
from schemas.transport import Cluster, producer, send
from signaalbrug.invariants import checked_run, checked_trail
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from signaalbrug.trace_command import run_trace
from streams.runtime.memory import Memory
from streams.trail import ddl
from streams.trail.explain import walked
from streams.trail.kept import Held, Kept
from streams.trail.reading import everything, reachable
from streams.trail.shelf import Shelf
from streams.trail.store import applying, erase_pending
from streams.trail.verify import GONE, verify_alert
from tests.support.stories import (
    absence,
    agreed,
    alerts,
    arrears,
    codec,
    dawn,
    erased,
    joined,
    named,
    person,
    takes_up,
)
from tests.support.trail import arrived, shelf_of, told_with_deliveries

pytestmark = pytest.mark.integration
PATIENCE_S = 60.0
RECEIPT = named("receipt", "debt_services")


def story(partitions: int) -> Memory:
    memory = told_with_deliveries(
        [
            joined("ouder", "huis"),
            joined("kind", "huis"),
            agreed("kind", on=2),
            absence("kind", on=3),
            arrears("ouder", on=10),
            joined("buur", "huis ernaast"),
            joined("buurkind", "huis ernaast"),
            agreed("buurkind", on=2),
            absence("buurkind", on=3),
            arrears("buur", on=10),
            dawn(20),
        ],
        partitions=partitions,
    )
    memory.publish(takes_up(alerts(memory)[0]))
    return memory.run()


@pytest.fixture
def urls(servers: Servers, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """A trail database of this test's own."""
    return prepare(servers.main, f"trail_{abs(hash(request.node.name)) % 10**8}", ddl.ROLES, ddl.install)


@pytest.fixture
def writer(urls: Mapping[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls[ddl.WRITER], autocommit=True) as connection:
        yield connection


@pytest.fixture
def reader(urls: Mapping[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls[ddl.READER], autocommit=True) as connection:
        yield connection


@pytest.fixture
def eraser(urls: Mapping[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls[ddl.ERASER], autocommit=True) as connection:
        yield connection


def write(connection: psycopg.Connection, records: list[Arrived]) -> None:
    with connection.transaction():
        applying(codec())(connection, records)


def content(shelf: Shelf) -> tuple[list[Kept], set[object]]:
    return list(shelf.records), set(shelf.edges)


def until(fulfilled: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not fulfilled():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_what_is_written_is_what_a_run_in_memory_holds(
    writer: psycopg.Connection, reader: psycopg.Connection
) -> None:
    records = arrived(story(1))
    half = len(records) // 2
    write(writer, records[half:])
    write(writer, records)
    assert content(everything(reader, codec())) == content(shelf_of(records))
    results = checked_trail(reader, codec())
    assert [(each.checked, each.findings) for each in results] == [
        (each.checked, each.findings) for each in checked_run(records, codec())
    ]
    assert all(each.holds for each in results)


def test_the_walk_finds_an_alert_a_signal_and_a_receipt(
    writer: psycopg.Connection, reader: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = story(1)
    records = arrived(memory)
    write(writer, records)
    alert = alerts(memory)[0]
    assert run_trace(reader, alert.alert, as_json=False) == 0
    told = capsys.readouterr().out
    assert f"alert {alert.alert}" in told
    assert "delivery/" in told and "row_hash" in told and "sha256" in told
    whole = everything(reader, codec())
    for id in (alert.alert, alert.signals[0].signal, RECEIPT):
        part = reachable(reader, codec(), [f"{kind}/{id}" for kind in ("alert", "signal", "delivery")])
        assert walked(part, id) == walked(whole, id)
        assert walked(part, id) is not None
    assert all(person(who) not in told for who in ("ouder", "kind"))
    assert run_trace(reader, alert.signals[0].signal, as_json=True) == 0
    assert run_trace(reader, "0" * 32, as_json=False) == 1


def test_the_walk_says_when_an_edge_leads_nowhere(
    writer: psycopg.Connection, reader: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = story(1)
    write(writer, [each for each in arrived(memory) if each.at.topic != "contribution.v1"])
    assert run_trace(reader, alerts(memory)[0].alert, as_json=False) == 3
    assert "leads nowhere" in capsys.readouterr().out


def test_the_bodies_of_the_erased_go_and_the_hashes_stay(
    writer: psycopg.Connection, reader: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    memory = story(1)
    before = arrived(memory)
    write(writer, before)
    mine, other = sorted({each.alert: each for each in alerts(memory)}.values(), key=lambda e: e.household)
    gone = "kind" if person("kind") in mine.members else "buurkind"
    memory.publish(erased(gone, on=21))
    memory.run()
    after = arrived(memory)
    write(writer, after[len(before) :])
    assert erase_pending(eraser) > 0
    assert erase_pending(eraser) == 0
    shelf = everything(reader, codec())
    assert content(shelf) == content(shelf_of(after))
    assert {each.answer for each in verify_alert(shelf, codec(), mine.alert, 1)} == {GONE}
    assert {each.answer for each in verify_alert(shelf, codec(), other.alert, 1)} == {"verified"}
    assert {each.at: each.hash for each in shelf.records} == {
        each.at: each.hash for each in shelf_of(after).records
    }
    assert all(each.holds for each in checked_trail(reader, codec()))
    write(writer, before)
    assert content(everything(reader, codec())) == content(shelf), "replaying brought the erased back"
    with psycopg.connect(reader.info.dsn, password=reader.info.password) as raw:
        for table in ("record", "body", "edge"):
            rows = raw.execute(f"select count(*) from {table} t where t::text like %s", (f"%{person(gone)}%",))
            assert rows.fetchone() == (0,), table


@pytest.mark.parametrize(
    "statement",
    [
        "update record set hash = ''",
        "delete from record",
        "delete from body",
        "update body set value = null",
        "delete from edge",
        "truncate record",
        "delete from erasure",
    ],
)
def test_the_writer_can_neither_change_nor_delete(writer: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        writer.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["insert into erasure (person) values ('x')", "delete from body", "update record set hash = ''"],
)
def test_the_reader_cannot_write(reader: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement)


@pytest.mark.parametrize("statement", ["delete from record", "delete from edge", "update body set value = null"])
def test_the_eraser_can_delete_bodies_and_nothing_else(eraser: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        eraser.execute(statement)


RUN = "import os, sys; from streams.trail.process import serve; sys.exit(serve(os.environ))"


class Trail:
    """The real process."""

    def __init__(self, cluster: Cluster, urls: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        settings = {
            "SIGNAALBRUG_BROKER": cluster.brokers,
            "SIGNAALBRUG_PARTITIONS": str(cluster.partitions),
            "SIGNAALBRUG_DATABASE": urls[ddl.WRITER],
            "SIGNAALBRUG_TRAIL_ERASER_DATABASE": urls[ddl.ERASER],
            "SIGNAALBRUG_OPERATIONS_PORT": str(self._port),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
        )

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except OSError as error:
            return getattr(error, "code", 0), ""

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out


def test_a_trail_that_is_killed_and_started_again_holds_what_memory_holds(
    cluster: Cluster, urls: Mapping[str, str], reader: psycopg.Connection
) -> None:
    memory = story(cluster.partitions)
    records = [logged.record for logged in memory.log]
    to = producer(cluster, "test-trail")

    def count() -> int:
        row = reader.execute("select count(*) from record").fetchone()
        assert row is not None
        return int(row[0])

    half = len(records) // 2
    send(to, records[:half])
    first = Trail(cluster, urls)
    until(lambda: count() > 0)
    send(to, records[half:])
    first.end(signal.SIGKILL)
    second = Trail(cluster, urls)
    until(lambda: second.get("/-/ready")[0] == 200 and count() == len(records))
    status, metrics = second.get("/metrics")
    assert status == 200
    assert "signaalbrug_trail_records_total" in metrics
    assert "signaalbrug_build_info" in metrics
    code, log = second.end(signal.SIGTERM)
    assert code == 0
    assert '"stopped"' in log

    kept, edges = content(everything(reader, codec()))
    wanted, wanted_edges = content(shelf_of(arrived(memory)))
    assert [(each.at, each.hash, each.name, each.value, each.held) for each in kept] == [
        (each.at, each.hash, each.name, each.value, each.held) for each in wanted
    ]
    assert edges == wanted_edges
    assert not [each for each in kept if each.held is Held.HASH_ONLY]
    assert all(each.holds for each in checked_trail(reader, codec()))
    sys.stdout.write(f"{len(kept)} records, {len(edges)} edges, after a kill equal to the run in memory\n")
