"""What a broker has of the catalogue, for those who look whether all is as it should be."""

from collections.abc import Iterator

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from schemas.catalogue import TOPICS
from schemas.transport import Cluster

PATIENCE_S = 5.0


def answers(cluster: Cluster) -> bool:
    """Whether the broker tells what it has within a few seconds."""
    try:
        AdminClient(cluster.client("doctor")).list_topics(timeout=PATIENCE_S)
    except KafkaException:
        return False
    return True


def missing_topics(cluster: Cluster) -> list[str]:
    """Topics of the catalogue that are not there."""
    present = AdminClient(cluster.client("doctor")).list_topics(timeout=PATIENCE_S).topics
    return [name for name in TOPICS if name not in present]


def wrong_partitions(cluster: Cluster) -> dict[str, int]:
    """Topics with another number of partitions than the setting says, and that number."""
    present = AdminClient(cluster.client("doctor")).list_topics(timeout=PATIENCE_S).topics
    counts = {name: len(present[name].partitions) for name in TOPICS if name in present}
    return {name: count for name, count in counts.items() if count != cluster.partitions}


def wrong_settings(cluster: Cluster) -> Iterator[tuple[str, str, str, str]]:
    """Topic, setting, what it is and what it should be."""
    admin = AdminClient(cluster.client("doctor"))
    present = admin.list_topics(timeout=PATIENCE_S).topics
    asked = {ConfigResource(ResourceType.TOPIC, name): name for name in TOPICS if name in present}
    for resource, future in admin.describe_configs(list(asked)).items() if asked else ():
        found = future.result(PATIENCE_S * 2)
        for setting, wanted in TOPICS[asked[resource]].settings().items():
            is_now = found[setting].value if setting in found else ""
            if set(str(is_now).split(",")) != set(wanted.split(",")):
                yield asked[resource], setting, str(is_now), wanted


def mend_settings(cluster: Cluster) -> list[str]:
    """Give topics the settings of the catalogue again; returns what was mended."""
    wrong = list(wrong_settings(cluster))
    resources = []
    for topic in dict.fromkeys(each[0] for each in wrong):
        entries = [
            ConfigEntry(setting, wanted, incremental_operation=AlterConfigOpType.SET)
            for name, setting, _, wanted in wrong
            if name == topic
        ]
        resources.append(ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries))
    admin = AdminClient(cluster.client("doctor"))
    for future in admin.incremental_alter_configs(resources).values() if resources else ():
        future.result(PATIENCE_S * 2)
    return [f"{topic} {setting}" for topic, setting, _, _ in wrong]
