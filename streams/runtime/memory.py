"""The same steps without a broker: for specifications, backtests, verification and the withdrawal proof."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from schemas.admission import admitted, header
from schemas.catalogue import TOPICS
from schemas.codec import Codec, NotDecoded
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forget, Position
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from streams.core.evidence import sha256
from streams.core.step import Context, Step
from streams.policy.bundle import policy_of
from streams.runtime.applying import Applied, Cause, apply, owner_of
from streams.topology import PARTITION_WIDE, STEPS

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Logged:
    """A record with its place on the in-memory log, and when it came among all."""

    at: Position
    sequence: int
    record: OutRecord


@dataclass(slots=True)
class Owner:
    """What one owner is remembered by."""

    state: Any
    due: date | None


@dataclass(slots=True)
class _Partition:
    """One step's share of the owners, and the records that wait for the first day and policy."""

    step: Step[Any]
    owners: dict[str, Owner] = field(default_factory=dict)
    today: date | None = None
    policy: PolicyPublished | None = None
    waiting: list[Logged] = field(default_factory=list)


class Memory:
    """An in-memory log and both steps on it; records are delivered in the order in which they came."""

    def __init__(
        self,
        codec: Codec | None = None,
        partitions: int = 1,
        steps: Sequence[Step[Any]] = STEPS,
        now: datetime = EPOCH,
    ) -> None:
        self.recorder = Recorder(codec or Codec(), partitions)
        self.partitions, self.now = partitions, now
        self.log: list[Logged] = []
        self.refused: list[tuple[Position, NotDecoded]] = []
        self._offsets: dict[tuple[str, int], int] = {}
        self._queue: list[tuple[int, str, int]] = []
        self._shares = {(s.name, q): _Partition(s) for s in steps for q in range(partitions)}
        self._readers = {
            topic: [s.name for s in steps if topic in (*s.topics, *PARTITION_WIDE)] for topic in TOPICS
        }

    def publish(self, *emitted: Event | Forget) -> None:
        """Append what a connector or register would, each to its own partition."""
        for each in emitted:
            trace = begun("memory", str(len(self.log)))
            if isinstance(each, DayBegan | PolicyPublished):
                for q in range(self.partitions):
                    self.append([self.recorder.record(each, trace, self.now, partition=q)])
            else:
                self.append([self.recorder.record(each, trace, self.now)])

    def append(self, records: Iterable[OutRecord]) -> None:
        """Append records as they are."""
        for record in records:
            where = (record.topic, record.partition)
            offset = self._offsets.get(where, 0)
            self._offsets[where] = offset + 1
            logged = Logged(Position(*where, offset), len(self.log), record)
            self.log.append(logged)
            for step in self._readers[record.topic]:
                heapq.heappush(self._queue, (logged.sequence, step, record.partition))

    def run(self) -> "Memory":
        """Decide until nothing is left to decide."""
        while self._queue:
            sequence, step, partition = heapq.heappop(self._queue)
            self._deliver(self._shares[step, partition], self.log[sequence])
        return self

    def _deliver(self, share: _Partition, logged: Logged) -> None:
        wide = logged.at.topic in PARTITION_WIDE
        if not wide and (share.today is None or share.policy is None):
            share.waiting.append(logged)
            return
        record = logged.record
        event = admitted(self.recorder.codec, logged.at, self.partitions, record.key, record.value, record.headers)
        if isinstance(event, NotDecoded):
            self.refused.append((logged.at, event))
            return
        cause = Cause(event, sha256(record.value), header(record.headers, "traceparent"))
        if wide:
            self._everybody(share, cause)
        else:
            self._one(share, owner_of(event), cause)

    def _everybody(self, share: _Partition, cause: Cause) -> None:
        """A partition-wide record: Context at once, then the owners it concerns in key order."""
        event, day = cause.event, None
        if isinstance(event, DayBegan):
            if share.today is not None and event.day <= share.today:
                return
            share.today = day = event.day
        elif isinstance(event, PolicyPublished):
            share.policy = event
        if share.today is None or share.policy is None:
            return
        waiting, share.waiting = share.waiting, []
        for logged in waiting:
            heapq.heappush(self._queue, (logged.sequence, share.step.name, logged.at.partition))
        for owner in sorted(share.owners):
            due = share.owners[owner].due
            if day is None or (due is not None and due <= day):
                self._one(share, owner, cause)

    def _one(self, share: _Partition, owner: str, cause: Cause) -> None:
        assert share.today is not None and share.policy is not None
        context = Context(share.today, policy_of(share.policy))
        known = share.owners.get(owner)
        state, due = (known.state, known.due) if known else (None, None)
        applied = apply(share.step, self.recorder, owner, state, due, cause, context, self.now)
        self._remember(share, applied)
        self.append(applied.outputs)

    def _remember(self, share: _Partition, applied: Applied) -> None:
        if applied.state is None:
            share.owners.pop(applied.owner, None)
        else:
            share.owners[applied.owner] = Owner(applied.state, applied.due)

    def states(self, step: str) -> dict[str, Any]:
        """The state of every owner of a step."""
        return {
            owner: kept.state
            for (name, _), share in sorted(self._shares.items())
            if name == step
            for owner, kept in share.owners.items()
        }

    def records(self, *topics: str) -> list[OutRecord]:
        """What was appended to these topics, in order."""
        return [logged.record for logged in self.log if logged.record.topic in topics]

    def events(self, topic: str) -> list[Event | NotDecoded]:
        """The decoded records of one topic, tombstones left out."""
        return [
            self.recorder.codec.decode(topic, record.value)
            for record in self.records(topic)
            if record.value is not None
        ]
