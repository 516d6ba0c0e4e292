"""The books of intake: what became of every row, written before it is published and ticked off after.

A row is planned in one transaction (its outcome, its version, the time it is said to have happened), then
published, then ticked off. A crash in between publishes the same plan again: the same bytes under the same ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from connectors.claims import Claim, Debts
from connectors.vault.api import Receipt
from schemas.civil import civil_day
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import ConsentKind, Refusal, SignalKind, VersionKind


class RowOutcome(StrEnum):
    """What became of a row at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


_CONSENT_KINDS = frozenset(kind.value for kind in ConsentKind)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one entity (a signal or a consent), in the order of rules.md 1."""

    entity: str
    version: str
    order_ms: int
    content_hash: str
    person: str
    #: What a withdrawal that names only the id must still say, and the content that it ended: no news any more.
    signal_kind: SignalKind | None = None
    observed_on: date | None = None
    ended: str = ""

    @property
    def order(self) -> tuple[int, str]:
        return self.order_ms, self.content_hash


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is to be published for one row; `leaves` is the version it takes away from another person.

    `named` is the entity of the id in the row, which may speak of another's signal; `claim` goes into the books.
    """

    row: int
    outcome: RowOutcome
    planned_at: datetime
    reason: Refusal | None = None
    field: str | None = None
    version: Version | None = None
    kind: str = ""
    leaves: Version | None = None
    named: str = ""
    claim: Claim | None = None

    @property
    def is_consent(self) -> bool:
        return self.kind in _CONSENT_KINDS

    @property
    def counts(self) -> bool:
        """Whether this is a new signal about somebody: a correction or withdrawal never meets a ceiling."""
        new = self.kind == VersionKind.REPORTED.value and self.version is not None
        return new and self.outcome is RowOutcome.ACCEPTED


@dataclass(frozen=True, slots=True)
class Account:
    """How far a delivery is."""

    opened: bool
    through_row: int
    closed_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a delivery: rows = accepted + duplicates + refused (invariant I1)."""

    accepted: int = 0
    duplicates: tuple[int, ...] = ()
    refused: tuple[RefusedRow, ...] = ()

    @property
    def rows(self) -> int:
        return self.accepted + len(self.duplicates) + len(self.refused)

    @property
    def whole_refused(self) -> bool:
        """Whether the file as a whole was refused: one entry, number 0."""
        return len(self.refused) == 1 and self.refused[0].row == 0


class Books(Protocol):
    """Where intake remembers; PostgreSQL in production, a dictionary without servers."""

    def account(self, receipt: Receipt, source: str, size: int) -> Account:
        """How far this delivery is; written down at the first question."""

    def opened(self, receipt: str) -> None:
        """The opening was acknowledged."""

    def plans(self, receipt: str, rows: Sequence[int]) -> Mapping[int, RowPlan]:
        """What was planned for these rows before."""

    def newest(self, entities: Iterable[str]) -> Mapping[str, Version]:
        """The highest version known of each entity."""

    def known(self, versions: Iterable[str]) -> frozenset[str]:
        """Which of these versions were accepted before."""

    def seen(self, receipt: str, entities: Iterable[str]) -> frozenset[str]:
        """Which of these ids (as entities) an earlier row of this delivery named."""

    def claims(self, named: Iterable[str], debts: Iterable[tuple[str, str]]) -> Sequence[Claim]:
        """Every claim on the signals that these ids or these debts (person, debt) have to do with."""

    def told_about(self, receipt: str, day: date, persons: Iterable[str]) -> Mapping[str, int]:
        """How many new signals of this delivery's source about each of these persons were planned on this day."""

    def alone(self) -> AbstractContextManager[None]:
        """Meanwhile no other process judges rows: a redrive and intake would not see what the other plans."""

    def plan(self, receipt: str, plans: Sequence[RowPlan]) -> None:
        """Write down what is to be published, all or nothing."""

    def published(self, receipt: str, through_row: int) -> None:
        """Everything up to this row was acknowledged."""

    def close(self, receipt: str, at: datetime) -> datetime:
        """The time at which the delivery closed: the first that was given."""

    def closed(self, receipt: str) -> None:
        """The closing was acknowledged."""

    def summary(self, receipt: str) -> Summary:
        """What became of the delivery."""

    def consents_of(self, person: str) -> Sequence[str]:
        """The consents that are about this person."""

    def forget(self, person: str) -> None:
        """Remove every version about this person."""


