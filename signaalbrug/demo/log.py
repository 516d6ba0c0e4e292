"""Everything on the log, as committed readers see it: the one source of the demo's figures and checks."""

from typing import Any

from schemas.admission import admitted
from schemas.catalogue import TOPICS
from schemas.codec import Codec
from schemas.events.event import Position
from schemas.events.state import Cursor, HouseholdRecord, PersonRecord
from schemas.following import Arrived
from schemas.transport import Cluster, WholeLog
from schemas.vocabulary import StateKind
from streams.runtime.memory import Memory

BATCH, WAIT_S = 2_000, 0.1
Where = tuple[str, int]


class LiveLog:
    """Reads all topics of a cluster from their beginning, and goes on where it was."""

    def __init__(self, cluster: Cluster) -> None:
        self.arrived: list[Arrived] = []
        self.ends: dict[Where, int] = {}
        self.cursors: dict[Where, Cursor] = {}
        self._codec, self._partitions = Codec(), cluster.partitions
        self._read_to = {(topic, partition): 0 for topic in TOPICS for partition in range(cluster.partitions)}
        self._log = WholeLog(cluster, "demo-log", tuple(self._read_to))

    def catch_up(self) -> int:
        """Read to the present end of every partition; returns how many records came."""
        before = len(self.arrived)
        wanted = self._log.ends()
        while any(self._read_to[where] < end for where, end in wanted.items()):
            for message, is_end in self._log.read(BATCH, WAIT_S):
                self._take(message, is_end)
        return len(self.arrived) - before

    def _take(self, message: Any, is_end: bool) -> None:
        where: Where = (message.topic(), message.partition())
        if is_end:
            self._read_to[where] = message.offset()
            return
        at = Position(*where, message.offset())
        headers, value = message.headers(), message.value()
        event = admitted(self._codec, at, self._partitions, message.key(), value, headers)
        self.ends[where] = self._read_to[where] = at.offset + 1
        if isinstance(event, PersonRecord | HouseholdRecord) and event.kind is StateKind.CURSOR:
            assert event.cursor is not None
            self.cursors[event.cursor.step, event.cursor.partition] = event.cursor
        stamp = message.timestamp()[1]
        self.arrived.append(Arrived(at, event, message.key() or b"", value, headers, stamp))

    def close(self) -> None:
        """Let go of the broker."""
        self._log.close()


def arrived_in(memory: Memory, since: int = 0) -> list[Arrived]:
    """The in-memory log, from its *since*-th record on, in the shape in which followers get it."""
    stamp = int(memory.now.timestamp() * 1000)
    return [
        Arrived(
            logged.at,
            admitted(
                memory.recorder.codec,
                logged.at,
                memory.partitions,
                logged.record.key,
                logged.record.value,
                logged.record.headers,
            ),
            logged.record.key,
            logged.record.value,
            logged.record.headers,
            stamp,
        )
        for logged in memory.log[since:]
    ]
