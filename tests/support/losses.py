"""What time and accidents do to a log, done at once: keys compacted away with their tombstones, topics lost."""

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from schemas.catalogue import TOPICS
from schemas.transport import Cluster, create_topics, reader, watermarks
from tests.support.runs import wait_for


def deleted(cluster: Cluster, topic: str) -> None:
    """What compaction leaves of a key and its old tombstone: nothing; only a topic with `delete` can be told so."""
    admin, consumer = AdminClient(cluster.client("test")), reader(cluster, "test-deleting")
    ends = [TopicPartition(topic, q, watermarks(consumer, topic, q)[1]) for q in range(cluster.partitions)]
    consumer.close()

    def gone() -> bool:
        _cleanup(admin, topic, "compact,delete")
        try:
            return all(future.result(15) for future in admin.delete_records(ends).values())
        except KafkaException:
            return False

    wait_for(gone, 30, "the records are gone")
    _cleanup(admin, topic, TOPICS[topic].cleanup)


def _cleanup(admin: AdminClient, topic: str, policy: str) -> None:
    entry = ConfigEntry("cleanup.policy", policy, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(15)


def made_anew(cluster: Cluster, topic: str) -> None:
    """The topic as it is after a loss: empty, its offsets beginning again."""
    admin = AdminClient(cluster.client("test"))
    for future in admin.delete_topics([topic], operation_timeout=30).values():
        future.result(30)
    wait_for(lambda: create_topics(cluster, [topic]) == [topic], 30, "the topic is there again")