def summary_of(plans: Iterable[RowPlan]) -> Summary:
    """Counts and row numbers, in the order of the rows."""
    ordered = sorted(plans, key=lambda plan: plan.row)
    return Summary(
        accepted=sum(plan.outcome is RowOutcome.ACCEPTED for plan in ordered),
        duplicates=tuple(plan.row for plan in ordered if plan.outcome is RowOutcome.DUPLICATE),
        refused=tuple(
            RefusedRow(plan.row, plan.reason or Refusal.UNKNOWN, plan.field)
            for plan in ordered
            if plan.outcome is RowOutcome.REFUSED
        ),
    )


@dataclass(slots=True)
class _Delivery:
    account: Account
    source: str
    plans: dict[int, RowPlan] = field(default_factory=dict)


class MemoryBooks:
    """The same books without a server."""

    alone = staticmethod(nullcontext)

    def __init__(self) -> None:
        self._deliveries: dict[str, _Delivery] = {}
        self._versions: dict[str, Version] = {}
        self._consents: set[str] = set()
        self._debts = Debts()
        self._told: dict[tuple[str, date, str], set[str]] = {}

    def account(self, receipt: Receipt, source: str, size: int) -> Account:
        return self._deliveries.setdefault(receipt.id, _Delivery(Account(False, -1, None, False), source)).account

    def _change(self, receipt: str, **changes: object) -> Account:
        delivery = self._deliveries[receipt]
        delivery.account = replace(delivery.account, **changes)  # type: ignore[arg-type]
        return delivery.account

    def opened(self, receipt: str) -> None:
        self._change(receipt, opened=True)

    def plans(self, receipt: str, rows: Sequence[int]) -> Mapping[int, RowPlan]:
        planned = self._deliveries[receipt].plans
        return {row: planned[row] for row in rows if row in planned}

    def newest(self, entities: Iterable[str]) -> Mapping[str, Version]:
        wanted, newest = set(entities), dict[str, Version]()
        for version in self._versions.values():
            if version.entity in wanted:
                best = newest.get(version.entity, version)
                newest[version.entity] = max(best, version, key=lambda each: each.order)
        return newest

    def known(self, versions: Iterable[str]) -> frozenset[str]:
        return frozenset(versions) & frozenset(self._versions)

    def seen(self, receipt: str, entities: Iterable[str]) -> frozenset[str]:
        spoken = (plan for plan in self._deliveries[receipt].plans.values() if plan.version)
        return frozenset(plan.named or plan.version.entity for plan in spoken if plan.version) & frozenset(entities)

    def claims(self, named: Iterable[str], debts: Iterable[tuple[str, str]]) -> Sequence[Claim]:
        return self._debts.about(named, debts)

    def told_about(self, receipt: str, day: date, persons: Iterable[str]) -> Mapping[str, int]:
        source = self._deliveries[receipt].source
        return {person: len(self._told.get((source, day, person), ())) for person in persons}

    def plan(self, receipt: str, plans: Sequence[RowPlan]) -> None:
        for plan in plans:
            self._deliveries[receipt].plans[plan.row] = plan
            if plan.claim is not None:
                self._debts.keep(plan.claim)
            if plan.counts and plan.version is not None:
                source, day = self._deliveries[receipt].source, civil_day(plan.planned_at)
                self._told.setdefault((source, day, plan.version.person), set()).add(plan.version.entity)
            if plan.outcome is RowOutcome.ACCEPTED and plan.version is not None:
                self._versions[plan.version.version] = plan.version
                self._consents |= {plan.version.entity} if plan.is_consent else set()

    def published(self, receipt: str, through_row: int) -> None:
        self._change(receipt, through_row=through_row)

    def close(self, receipt: str, at: datetime) -> datetime:
        closed_at = self._deliveries[receipt].account.closed_at or at
        self._change(receipt, closed_at=closed_at)
        return closed_at

    def closed(self, receipt: str) -> None:
        self._change(receipt, closed=True)

    def summary(self, receipt: str) -> Summary:
        return summary_of(self._deliveries[receipt].plans.values())

    def consents_of(self, person: str) -> Sequence[str]:
        theirs = {each.entity for each in self._versions.values() if each.person == person}
        return sorted(theirs & self._consents)

    def forget(self, person: str) -> None:
        self._versions = {name: each for name, each in self._versions.items() if each.person != person}
        self._debts.forget(person)
        self._told = {whose: said for whose, said in self._told.items() if whose[2] != person}
        for delivery in self._deliveries.values():
            delivery.plans = {row: _without(person, plan) for row, plan in delivery.plans.items()}


def _without(person: str, plan: RowPlan) -> RowPlan:
    """The plan as it stands after this person was forgotten."""
    version, leaves = (
        None if each is None or each.person == person else each for each in (plan.version, plan.leaves)
    )
    named, claim = (plan.named, plan.claim) if version is not None else ("", None)
    return replace(plan, version=version, leaves=leaves, named=named, claim=claim)
