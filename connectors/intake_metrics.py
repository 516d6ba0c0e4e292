"""What an operator sees of intake: rows by what became of them, files that lie, and what it waits for."""

import time
from collections.abc import Sequence

from prometheus_client import Counter, Gauge

from connectors.intake import Taken
from connectors.quarantine import stage_of
from schemas.operations import QUARANTINED
from schemas.vocabulary import Refusal, Stage

ROWS = Counter("signaalbrug_intake_rows", "Rows of closed deliveries", ["source", "outcome"])
LAST_SUCCESS = Gauge("signaalbrug_intake_last_success_timestamp_seconds", "Last delivery taken in", ["source"])
EXPECTED = Gauge(
    "signaalbrug_intake_source_expected_timestamp_seconds", "Since when this process waits for a source", ["source"]
)
AHEAD = Counter("signaalbrug_intake_clock_ahead", "Times told that lay up to 15 min in our future", ["source"])
WAITING = Gauge("signaalbrug_intake_waiting_files", "Files that lie in the drop folder", ["source"])
OUTAGE = Gauge("signaalbrug_intake_outage", "1 while intake cannot go on for want of this", ["part"])
PARTS = ("vault", "database", "broker", "drop")


def expected(sources: Sequence[str]) -> None:
    """From now on these may deliver: a source that never does has no time of its last delivery to go by."""
    for source in sources:
        EXPECTED.labels(source).set(time.time())


def delivered(source: str, taken: Taken) -> None:
    """A delivery was taken in; its rows count once, however often its file comes."""
    LAST_SUCCESS.labels(source).set(time.time())
    if not taken.new:
        return
    ROWS.labels(source, "accepted").inc(taken.accepted)
    ROWS.labels(source, "duplicate").inc(len(taken.duplicates))
    ROWS.labels(source, "refused").inc(len(taken.refused))
    for refused in taken.refused:
        QUARANTINED.labels(stage_of(refused).value, refused.reason.value).inc()


def ahead(source: str) -> None:
    """The clock of this source runs ahead of ours: what it sent was taken."""
    AHEAD.labels(source).inc()


def not_regular() -> None:
    """Something lay there that is no file."""
    QUARANTINED.labels(Stage.RECEIVE.value, Refusal.NOT_REGULAR.value).inc()


def outage(part: str | None) -> None:
    """What intake waits for now, if anything."""
    for each in PARTS:
        OUTAGE.labels(each).set(1 if each == part else 0)
