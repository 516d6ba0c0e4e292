"""What an operator sees of a step: outcomes become counters once, here, from what was committed.

Source  ecosystem.md 2.1: names and labels; label values come from closed lists and from the policy only
"""

import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from schemas.events.account import AccessDecision, Outcome
from schemas.events.alert import Alert
from schemas.events.event import Event, Forget
from schemas.operations import QUARANTINED
from schemas.record import OutRecord
from streams.runtime.books import Books, InForce
from streams.runtime.raw import Raw
from streams.runtime.turn import Turn

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

RECORDS = Counter("signaalbrug_step_records", "Records decided", ["step", "topic"])
EMITTED = Counter("signaalbrug_step_emitted", "Records written, by topic", ["step", "topic"])
BATCH = Histogram("signaalbrug_step_batch_seconds", "Deciding and committing one batch", ["step"], buckets=_SECONDS)
COMMIT = Histogram(
    "signaalbrug_step_commit_seconds", "One Kafka transaction", ["step", "partition"], buckets=_SECONDS
)
COMMIT_AGE = Gauge("signaalbrug_step_commit_age_seconds", "Since the last commit", ["step", "partition"])
RESTORE = Gauge("signaalbrug_step_restore_seconds", "Reading the books at the last opening", ["step"])
HELD = Gauge("signaalbrug_step_partitions_held", "Partitions that are open here", ["step"])
FENCED = Counter("signaalbrug_step_fenced", "Another process opened a partition of ours", ["step"])
FAILED = Counter("signaalbrug_step_failed", "Transactions that did not succeed and were begun again", ["step"])
HUNG = Counter("signaalbrug_step_hung", "Transactions that the broker forgot to end, aborted here", ["step"])
PARKED = Gauge("signaalbrug_step_parked", "Partitions that wait for the schema registry", ["step"])
REDELIVERED = Counter("signaalbrug_step_redelivered", "Delivered again and dropped", ["step", "topic"])
CAUGHT_UP = Counter("signaalbrug_step_caught_up", "Not delivered, read by the step itself", ["step", "topic"])
UNDECIDED_AGE = Gauge("signaalbrug_oldest_undecided_seconds", "Age of the oldest undecided record", ["step"])
LAG = Gauge("signaalbrug_step_lag_records", "Offsets between cursor and the end of the log", ["step", "topic"])
DECISIONS = Counter("signaalbrug_decisions", "Authorisation decisions", ["allowed", "reason", "source", "purpose"])
OUTCOMES = Counter("signaalbrug_outcomes", "What became of signals", ["outcome", "source"])
ALERTS = Counter("signaalbrug_alerts", "Alerts opened", ["rule", "rule_version", "team", "urgency"])
POLICY = Gauge("signaalbrug_policy_info", "Which policy a partition works with", ["sha"])


def count(emitted: Event | Forget) -> None:
    """One decision's event as a counter."""
    match emitted:
        case AccessDecision():
            allowed = "true" if emitted.allowed else "false"
            DECISIONS.labels(allowed, emitted.reason.value, emitted.source.value, emitted.purpose.value).inc()
        case Outcome():
            OUTCOMES.labels(emitted.kind.value, emitted.source.value).inc()
        case Alert() if emitted.kind.value == "opened":
            ALERTS.labels(emitted.rule, emitted.rule_version, emitted.team, emitted.urgency.value).inc()
        case _:
            pass


class Meter:
    """The figures of one step in this process."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._committed: dict[int, datetime] = {}
        self._policy: str | None = None
        self._lag: dict[int, Mapping[str, int]] = {}
        self._parked: set[int] = set()
        self._lock = threading.Lock()

    def restored(self, seconds: float, partition: int, committed_at: datetime, books: Books) -> None:
        """A partition was opened."""
        RESTORE.labels(self._step).set(seconds)
        self._new_policy(books.in_force)
        self._aged(partition, committed_at)

    def redelivered(self, topic: str, count: int) -> None:
        """Delivered again, and dropped."""
        if count:
            REDELIVERED.labels(self._step, topic).inc(count)

    def caught_up(self, topic: str, count: int) -> None:
        """Not delivered, and read by itself."""
        if count:
            CAUGHT_UP.labels(self._step, topic).inc(count)

    def decided(self, rows: Sequence[Raw]) -> None:
        """Records whose decision is committed."""
        for topic, many in Tally(raw.at.topic for raw in rows).items():
            RECORDS.labels(self._step, topic).inc(many)

    def committed(
        self, partition: int, seconds: float, committed_at: datetime, records: Sequence[OutRecord], turn: Turn
    ) -> None:
        """A transaction succeeded: only now does what it says count."""
        COMMIT.labels(self._step, str(partition)).observe(seconds)
        BATCH.labels(self._step).observe(time.monotonic() - turn.began)
        for topic, many in Tally(record.topic for record in records).items():
            EMITTED.labels(self._step, topic).inc(many)
        for emitted in turn.emitted:
            count(emitted)
        for stage, reason in turn.refused:
            QUARANTINED.labels(stage.value, reason.value).inc()
        self._aged(partition, committed_at)
        self._new_policy(turn.in_force)

    def _new_policy(self, in_force: InForce) -> None:
        if in_force.policy is None or in_force.policy.policy_hash == self._policy:
            return
        with self._lock:
            POLICY.clear()
            POLICY.labels(in_force.policy.policy_hash).set(1)
            self._policy = in_force.policy.policy_hash

    def _aged(self, partition: int, committed_at: datetime) -> None:
        with self._lock:
            known = partition in self._committed
            self._committed[partition] = committed_at
        if not known:
            COMMIT_AGE.labels(self._step, str(partition)).set_function(lambda: self._age(partition))

    def _age(self, partition: int) -> float:
        at = self._committed.get(partition)
        return 0.0 if at is None else (datetime.now(at.tzinfo) - at).total_seconds()

    def let_go(self, partition: int) -> None:
        """A partition is no longer ours to speak of."""
        self.parked(partition, False)
        with self._lock:
            self._lag.pop(partition, None)
            if self._committed.pop(partition, None) is not None:
                COMMIT_AGE.remove(self._step, str(partition))

    def fenced(self) -> None:
        """Another process opened a partition of ours."""
        FENCED.labels(self._step).inc()

    def failed(self) -> None:
        """A transaction did not succeed."""
        FAILED.labels(self._step).inc()

    def hung(self) -> None:
        """A transaction was open that the broker had forgotten."""
        HUNG.labels(self._step).inc()

    def parked(self, partition: int, waits: bool) -> None:
        """Whether a partition waits for the registry to say what a record is."""
        with self._lock:
            (self._parked.add if waits else self._parked.discard)(partition)
            PARKED.labels(self._step).set(len(self._parked))

    def watch(self, held: Callable[[], float], oldest: Callable[[], float]) -> None:
        """Ask at every scrape how many partitions are open and how old the oldest undecided record is."""
        FENCED.labels(self._step)
        FAILED.labels(self._step)
        HUNG.labels(self._step)
        PARKED.labels(self._step)
        HELD.labels(self._step).set_function(held)
        UNDECIDED_AGE.labels(self._step).set_function(oldest)

    def lag(self, partition: int, by_topic: Mapping[str, int]) -> None:
        """How far the cursor of a partition is from the ends of the logs."""
        with self._lock:
            self._lag[partition] = by_topic
            for topic in by_topic:
                LAG.labels(self._step, topic).set(sum(each.get(topic, 0) for each in self._lag.values()))
