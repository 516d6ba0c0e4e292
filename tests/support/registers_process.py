"""The registers as their real process, on Kafka, PostgreSQL and a real vault."""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import TopicPartition

from connectors.household_register.ddl import ROLES, install
from connectors.vault.api import Principal
from schemas.codec import Codec
from schemas.events.event import Event
from schemas.identity import PersonPseudonym
from schemas.record import Recorder
from schemas.trace import begun
from schemas.transport import Cluster, producer, reader, send, watermarks
from signaalbrug.local.databases import prepare
from signaalbrug.local.ports import free_ports
from signaalbrug.local.processes import answers, wait_until
from signaalbrug.local.servers import Servers
from tests.support.vault_process import RunningVault, program
from tests.support.village import MUNICIPALITY, Village

CODEC = Codec()
AREAS = """
[[area]]
code = "BU99900101"
postcodes = ["9990AA", "9990AB", "9990AE"]
[[area]]
code = "BU99900201"
postcodes = ["9990AC", "9990AD"]
"""

#: `serve` with a `send` that ends the process by SIGKILL after so many records of the topic were acknowledged.
KILLED_AFTER = """
import os, sys
import connectors.registers_process as process
left, real = int(sys.argv[1]), process.send

def send(to, records, *rest):
    global left
    for record in records:
        if record.topic == "household.membership.v1":
            if left == 0:
                os.kill(os.getpid(), 9)
            left -= 1
        real(to, [record], *rest)
    if left == 0:
        os.kill(os.getpid(), 9)

process.send = send
sys.exit(process.serve(os.environ))
"""


@dataclass
class Registers:
    """One register process that comes and goes."""

    servers: Servers
    cluster: Cluster
    vault: RunningVault
    folder: Path
    village: Village
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = f"registers_{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"
        self.url = prepare(self.servers.main, name, ROLES, install)["registers"]
        (self.folder / "areas.toml").write_text(AREAS)
        self.village.write(self.folder / "brp")
        self.port = free_ports(1)[0]
        self.log = self.folder / "registers.log"
        self.environment = {
            "SIGNAALBRUG_BROKER": self.cluster.brokers,
            "SIGNAALBRUG_DATABASE": self.url,
            "SIGNAALBRUG_VAULT_SOCKET": str(self.vault.socket),
            "SIGNAALBRUG_VAULT_TOKEN": self.vault.tokens[Principal.REGISTERS],
            "SIGNAALBRUG_BRP": str(self.folder / "brp"),
            "SIGNAALBRUG_AREAS": str(self.folder / "areas.toml"),
            "SIGNAALBRUG_MUNICIPALITY": MUNICIPALITY,
            "SIGNAALBRUG_OPERATIONS_PORT": str(self.port),
            **self.settings,
        }

    def start(self) -> None:
        self._start(program("connectors.registers_process"))

    def start_and_be_killed(self, after: int) -> None:
        """Run until *after* memberships were acknowledged and the next would be; ends by SIGKILL."""
        self._start([sys.executable, "-c", KILLED_AFTER, str(after)])
        assert wait_until(lambda: not self.runs, 60), "was not killed"
        self.servers.supervisor.stop("registers")

    def _start(self, argv: Sequence[str]) -> None:
        self.servers.supervisor.start("registers", argv, env=self.environment, log=self.log)

    @property
    def runs(self) -> bool:
        return any(started.name == "registers" for started in self.servers.supervisor.running())

    def ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/-/ready")

    def stop(self) -> None:
        self.servers.supervisor.stop("registers")

    def pseudonyms(self, *names: str) -> dict[str, PersonPseudonym]:
        intake = self.vault.serving(Principal.INTAKE)
        receipt = intake.open_receipt("school_attendance", hashlib.sha256(repr(names).encode()).digest(), 1)
        known = intake.pseudonymise_many(receipt.id, [self.village.bsn(name) for name in names])
        return dict(zip(names, known, strict=True))

    def publish(self, *events: Event) -> None:
        recorder, at = Recorder(CODEC, self.cluster.partitions), datetime.now(UTC)
        records = [recorder.record(each, begun("tests", str(n)), at) for n, each in enumerate(events)]
        send(producer(self.cluster, "tests"), records)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as database:
            return database.execute(query).fetchall()

    def log_of(self, topic: str) -> dict[bytes, list[bytes | None]]:
        """Every committed value of a topic by key, in order."""
        consumer = reader(self.cluster, "tests-log")
        found: dict[bytes, list[bytes | None]] = defaultdict(list)
        ends = {q: watermarks(consumer, topic, q)[1] for q in range(self.cluster.partitions)}
        consumer.assign([TopicPartition(topic, q, 0) for q in ends])
        left = {q for q, end in ends.items() if end > 0}
        while left:
            for message in consumer.consume(500, 1.0):
                if message.error() is not None:
                    left.discard(message.partition())
                    continue
                found[message.key()].append(message.value())
        consumer.close()
        return dict(found)
