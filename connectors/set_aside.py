"""What lies in quarantine and what became of it: records of `quarantine.v1` put together, without any content."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.events.delivery import Quarantined, Settled
from schemas.identity import ReceiptId
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.vocabulary import Settlement

USER = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
#: What destroys needs a second person, and a reason from this list.
DISCARDS = tuple(each for each in Settlement if each not in (Settlement.UNKNOWN, Settlement.REDRIVEN))


class NotSettled(Exception):
    """It cannot be settled so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in quarantine, with every settlement of it in the order of their times."""

    said: Quarantined
    settled: tuple[Settled, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.said.receipt}/{self.said.row or 0}"

    @property
    def place(self) -> str:
        """Where it came from."""
        said = self.said
        if said.topic is not None:
            return f"{said.topic}/{said.partition}/{said.offset}"
        return f"row {said.row}" if said.row else "the whole file"

    @property
    def in_order(self) -> tuple[object, ...]:
        """Records in the order of their log, so of each household; rows in that of their deliveries."""
        said = self.said
        if said.topic is not None:
            return 1, said.topic, said.partition or 0, said.offset or 0
        return 0, (said.delivered_at or said.failed_at).timestamp(), said.receipt, said.row or 0


def entries(events: Iterable[Quarantined]) -> Mapping[str, Entry]:
    """By their ids, the oldest first; a settlement whose entry is past its 30 days says nothing any more."""
    found: dict[str, Entry] = {}
    settled: dict[str, list[Settled]] = {}
    for event in events:
        entry = Entry(event)
        if event.settled is not None:
            settled.setdefault(entry.id, []).append(event.settled)
        else:
            found.setdefault(entry.id, entry)  # said again after a crash: the same bytes
    by_time = sorted(found.values(), key=lambda each: (each.said.failed_at, each.id))
    return {each.id: replace(each, settled=_each_once(settled.get(each.id, ()))) for each in by_time}


def _each_once(settled: Iterable[Settled]) -> tuple[Settled, ...]:
    return tuple(sorted(set(settled), key=lambda each: each.at))


def settlement(recorder: Recorder, entry: Entry, settled: Settled) -> OutRecord:
    """The record that says what was done; it holds no content.

    Raises  NotSettled
    """
    people = [settled.by, *([settled.seconded_by] if settled.seconded_by is not None else ())]
    if not all(map(USER.fullmatch, people)):
        raise NotSettled("user")
    if settled.how in DISCARDS and settled.seconded_by in (None, settled.by):
        raise NotSettled("seconded_by")
    if any(each.how is not Settlement.REDRIVEN for each in entry.settled):
        raise NotSettled("settled")
    event = replace(entry.said, sealed=b"", settled=settled)
    return recorder.record(event, begun("quarantine", f"{entry.id}/{settled.how}/{settled.by}"), settled.at)


def discarded(
    recorder: Recorder, entry: Entry, how: Settlement, by: str, seconded_by: str, at: datetime
) -> OutRecord:
    """Say that it is done with: it cannot be offered again, and its content goes when its 30 days are over.

    Raises  NotSettled
    """
    if how not in DISCARDS:
        raise NotSettled("reason")
    return settlement(recorder, entry, Settled(how, at, by, seconded_by, None))


def listed(entry: Entry) -> str:
    """One line: when, which component, where, why, what became of it; never content."""
    said = entry.said
    became = "; ".join(_became(each) for each in entry.settled) or "open"
    where = f"{entry.place} ({said.field})" if said.field else entry.place
    return "  ".join((entry.id, f"{said.failed_at:%Y-%m-%d}", said.component, where, said.reason.value, became))


def shown(entry: Entry) -> Iterator[str]:
    """All that may be told of it without the private key."""
    said = entry.said
    yield f"{entry.id}: {said.reason.label}"
    yield f"stage {said.stage}, component {said.component}, {entry.place}, field {said.field or '-'}"
    yield f"at {said.failed_at.isoformat()}, {said.size} bytes, hash {said.content_hash}"
    yield "content sealed" if said.sealed else "content not kept: only the source can deliver it again"
    yield from map(_became, entry.settled)


def _became(settled: Settled) -> str:
    second = f" and {settled.seconded_by}" if settled.seconded_by else ""
    under = f" as {settled.receipt}" if settled.receipt else ""
    return f"{settled.how.value} on {settled.at:%Y-%m-%d} by {settled.by}{second}{under}"


def redriven_as(by: str, at: datetime, receipt: str | None) -> Settled:
    """Offered again; rows under a receipt of their own."""
    return Settled(Settlement.REDRIVEN, at, by, None, None if receipt is None else ReceiptId(receipt))
