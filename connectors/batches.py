"""Rows of one delivery: read and judged in their order, planned in the books, published, ticked off.

The plan stands before anything is published, so that after a crash the same rows give the same records.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.bsn import Bsn
from connectors.connector import Connector, ConsentDraft, Described, Draft, RawRecord, Refused, Whom
from connectors.publish import Row, records_of
from connectors.quarantine import Seal, quarantined
from connectors.receipts import Books, RowOutcome, RowPlan, Version
from connectors.vault.api import Receipt, Vault
from connectors.versions import Before, judged, version_of
from schemas.civil import civil_day
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord, Publish, Recorder
from schemas.vocabulary import Refusal

#: A source's clock may run ahead this much; beyond it a version would win for ever.  Source  bad_inputs.md D2
CLOCK_SKEW = timedelta(minutes=15)


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
class Delivery:
    """One file under its receipt, with all that is needed to take it in."""

    connector: Connector
    receipt: Receipt
    size: int
    effects: Effects
    source_key: bytes

    @property
    def today(self) -> date:
        return civil_day(self.effects.now())


def whole_ms(at: datetime) -> datetime:
    """The moment as records and books can hold it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def take_batch(delivery: Delivery, rows: Sequence[RawRecord | Refused], delivered_at: datetime) -> None:
    """Plan what is new, publish the plan, tick it off."""
    effects, receipt = delivery.effects, delivery.receipt
    raws = {each.row: each.raw for each in rows}
    read = {each.row: _normalised(delivery, each) for each in rows}
    plans = dict(effects.books.plans(receipt.id, list(read)))
    # Of what was planned before the vault is asked nothing: who was erased since would come back into it.
    fresh, stated = _stated(delivery, {row: each for row, each in read.items() if row not in plans}, delivered_at)
    new = _planned(delivery, fresh, stated)
    effects.books.plan(receipt.id, new)
    plans |= {plan.row: plan for plan in new}
    records: list[OutRecord] = []
    for row, plan in sorted(plans.items()):
        records += _published(delivery, raws[row], read[row], plan)
    if records:
        effects.publish(records)
    effects.books.published(receipt.id, max(read))


def _normalised(delivery: Delivery, row: RawRecord | Refused) -> Draft | Refused:
    draft = row if isinstance(row, Refused) else delivery.connector.normalise(row, delivery.today)
    if isinstance(draft, Refused):
        return draft
    own = draft.recorded_at if isinstance(draft, ConsentDraft) else draft.mutated_at
    if own is not None and own > delivery.effects.now() + CLOCK_SKEW:
        return Refused(row.row, Refusal.DATE_IN_FUTURE, raw=row.raw)
    return draft


Stated = dict[int, tuple[Draft, Version]]


def _stated(
    delivery: Delivery, read: dict[int, Draft | Refused], delivered_at: datetime
) -> tuple[dict[int, Draft | Refused], Stated]:
    """The rows, with who could not be identified refused, and the version that each other one states."""
    drafts = {row: each for row, each in read.items() if not isinstance(each, Refused)}
    persons = _persons(delivery, {row: draft.whom for row, draft in drafts.items()})
    unsure = {row: Refused(row, Refusal.IDENTITY_UNCERTAIN) for row in drafts if persons[row] is None}
    stated = {
        row: (draft, version_of(delivery.source_key, draft, person, delivered_at))
        for row, draft in drafts.items()
        if (person := persons[row]) is not None
    }
    return read | unsure, stated


def _persons(delivery: Delivery, whom: dict[int, Whom]) -> dict[int, PersonPseudonym | None]:
    """The pseudonym of each; none for whom the vault is not certain of."""
    vault, receipt = delivery.effects.vault, delivery.receipt.id
    numbered = {row: each for row, each in whom.items() if isinstance(each, Bsn)}
    described = {row: each for row, each in whom.items() if isinstance(each, Described)}
    found: dict[int, PersonPseudonym | None] = {}
    if numbered:
        found |= zip(numbered, vault.pseudonymise_many(receipt, list(numbered.values())), strict=True)
    if described:
        found |= zip(described, vault.identify_many(receipt, list(described.values())), strict=True)
    return found


def _planned(delivery: Delivery, read: dict[int, Draft | Refused], stated: Stated) -> list[RowPlan]:
    """Judge the rows in their order, each knowing what those before it said."""
    books, receipt, at = delivery.effects.books, delivery.receipt.id, whole_ms(delivery.effects.now())
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


def _published(delivery: Delivery, raw: bytes, read: Draft | Refused, plan: RowPlan) -> list[OutRecord]:
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
