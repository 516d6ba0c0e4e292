"""The broker as intake meets it: a producer made when needed, made anew after trouble, asked before files come."""

import time
from collections.abc import Sequence
from typing import Any

from schemas.record import OutRecord
from schemas.scrubbing import error_code
from schemas.transport import BrokerTrouble, Cluster, producer, send

_ASK_EVERY_S = 5.0


class Outage(Exception):
    """Something that intake needs does not answer; `part` is one of PARTS in intake_metrics.py."""

    def __init__(self, part: str, error: Exception) -> None:
        super().__init__(part)
        self.part, self.code = part, error_code(error)


class Broker:
    """Where records go; nothing is asked of it before the first."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._producer: Any = None
        self._asked_s = 0.0

    def publish(self, records: Sequence[OutRecord]) -> None:
        """Raises Outage when the broker did not acknowledge everything."""
        if self._producer is None:
            self._producer = producer(self._cluster, "intake")
        try:
            send(self._producer, records)
        except BrokerTrouble as trouble:
            self._producer = None
            raise Outage("broker", trouble) from None

    def ask(self) -> None:
        """Now and then look whether it is there.

        Raises  Outage
        """
        if self._producer is None or time.monotonic() - self._asked_s > _ASK_EVERY_S:
            self._producer = self._producer or producer(self._cluster, "intake")
            try:
                self._producer.list_topics("delivery.v1", timeout=5)
            except BrokerTrouble as trouble:
                raise Outage("broker", trouble) from None
            self._asked_s = time.monotonic()
