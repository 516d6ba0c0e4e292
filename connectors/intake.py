"""The one loop: read → normalise → vault → publish | quarantine, with a receipt per delivery.

A crash anywhere is mended by calling again with the same file: the vault gives the same receipt, the books give
the same plans, and what was not ticked off is published again as the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import BinaryIO, Literal
from zoneinfo import ZoneInfo

from connectors.connector import Connector, ConsentDraft, Draft, RawRecord, Refused
from connectors.publish import Publish, Row, closing, opening, records_of
from connectors.quarantine import Seal, quarantined
from connectors.receipts import Books, RowOutcome, RowPlan, Summary, Version
from connectors.vault.api import MOST_PERSONS, Receipt, Vault
from connectors.versions import Before, judged, version_of
from schemas.events.delivery import RefusedRow
from schemas.record import OutRecord, Recorder
from schemas.vocabulary import Refusal

#: A source's clock may run ahead this much; beyond it a version would win for ever.  Source  bad_inputs.md D2
CLOCK_SKEW = timedelta(minutes=15)
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_HEAD = 1_048_576

Status = Literal["accepted", "refused", "known"]


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything the loop touches: the vault, the log, the books, the clock."""

    vault: Vault
    publish: Publish
    books: Books
    recorder: Recorder
    seal: Seal
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: `known` is one that was taken before; not `new` is one that published nothing now."""

    receipt: Receipt
    status: Status
    summary: Summary
    new: bool

    @property
    def rows(self) -> int:
        return self.summary.rows

    @property
    def accepted(self) -> int:
        return self.summary.accepted

    @property
    def duplicates(self) -> tuple[int, ...]:
        return self.summary.duplicates

    @property
    def refused(self) -> tuple[RefusedRow, ...]:
        return self.summary.refused


class Changed(Exception):
    """The file changed while it was read: it stays where it is and is taken again."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    connector: Connector
    receipt: Receipt
    size: int
    effects: Effects
    source_key: bytes

    @property
    def today(self) -> date:
        return self.effects.now().astimezone(_AMSTERDAM).date()


def take_in(
    connector: Connector,
    file: BinaryIO,
    size: int,
    effects: Effects,
    unchanged: Callable[[], bool] = lambda: True,
) -> Taken:
    """Take one file in; returns after everything was acknowledged.

    Raises  VaultDown, VaultRefused, Changed, and what `publish` raises: call again with the same file
    """
    identity = _identity(connector, file, size)
    receipt = effects.vault.open_receipt(connector.name, identity, size)
    delivery = _Delivery(connector, receipt, size, effects, effects.vault.source_key(connector.name))
    account = effects.books.account(receipt, connector.name, size)
    if account.closed or receipt.status == "closed":
        effects.vault.close_receipt(receipt.id)
        return _taken(delivery, known=True)
    if not account.opened:
        effects.publish([opening(effects.recorder, receipt, connector.name, size)])
        effects.books.opened(receipt.id)
    try:
        if account.closed_at is None:
            _rows(delivery, file, account.through_row, unchanged)
    except Changed:
        _close(delivery)  # what came in is accounted for; the new content is another delivery
        raise
    _close(delivery)
    return _taken(delivery, known=False)


def _close(delivery: _Delivery) -> None:
    """Account for every row, and ask the vault for no more persons."""
    effects, receipt = delivery.effects, delivery.receipt
    closed_at = effects.books.close(receipt.id, _whole_ms(effects.now()))
    summary = effects.books.summary(receipt.id)
    effects.publish(
        [closing(effects.recorder, receipt, delivery.connector.name, delivery.size, closed_at, summary)]
    )
    effects.books.closed(receipt.id)
    effects.vault.close_receipt(receipt.id)


def _taken(delivery: _Delivery, known: bool) -> Taken:
    summary = delivery.effects.books.summary(delivery.receipt.id)
    status: Status = "refused" if summary.whole_refused else "known" if known else "accepted"
    return Taken(delivery.receipt, status, summary, not known)


def _identity(connector: Connector, file: BinaryIO, size: int) -> bytes:
    """SHA-256 of the content; of a file that is too large only its size and head, since it is not read."""
    file.seek(0)
    if size > connector.largest_file:
        return hashlib.sha256(b"too large:%d:" % size + file.read(_HEAD)).digest()
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(_HEAD), b""):
        digest.update(chunk)
    return digest.digest()


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _rows(delivery: _Delivery, file: BinaryIO, through_row: int, unchanged: Callable[[], bool]) -> None:
    """Every row after the last that was ticked off; nothing of a file that is refused as a whole."""
    checked = _checked(delivery, file)
    if isinstance(checked, Refused):
        _batch(delivery, [checked], delivery.receipt.opened_at)
        return
    file.seek(0)
    left = (each for each in delivery.connector.read(file) if each.row > through_row)
    for rows in _batches(left, MOST_PERSONS):
        if rows[-1].row == 0 or not unchanged():
            raise Changed
        _batch(delivery, rows, checked)


