"""Time and policy become records: one in every partition, all of them in one transaction, never twice.

A day that passed while nothing ran is not made up afterwards: the present day is published.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from confluent_kafka import KafkaException
from prometheus_client import Gauge

from schemas.catalogue import topic_of
from schemas.civil import AMSTERDAM, civil_day
from schemas.codec import Codec, NotDecoded, codec_from
from schemas.doors import settings_from
from schemas.events.context import DayBegan, PolicyPublished
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.record import Recorder
from schemas.registry import RegistryDown
from schemas.scrubbing import error_code
from schemas.trace import begun
from schemas.transport import START, Cluster, enqueue, reader, transactional_producer
from schemas.vocabulary import CalendarKind
from streams.runtime.reading import to_end
from streams.runtime.settings import CalendarSettings

LOOK_EVERY_S = 15.0
PUBLISHED = Gauge("signaalbrug_calendar_day_timestamp_seconds", "The day that was last published")

Wide = TypeVar("Wide", DayBegan, PolicyPublished)


def publish_day(cluster: Cluster, codec: Codec, day: date, *, prefix: str = "") -> bool:
    """Say in every partition that this day began; False when every partition has it, or a later one, already.

    Raises  KafkaException when the broker did not commit it
    """
    event = DayBegan(CalendarKind.DAY_BEGAN, day)
    return _publish(cluster, codec, event, f"{prefix}calendar", lambda newest: newest.day >= day)


def publish_policy(cluster: Cluster, codec: Codec, policy: PolicyPublished, *, prefix: str = "") -> bool:
    """Put a policy in force in every partition; False when it is in force everywhere already.

    Raises  KafkaException when the broker did not commit it
    """
    named = policy.policy_hash
    return _publish(cluster, codec, policy, f"{prefix}policy", lambda newest: newest.policy_hash == named)


def _publish(
    cluster: Cluster, codec: Codec, event: Wide, transactional_id: str, said: Callable[[Wide], bool]
) -> bool:
    producer = transactional_producer(cluster, transactional_id)
    try:
        producer.init_transactions(
            30.0
        )  # whoever published before is done or fenced: what is read now is the truth
        newest = newest_of(cluster, codec, type(event), topic_of(event))
        if len(newest) == cluster.partitions and all(map(said, newest.values())):
            return False
        recorder, now = Recorder(codec, cluster.partitions), datetime.now(UTC)
        producer.begin_transaction()
        for q in range(cluster.partitions):
            enqueue(producer, recorder.record(event, begun(transactional_id, f"{now}|{q}"), now, partition=q))
        producer.commit_transaction(30.0)
        return True
    finally:
        producer.close()


def newest_of(cluster: Cluster, codec: Codec, kind: type[Wide], topic: str) -> dict[int, Wide]:
    """The newest day or policy of every partition that has one."""
    consumer = reader(cluster, f"newest-{topic}")
    newest: dict[int, Wide] = {}
    try:
        for rows in to_end(consumer, {(topic, q): START for q in range(cluster.partitions)}, "signaalbrug doctor"):
            for raw in rows:
                event = codec.decode(topic, raw.value or b"")
                if not isinstance(event, NotDecoded) and isinstance(event, kind):
                    newest[raw.at.partition] = event
    finally:
        consumer.close()
    return newest


def serve(environment: Mapping[str, str]) -> int:
    """Publish each day as it begins, until SIGTERM; returns 0 after an orderly stop."""
    settings, cluster = settings_from(environment, CalendarSettings), Cluster.from_environment(environment)
    codec = codec_from(environment)
    log = configure_logging("calendar")
    stop = stop_event()
    published: list[date] = []
    operations = serve_operations(settings.operations_port, lambda: bool(published))
    try:
        while not stop.is_set():
            today = civil_day(datetime.now(UTC))
            if not published or published[-1] < today:
                try:
                    new = publish_day(cluster, codec, today, prefix=settings.transactional_prefix)
                except (KafkaException, RegistryDown) as trouble:
                    log.warning("publish_failed", code=error_code(trouble))
                    stop.wait(1.0)
                    continue
                published[:] = [today]
                PUBLISHED.set(datetime.combine(today, datetime.min.time(), AMSTERDAM).timestamp())
                log.info("day_published" if new else "day_known", day=today.isoformat())
            stop.wait(LOOK_EVERY_S)
    finally:
        operations.shutdown()
    log.info("stopped")
    return 0
