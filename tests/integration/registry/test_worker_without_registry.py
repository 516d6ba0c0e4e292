"""A step at work while the registry goes away: it goes on, an unknown id waits and is never put aside (P15, B2)."""

import json
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

from schemas.codec import Codec, NotDecoded
from schemas.events.account import Outcome
from schemas.events.delivery import Quarantined
from schemas.record import OutRecord, Recorder
from schemas.registry import known_versions
from schemas.registry_server import RegistryServer, ServerSettings
from schemas.trace import begun
from schemas.transport import Cluster
from schemas.vocabulary import Refusal
from signaalbrug.local.apicurio import Apicurio
from signaalbrug.local.ports import HOST
from signaalbrug.local.servers import Servers
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import Books
from tests.support.empty_topics import emptied
from tests.support.probe import PROBE, owners_of
from tests.support.runs import Sender, Worker, read_all, stop_all, wait_for
from tests.support.stories import agreed, at, day, policy

pytestmark = pytest.mark.integration
CONSENT = "consent.v1"
NOBODYS = 999_998


class Town:
    """A cluster whose records are written with the ids of a registry that is not ours."""

    def __init__(self, cluster: Cluster, apicurio: Apicurio) -> None:
        self.cluster, server = cluster, RegistryServer(ServerSettings(registry=apicurio.url))
        for _ in server.publish(known_versions()):
            pass
        self.codec = Codec(server)
        self._recorder, self._sender = Recorder(self.codec, cluster.partitions), Sender(cluster)
        self._owners: list[Iterator[str]] = [owners_of(q, cluster) for q in range(cluster.partitions)]

    def consents(self, partition: int, many: int) -> list[OutRecord]:
        """Of people who were never heard of."""
        names = [next(self._owners[partition]) for _ in range(many)]
        return [self._recorder.record(agreed(name), begun("probe", name), at(1)) for name in names]

    def send(self, records: list[OutRecord]) -> None:
        self._sender.send(records)

    def counted(self) -> list[int]:
        """How often each person was counted; a record that is not readable fails the test."""
        found = [self.codec.decode("outcome.v1", raw.value or b"") for raw in read_all(self.cluster, "outcome.v1")]
        assert all(isinstance(each, Outcome) for each in found)
        return [each.number for each in found if isinstance(each, Outcome)]

    def aside(self) -> list[Quarantined]:
        rows = read_all(self.cluster, "quarantine.v1")
        found = [self.codec.decode("quarantine.v1", raw.value or b"") for raw in rows]
        assert not any(isinstance(each, NotDecoded) for each in found)
        return [each for each in found if isinstance(each, Quarantined)]

    def position(self, partition: int) -> int:
        """How far this partition's consents are decided."""
        with closing(Books(self.cluster, PROBE, self.codec)) as books:
            positions = books.cursors()[partition].positions
        return {each.topic: each.next_offset for each in positions}[CONSENT]


