"""I2: every revision once, none skipped, and at most one open alert per household and theme."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schemas.events.alert import Alert
from schemas.vocabulary import AlertStatus
from signaalbrug.proof.finding import Checked, Finding
from streams.trail.kept import Held, Kept

PROMISE = "each alert revision once, gap-free; one open alert per household and theme"
_OPEN = (AlertStatus.OPEN, AlertStatus.TAKEN_UP)
#: The answer about an alert that a household does not have is a revision of nothing.
_NO_REVISION = "0"


def alerts_once(records: Sequence[Kept]) -> Checked:
    """Alert revisions as they follow each other on the log.

    Source  promises.md I2, 6.4.1
    """
    said = [r for r in records if r.at.topic == "alert.v1" and r.held is not Held.HASH_ONLY and _counts(r)]
    return Checked("I2", PROMISE, len(said), (*_numbered(said), *_open_twice(said)))


def _counts(record: Kept) -> bool:
    return record.held is not Held.TOMBSTONE and record.name.rev != _NO_REVISION


def _numbered(said: Sequence[Kept]) -> Iterator[Finding]:
    last: dict[str, int] = defaultdict(int)
    for record in said:
        node, revision = record.name.node, int(record.name.rev)
        expected = last[node] + 1
        if revision < expected:
            yield Finding("I2", f"revision {revision} was said twice", node)
        elif revision > expected:
            yield Finding("I2", f"revision {expected} is missing", node)
        last[node] = max(last[node], revision)


def _open_twice(said: Sequence[Kept]) -> Iterator[Finding]:
    open_now: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in said:
        alert = record.event
        if not isinstance(alert, Alert):
            for those in open_now.values():
                those.discard(record.name.node.removeprefix("alert/"))
            continue
        those = open_now[alert.household, alert.theme]
        if alert.status not in _OPEN:
            those.discard(alert.alert)
            continue
        those.add(alert.alert)
        if len(those) > 1:
            yield Finding("I2", "two open alerts of one household and theme", record.name.node)
