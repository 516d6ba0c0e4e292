"""Topics that are really empty and really there before a test begins."""

import contextlib

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.catalogue import TOPICS
from schemas.transport import Cluster, create_topics, reader, watermarks
from tests.support.runs import wait_for


def emptied(fresh: Cluster) -> Cluster:
    """All topics of the catalogue, empty, each partition with a leader that answers."""
    admin = AdminClient(fresh.client("tests"))

    def gone() -> bool:
        present = [name for name in admin.list_topics(timeout=15).topics if not name.startswith("__")]
        for future in admin.delete_topics(present, request_timeout=10).values() if present else ():
            with contextlib.suppress(KafkaException):
                future.result(15)
        return not present

    def made() -> bool:
        with contextlib.suppress(KafkaException):
            create_topics(fresh)
        return set(TOPICS) <= set(admin.list_topics(timeout=15).topics)

    wait_for(gone, 60, "the old topics are gone")
    wait_for(made, 60, "the new topics are there")
    with contextlib.closing(reader(fresh, "tests")) as asking:
        for topic in TOPICS:
            for q in range(fresh.partitions):
                assert watermarks(asking, topic, q) == (0, 0)
    return fresh