def _checked(delivery: _Delivery, file: BinaryIO) -> datetime | Refused:
    """The time of delivery, or why the whole file is refused; what was decided before a crash stays decided."""
    before = delivery.effects.books.plans(delivery.receipt.id, [0]).get(0)
    if before is not None:
        return Refused(0, before.reason or Refusal.UNKNOWN, before.field)
    if delivery.size > delivery.connector.largest_file:
        return Refused(0, Refusal.SIZE)
    file.seek(0)
    said = delivery.connector.delivered(file)
    if isinstance(said, Refused):
        return said
    if said.stated_at is not None and said.stated_at > delivery.effects.now() + CLOCK_SKEW:
        return Refused(0, Refusal.DATE_IN_FUTURE)
    return said.stated_at or delivery.receipt.opened_at


def _batches(rows: Iterable[RawRecord | Refused], most: int) -> Iterator[Sequence[RawRecord | Refused]]:
    iterator = iter(rows)
    while batch := tuple(islice(iterator, most)):
        yield batch


def _batch(delivery: _Delivery, rows: Sequence[RawRecord | Refused], delivered_at: datetime) -> None:
    """Plan what is new, publish the plan, tick it off."""
    effects, receipt = delivery.effects, delivery.receipt
    raws = {each.row: each.raw for each in rows}
    read = {each.row: _normalised(delivery, each) for each in rows}
    stated = _stated(delivery, read, delivered_at)
    plans = dict(effects.books.plans(receipt.id, list(read)))
    new = _planned(delivery, {row: each for row, each in read.items() if row not in plans}, stated)
    effects.books.plan(receipt.id, new)
    plans |= {plan.row: plan for plan in new}
    records: list[OutRecord] = []
    for row, plan in sorted(plans.items()):
        records += _published(delivery, raws[row], read[row], plan)
    if records:
        effects.publish(records)
    effects.books.published(receipt.id, max(read))


def _normalised(delivery: _Delivery, row: RawRecord | Refused) -> Draft | Refused:
    draft = row if isinstance(row, Refused) else delivery.connector.normalise(row, delivery.today)
    if isinstance(draft, Refused):
        return draft
    own = draft.recorded_at if isinstance(draft, ConsentDraft) else draft.mutated_at
    if own is not None and own > delivery.effects.now() + CLOCK_SKEW:
        return Refused(row.row, Refusal.DATE_IN_FUTURE, raw=row.raw)
    return draft


def _stated(
    delivery: _Delivery, read: dict[int, Draft | Refused], delivered_at: datetime
) -> dict[int, tuple[Draft, Version]]:
    """The version that each readable row states, with the pseudonym of whom it is about."""
    drafts = {row: each for row, each in read.items() if not isinstance(each, Refused)}
    if not drafts:
        return {}
    persons = delivery.effects.vault.pseudonymise_many(delivery.receipt.id, [each.bsn for each in drafts.values()])
    return {
        row: (draft, version_of(delivery.source_key, draft, person, delivered_at))
        for (row, draft), person in zip(drafts.items(), persons, strict=True)
    }


def _planned(
    delivery: _Delivery, read: dict[int, Draft | Refused], stated: dict[int, tuple[Draft, Version]]
) -> list[RowPlan]:
    """Judge the rows in their order, each knowing what those before it said."""
    books, receipt, at = delivery.effects.books, delivery.receipt.id, _whole_ms(delivery.effects.now())
    versions = [stated[row][1] for row in read if row in stated]
    newest = dict(books.newest({each.entity for each in versions}))
    known = set(books.known({each.version for each in versions}))
    seen = set(books.seen(receipt, {each.entity for each in versions}))
    plans = []
    for row, each in read.items():
        if isinstance(each, Refused):
            plans.append(RowPlan(row, RowOutcome.REFUSED, at, each.reason, each.field))
            continue
        draft, version = stated[row]
        before = Before(newest.get(version.entity), version.version in known, version.entity in seen)
        plan = judged(row, draft, version, before, at)
        plans.append(plan)
        seen.add(version.entity)
        if plan.outcome is RowOutcome.ACCEPTED:
            known.add(version.version)
            newest[version.entity] = max(before.newest or version, version, key=lambda one: one.order)
    return plans


def _published(delivery: _Delivery, raw: bytes, read: Draft | Refused, plan: RowPlan) -> list[OutRecord]:
    effects, receipt = delivery.effects, delivery.receipt
    match plan.outcome:
        case RowOutcome.DUPLICATE:
            return []
        case RowOutcome.REFUSED:
            size = len(raw) if plan.row else delivery.size
            return [quarantined(effects.recorder, effects.seal, receipt, delivery.connector.name, raw, size, plan)]
        case RowOutcome.ACCEPTED:
            if plan.version is None:
                return []  # the person was erased between plan and crash
            assert not isinstance(read, Refused)
            return records_of(effects.recorder, receipt, Row(raw, read, plan))
