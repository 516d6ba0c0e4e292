"""What a clumsy operator does to the offsets of the steps' groups."""

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.transport import Cluster
from streams.topology import PARTITION_WIDE, STEPS


def clumsy(cluster: Cluster, delivery: str = "faust") -> int:
    """Set every offset of both groups to 0, while nobody is a member; returns how many offsets that were."""
    admin, many = AdminClient(cluster.client("clumsy")), 0
    for step in STEPS:
        topics = (*PARTITION_WIDE, *step.topics)
        zero = [TopicPartition(topic, q, 0) for topic in topics for q in range(cluster.partitions)]
        asked = [ConsumerGroupTopicPartitions(f"step-{step.name}-{delivery}", zero)]
        for future in admin.alter_consumer_group_offsets(asked).values():
            assert not any(each.error for each in future.result(15).topic_partitions)
        many += len(zero)
    return many