@pytest.fixture
def town(servers: Servers, apicurio: Apicurio, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("SIGNAALBRUG_REGISTRY", apicurio.url)
    found = Town(emptied(Cluster(servers.kafka.bootstrap, partitions=2)), apicurio)
    publish_day(found.cluster, found.codec, day(1))
    publish_policy(found.cluster, found.codec, policy())
    return found


def worker(town: Town, folder: Path, delivery: str) -> Worker:
    code = f"from tests.support.halting import serve_probe; sys.exit(serve_probe(os.environ, {delivery!r}))"
    return Worker("person", town.cluster, folder, code=code)


def with_id(record: OutRecord, id: int) -> OutRecord:
    assert record.value is not None
    value = struct.pack(">bI", 0, id) + record.value[5:]
    return OutRecord(record.topic, record.partition, record.key, value, record.headers)


def unheard_of(apicurio: Apicurio, codec: Codec) -> int:
    """An id that nobody asks for at the start: a schema of ours under another subject, in another spelling."""
    (version,) = [each for each in known_versions() if each.subject == f"{CONSENT}-value"]
    body = {"schemaType": "AVRO", "schema": json.dumps({**version.schema, "doc": "anders gespeld"})}
    answer = httpx2.post(f"{apicurio.url}/subjects/later-value/versions", json=body, trust_env=False)
    id = int(answer.json()["id"])
    assert id not in codec.schema_ids(CONSENT)
    return id


@contextmanager
def gone(apicurio: Apicurio) -> Iterator[None]:
    """Killed, and there again afterwards."""
    apicurio.kill()
    try:
        yield
    finally:
        apicurio.restart()


@contextmanager
def answering_500(apicurio: Apicurio) -> Iterator[list[str]]:
    """In the registry's place stands something that answers, and knows nothing; what it was asked."""
    asked: list[str] = []

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(500)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer((HOST, apicurio.port), Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("delivery", ["faust", "native"])
def test_a_warm_worker_goes_on_and_an_unknown_id_waits_for_the_registry(
    delivery: str, town: Town, apicurio: Apicurio, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    later = unheard_of(apicurio, town.codec)
    works = worker(town, tmp_path, delivery)
    try:
        wait_for(lambda: works.is_ready() and works.held() == 2, 60, "it holds both partitions")
        town.send([*town.consents(0, 5), *town.consents(1, 5)])
        wait_for(lambda: town.counted() == [1] * 10, 30, "it decides")
        with gone(apicurio):
            town.send([*town.consents(0, 5), *town.consents(1, 5)])
            wait_for(lambda: town.counted() == [1] * 20, 30, "warm, it goes on without the registry")
            stands = town.position(0)
            odd = [with_id(town.consents(0, 1)[0], id) for id in (NOBODYS, later)]
            town.send([*odd, *town.consents(0, 3)])
            wait_for(lambda: "RegistryDown:ConnectError" in works.log.read_text(), 30, "it says what it waits for")
            assert works.metric("signaalbrug_step_parked") == 1
            with answering_500(apicurio):
                wait_for(lambda: "RegistryDown:500" in works.log.read_text(), 40, "a 500 is no answer")
            town.send(town.consents(1, 5))
            wait_for(lambda: len(town.counted()) == 25, 30, "the other partition goes on")
            assert works.metric("signaalbrug_oldest_undecided_seconds") > 0
            assert (town.position(0), town.aside(), works.process.poll()) == (stands, [], None)
        wait_for(lambda: len(town.counted()) == 29, 60, "the registry says what they are")
        assert town.counted() == [1] * 29
        assert [(each.reason, each.offset) for each in town.aside()] == [(Refusal.SCHEMA_NOT_ALLOWED, stands)]
        wait_for(lambda: works.metric("signaalbrug_step_parked") == 0, 15, "nothing waits any more")
        assert works.leave() == 0, works.log.read_text()[-2000:]
        figures(f"{delivery}: 15 decided without a registry, 5 waited for it: 4 decided, the unknown one aside")
    finally:
        stop_all([works])


def test_a_cold_start_without_a_registry_ends_and_moves_nothing(
    town: Town, apicurio: Apicurio, tmp_path: Path
) -> None:
    town.send(town.consents(0, 5))
    before = offsets(town.cluster)
    with gone(apicurio):
        refused = worker(town, tmp_path, "faust")
        assert refused.process.wait(60) == 4
        said = refused.log.read_text()
        assert "het schemaregister antwoordt niet (RegistryDown:ConnectError)" in said
        assert "Traceback" not in said and HOST not in said
    assert offsets(town.cluster) == before
    assert read_all(town.cluster, PROBE.changelog, "outcome.v1", "quarantine.v1") == []


def offsets(cluster: Cluster) -> dict[tuple[str, int], int]:
    """What the group of this step has committed."""
    admin, group = AdminClient(cluster.client("test")), "step-person-faust"
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(15)
    return {(each.topic, each.partition): each.offset for each in found.topic_partitions or ()}
