"""The plain job in Quix Streams, exactly once; its state store writes the changelog.

Run     python -m bench.peers.quix_job BROKER RUN FOLDER, with the Python of quix_requirements.lock
"""

import sys
from typing import Any

from bench.peers import plain

#: the default of Kafka Streams exactly_once_v2 too; the default of Quix is 5 s
COMMIT_S = 0.1


def main(broker: str, run: str, folder: str) -> None:
    """Until it is killed."""
    from quixstreams import Application, State
    from quixstreams.models import TopicConfig

    app = Application(
        broker_address=broker,
        consumer_group=f"plain-quix-{run}",
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=COMMIT_S,
        state_dir=folder,
        consumer_extra_config={"isolation.level": "read_committed", "fetch.wait.max.ms": 50},
        loglevel="WARNING",
    )
    settings = TopicConfig(num_partitions=plain.PARTITIONS, replication_factor=1)
    signals = app.topic(f"plain.in.{run}", value_deserializer="bytes", key_deserializer="str", config=settings)
    alerts = app.topic(f"plain.alert.{run}", value_serializer="bytes", key_serializer="str", config=settings)

    def decide(value: bytes, state: State) -> bytes | None:
        arrived = plain.signal(value)
        kept: Any = state.get("list")
        after, alert = plain.decided(kept, arrived)
        state.set("list", after)
        return None if alert is None else plain.alert_bytes(alert)

    frame = app.dataframe(signals).apply(decide, stateful=True)
    frame = frame.filter(lambda alert: alert is not None)
    frame.to_topic(alerts)
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:4])
