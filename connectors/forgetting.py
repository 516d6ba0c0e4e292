"""An erased person's consents leave their topic and the books of intake forget them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from connectors.receipts_postgres import PostgresBooks
from schemas.codec import Codec
from schemas.events.event import Forget
from schemas.events.register import PersonLifecycle
from schemas.following import Arrived, Follower, rebuild_command
from schemas.record import OutRecord, Publish, Recorder
from schemas.trace import begun
from schemas.transport import Cluster, producer, send
from schemas.vocabulary import LifecycleKind

TOPIC, CONSENTS = "person-lifecycle.v1", "consent.v1"


def apply(
    connection: psycopg.Connection[Any],
    arrived: Sequence[Arrived],
    publish: Publish,
    recorder: Recorder,
    now: datetime,
) -> None:
    """Tombstones first, then the rows: a crash in between publishes the same tombstones again.

    Source  rules.md 5: each register tombstones its own keys and rows
    """
    books = PostgresBooks(connection)
    for each in arrived:
        event = each.event
        if not isinstance(event, PersonLifecycle) or event.kind is not LifecycleKind.ERASED:
            continue
        trace = begun("intake-forgetting", str(each.at))
        consents = books.consents_of(event.person)
        publish([recorder.record(Forget(CONSENTS, event.person, name), trace, now) for name in consents])
        books.forget(event.person)


def forgetting(cluster: Cluster, codec: Codec, connect: Callable[[], psycopg.Connection[Any]]) -> Follower:
    """The follower of person-lifecycle.v1 of this process, with a producer of its own."""
    to = producer(cluster, "intake-forgetting")

    def publish(records: Sequence[OutRecord]) -> None:
        send(to, records)

    recorder = Recorder(codec, cluster.partitions)
    return Follower(
        "intake",
        cluster,
        codec,
        (TOPIC,),
        connect,
        lambda connection, arrived: apply(connection, arrived, publish, recorder, datetime.now(UTC)),
        repair=rebuild_command("intake"),
    )
