"""I1: every row of every delivery is accounted for, and every signal has one fate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.events.account import Outcome
from schemas.events.delivery import Delivery, Quarantined
from schemas.vocabulary import DeliveryKind, Stage
from signaalbrug.proof.finding import Checked, Finding
from streams.trail.fates import Fate, fates, is_signal, newest_versions
from streams.trail.kept import Held, Kept

PROMISE = "rows of each delivery = fates + duplicates + refused; no signal is lost"
#: A register's lookups have receipts too, but deliver no rows.
_DELIVERED = ("signal/", "consent/")


@dataclass(slots=True)
class _Receipt:
    closed: list[Delivery] = field(default_factory=list)
    opened: bool = False
    published: set[int] = field(default_factory=set)
    quarantined: set[int] = field(default_factory=set)


def accounted(records: Sequence[Kept]) -> Checked:
    """Rows against fates, delivery by delivery.

    Source  promises.md I1; rules.md 4
    """
    receipts = _receipts(records)
    found = [finding for name in sorted(receipts) for finding in _unbalanced(name, receipts[name])]
    became = fates(records)
    found += _lost(became.values(), _quarantined(records))
    found += _unknown(records)
    rows = sum(each.closed[0].rows for each in receipts.values() if each.closed)
    return Checked("I1", PROMISE, rows + len(became), tuple(found))


def _receipts(records: Iterable[Kept]) -> dict[str, _Receipt]:
    receipts: dict[str, _Receipt] = defaultdict(_Receipt)
    for record in records:
        match record.event:
            case Delivery(kind=DeliveryKind.CLOSED) as closed:
                receipts[closed.receipt].closed.append(closed)
            case Delivery() as opened:
                receipts[opened.receipt].opened = True
            case Quarantined(row=int(row), receipt=receipt, stage=Stage.DECODE | Stage.DECIDE):
                receipts[receipt].quarantined.add(row)
            case _ if record.receipt is not None and record.row is not None:
                if record.name.node.startswith(_DELIVERED) and record.held is not Held.HASH_ONLY:
                    receipts[record.receipt].published.add(record.row)
    return receipts


def _unbalanced(name: str, receipt: _Receipt) -> Iterator[Finding]:
    def wrong(what: str) -> Finding:
        return Finding("I1", what, f"delivery/{name}")

    if not receipt.closed:
        told = "the delivery was never closed" if receipt.opened else "rows came in of a delivery nobody opened"
        yield wrong(told)
        return
    closed = receipt.closed[0]
    if any(other != closed for other in receipt.closed):
        yield wrong("the delivery was closed twice, differently")
    refused = {each.row for each in closed.refused}  # a file refused as a whole is one row, number 0
    duplicates, came = set(closed.duplicates), receipt.published | receipt.quarantined
    if closed.rows != closed.accepted + len(duplicates) + len(refused):
        yield wrong("rows is not accepted + duplicates + refused")
    if len(came) != closed.accepted:
        yield wrong(f"{closed.accepted} rows were accepted, {len(came)} are on the log")
    if twice := (came & duplicates) | (came & refused) | (duplicates & refused):
        yield wrong(f"row {min(twice)} became two things")
    beyond = (came | duplicates | refused) - set(range(1, closed.rows + 1)) - {0}
    if beyond:
        yield wrong(f"row {min(beyond)} is not one of the delivery")


def _quarantined(records: Iterable[Kept]) -> frozenset[tuple[str, str]]:
    """The signal versions that a step could not decide about and sealed away: that is their fate."""
    sealed = {
        (each.event.topic, each.event.partition, each.event.offset)
        for each in records
        if isinstance(each.event, Quarantined)
    }
    return frozenset(record.name for record in records if is_signal(record) and tuple(record.at) in sealed)


def _lost(became: Iterable[Fate], quarantined: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    for fate in became:
        if fate.kind is None and (f"signal/{fate.signal}", fate.version) not in quarantined:
            yield Finding("I1", "the newest version of a signal has no outcome: lost", f"signal/{fate.signal}")


def _unknown(records: Sequence[Kept]) -> Iterator[Finding]:
    """An outcome about a version that never came in."""
    newest = newest_versions(records)
    versions = {record.name for record in records if is_signal(record)}
    for record in records:
        if isinstance(record.event, Outcome):
            signal = f"signal/{record.event.signal}"
            if signal not in newest or (signal, record.event.version) not in versions:
                yield Finding("I1", "an outcome of a signal version that never came in", str(record.at))
