"""Rows of one delivery: read and judged in their order, and planned in the books.

The plan stands before anything is published, so that after a crash the same rows give the same records.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as hidden
from datetime import date, datetime, timedelta

from connectors.bsn import Bsn
from connectors.connector import Connector, ConsentDraft, Described, Feedback, Meant, RawRecord, Refused, Whom
from connectors.publish import Row, records_of
from connectors.quarantine import Seal, quarantined, whole_ms
from connectors.receipts import Books, RowOutcome, RowPlan, Version
from connectors.repeats import SoFar
from connectors.vault.api import Receipt, Vault
from connectors.versions import told_of, version_of
from schemas.civil import civil_day
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord, Publish, Recorder
from schemas.vocabulary import Refusal

#: A source's clock may run ahead this much; beyond it a version would win for ever.
CLOCK_SKEW = timedelta(minutes=15)


Persons = Mapping[int, PersonPseudonym | None]


def _nobody_told(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything the loop touches: vault, log, books, clock; `ahead` hears of a source whose clock runs ahead."""

    vault: Vault
    publish: Publish
    books: Books
    recorder: Recorder
    seal: Seal
    now: Callable[[], datetime]
    ahead: Callable[[str], None] = _nobody_told


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


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that were read and judged by themselves, with what was planned of them before."""

    raws: Mapping[int, bytes] = hidden(repr=False)
    read: Mapping[int, Meant | Refused] = hidden(repr=False)
    plans: Mapping[int, RowPlan]

    @property
    def through(self) -> int:
        return max(self.read)

    @property
    def fresh(self) -> dict[int, Meant | Refused]:
        """What was not planned before."""
        return {row: each for row, each in self.read.items() if row not in self.plans}


def begun(delivery: Delivery, rows: Sequence[RawRecord | Refused]) -> Batch:
    """The rows normalised, and what the books have of them."""
    raws = {each.row: each.raw for each in rows}
    read = {each.row: _normalised(delivery, each) for each in rows}
    return Batch(raws, read, dict(delivery.effects.books.plans(delivery.receipt.id, list(read))))


def asked(delivery: Delivery, batch: Batch) -> Persons:
    """The pseudonym of whom each row is about, by the vault; none for whom it is not certain of.

    Of what was planned before the vault is asked nothing: who was erased since would come back into it.
    """
    fresh = batch.fresh.items()
    return _persons(delivery, {row: each.whom for row, each in fresh if not isinstance(each, Refused | Feedback)})


def planned(delivery: Delivery, batch: Batch, persons: Persons, delivered_at: datetime) -> Mapping[int, RowPlan]:
    """Plan what is new; the plans of all, in the order of the rows."""
    fresh, stated = _stated(delivery, batch.fresh, persons, delivered_at)
    with delivery.effects.books.alone():
        new = _planned(delivery, fresh, stated)
        delivery.effects.books.plan(delivery.receipt.id, new)
    plans = {**batch.plans, **{plan.row: plan for plan in new}}
    return dict(sorted(plans.items()))


def recorded(
    delivery: Delivery, batch: Batch, plans: Mapping[int, RowPlan], delivered_at: datetime
) -> list[OutRecord]:
    """What is published of these plans; the same bytes however often it is asked."""
    records: list[OutRecord] = []
    for row, plan in plans.items():
        records += _published(delivery, batch.raws[row], batch.read[row], plan, delivered_at)
    return records


def _normalised(delivery: Delivery, row: RawRecord | Refused) -> Meant | Refused:
    draft = row if isinstance(row, Refused) else delivery.connector.normalise(row, delivery.today)
    if isinstance(draft, Refused | Feedback):
        return draft
    own = draft.recorded_at if isinstance(draft, ConsentDraft) else draft.mutated_at
    if own is not None and too_far_ahead(delivery, own):
        return Refused(row.row, Refusal.DATE_IN_FUTURE, raw=row.raw)
    return draft


def too_far_ahead(delivery: Delivery, stated: datetime) -> bool:
    """Whether this lies further in our future than a clock may be wrong; a little is taken, and told.

    Source  bad_inputs.md D2
    """
    now = delivery.effects.now()
    if now < stated <= now + CLOCK_SKEW:
        delivery.effects.ahead(delivery.connector.name)
    return stated > now + CLOCK_SKEW


Stated = dict[int, tuple[Meant, Version]]


def _stated(
    delivery: Delivery, read: dict[int, Meant | Refused], persons: Persons, delivered_at: datetime
) -> tuple[dict[int, Meant | Refused], Stated]:
    """The rows, with who could not be identified refused, and the version that each other one states."""
    drafts = {row: each for row, each in read.items() if not isinstance(each, Refused | Feedback)}
    unsure = {row: Refused(row, Refusal.IDENTITY_UNCERTAIN) for row in drafts if persons[row] is None}
    stated: Stated = {
        row: (draft, version_of(delivery.source_key, draft, person, delivered_at))
        for row, draft in drafts.items()
        if (person := persons[row]) is not None
    }
    back = {row: each for row, each in read.items() if isinstance(each, Feedback)}
    stated |= {row: (each, told_of(delivery.source_key, each, delivered_at)) for row, each in back.items()}
    return read | unsure, stated


def _persons(delivery: Delivery, whom: dict[int, Whom]) -> Persons:
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


def _planned(delivery: Delivery, read: dict[int, Meant | Refused], stated: Stated) -> list[RowPlan]:
    """Judge the rows in their order, each knowing what those before it said."""
    books, receipt, at = delivery.effects.books, delivery.receipt.id, whole_ms(delivery.effects.now())
    known = SoFar(books, receipt, delivery.source_key, list(stated.values()))
    told = Counter(books.told_about(receipt, civil_day(at), {version.person for _, version in stated.values()}))
    plans = []
    for row, each in read.items():
        if isinstance(each, Refused):
            plans.append(RowPlan(row, RowOutcome.REFUSED, at, each.reason, each.field))
            continue
        said, version = stated[row]
        plan = _under_ceiling(known.judge(row, said, version, at), delivery.connector.most_per_person, told)
        plans.append(plan)
        known.learn(version, plan)
    return plans


def _under_ceiling(plan: RowPlan, most: int, told: Counter[str]) -> RowPlan:
    """The plan, or its refusal when this person would get more new signals today than was agreed."""
    if not plan.counts or plan.version is None:
        return plan
    if told[plan.version.person] >= most:
        return replace(plan, outcome=RowOutcome.REFUSED, reason=Refusal.CEILING, claim=None)
    told[plan.version.person] += 1
    return plan


def _published(
    delivery: Delivery, raw: bytes, read: Meant | Refused, plan: RowPlan, delivered_at: datetime
) -> list[OutRecord]:
    effects, receipt = delivery.effects, delivery.receipt
    match plan.outcome:
        case RowOutcome.DUPLICATE:
            return []
        case RowOutcome.REFUSED:
            size = len(raw) if plan.row else delivery.size
            name = delivery.connector.name
            return [quarantined(effects.recorder, effects.seal, receipt, name, raw, size, plan, delivered_at)]
        case RowOutcome.ACCEPTED:
            if plan.version is None:
                return []  # the person was erased between plan and crash
            assert not isinstance(read, Refused)
            return records_of(effects.recorder, receipt, Row(raw, read, plan))
