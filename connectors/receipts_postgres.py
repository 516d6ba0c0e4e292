"""The books of intake in PostgreSQL: a plan is one transaction, and a closed delivery keeps its account alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from connectors.receipts import Account, RowOutcome, RowPlan, Summary, Version, summary_of
from connectors.vault.api import Receipt
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import Refusal

#: Longer than any signal is kept (183 days in the convenant); an older one cannot be used again anyway.
VERSIONS_KEPT = timedelta(days=400)
DELIVERIES_KEPT = timedelta(days=400)

_COLUMNS = (
    "row, outcome, planned_at, reason, field, kind, entity, version, order_ms, content_hash, person,"
    " left_version, left_order_ms, left_content_hash, left_person"
)
_INSERT = f"insert into row_plan (receipt, {_COLUMNS}) values ({', '.join(['%s'] * 16)})"  # noqa: S608
_SELECT = f"select {_COLUMNS} from row_plan where receipt = %s"  # noqa: S608


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _columns(plan: RowPlan) -> tuple[Any, ...]:
    stated, left = plan.version, plan.leaves
    return (
        plan.row,
        plan.outcome.value,
        plan.planned_at,
        plan.reason.value if plan.reason else None,
        plan.field,
        plan.kind,
        *(
            (stated.entity, stated.version, stated.order_ms, stated.content_hash, stated.person)
            if stated
            else _NONE
        ),
        *((left.version, left.order_ms, left.content_hash, left.person) if left else _NONE[:4]),
    )


def _version_columns(plan: RowPlan) -> tuple[Any, ...]:
    assert plan.version is not None
    each = plan.version
    return each.version, each.entity, each.order_ms, each.content_hash, each.person, plan.is_consent


_NONE = (None,) * 5


def _plan(columns: tuple[Any, ...]) -> RowPlan:
    row, outcome, planned_at, reason, field, kind, *rest = columns
    entity, version, order_ms, content, person, left, left_ms, left_content, left_person = rest
    return RowPlan(
        row=row,
        outcome=RowOutcome(outcome),
        planned_at=_utc(planned_at),
        reason=Refusal(reason) if reason else None,
        field=field,
        version=Version(entity, version, order_ms, content, person) if version else None,
        kind=kind,
        leaves=Version(entity, left, left_ms, left_content, left_person) if left else None,
    )


class PostgresBooks:
    """`Books` on a connection in autocommit, as the role `intake`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        assert connection.autocommit
        self._database = connection

    def account(self, receipt: Receipt, source: str, size: int) -> Account:
        self._database.execute(
            "insert into delivery (receipt, source, size, opened_at) values (%s, %s, %s, %s)"
            " on conflict do nothing",
            (receipt.id, source, size, receipt.opened_at),
        )
        found = self._database.execute(
            "select opened, through_row, closed_at, closed from delivery where receipt = %s", (receipt.id,)
        ).fetchone()
        assert found is not None
        opened, through_row, closed_at, closed = found
        return Account(opened, through_row, _utc(closed_at) if closed_at else None, closed)

    def opened(self, receipt: str) -> None:
        self._database.execute("update delivery set opened = true where receipt = %s", (receipt,))

    def plans(self, receipt: str, rows: Sequence[int]) -> Mapping[int, RowPlan]:
        found = self._database.execute(f"{_SELECT} and row = any(%s)", (receipt, list(rows))).fetchall()
        return {columns[0]: _plan(columns) for columns in found}

    def newest(self, entities: Iterable[str]) -> Mapping[str, Version]:
        found = self._database.execute(
            "select distinct on (entity) entity, version, order_ms, content_hash, person from version"
            ' where entity = any(%s) order by entity, order_ms desc, content_hash collate "C" desc',
            (sorted(entities),),
        ).fetchall()
        return {columns[0]: Version(*columns) for columns in found}

    def known(self, versions: Iterable[str]) -> frozenset[str]:
        found = self._database.execute("select version from version where version = any(%s)", (sorted(versions),))
        return frozenset(each[0] for each in found.fetchall())

    def seen(self, receipt: str, entities: Iterable[str]) -> frozenset[str]:
        found = self._database.execute(
            "select distinct entity from row_plan where receipt = %s and entity = any(%s)",
            (receipt, sorted(entities)),
        )
        return frozenset(each[0] for each in found.fetchall())

    def plan(self, receipt: str, plans: Sequence[RowPlan]) -> None:
        accepted = [each for each in plans if each.outcome is RowOutcome.ACCEPTED and each.version]
        with self._database.transaction(), self._database.cursor() as cursor:
            cursor.executemany(_INSERT, [(receipt, *_columns(each)) for each in plans])
            cursor.executemany(
                "insert into version (version, entity, order_ms, content_hash, person, consent)"
                " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
                [_version_columns(each) for each in accepted],
            )

    def published(self, receipt: str, through_row: int) -> None:
        self._database.execute("update delivery set through_row = %s where receipt = %s", (through_row, receipt))

    def close(self, receipt: str, at: datetime) -> datetime:
        found = self._database.execute(
            "update delivery set closed_at = coalesce(closed_at, %s) where receipt = %s returning closed_at",
            (at, receipt),
        ).fetchone()
        assert found is not None
        return _utc(found[0])

    def closed(self, receipt: str) -> None:
        """The account stays, the plans of the rows go."""
        summary = self.summary(receipt)
        refused = [[each.row, each.reason.value, each.field] for each in summary.refused]
        with self._database.transaction():
            self._database.execute(
                "update delivery set closed = true, accepted = %s, duplicates = %s, refused = %s"
                " where receipt = %s",
                (summary.accepted, list(summary.duplicates), Jsonb(refused), receipt),
            )
            self._database.execute("delete from row_plan where receipt = %s", (receipt,))

    def summary(self, receipt: str) -> Summary:
        found = self._database.execute(
            "select accepted, duplicates, refused from delivery where receipt = %s and closed", (receipt,)
        ).fetchone()
        if found is not None:
            rows = tuple(RefusedRow(row, Refusal(reason), field) for row, reason, field in found[2])
            return Summary(found[0], tuple(found[1]), rows)
        return summary_of(map(_plan, self._database.execute(_SELECT, (receipt,)).fetchall()))

    def consents_of(self, person: str) -> Sequence[str]:
        found = self._database.execute(
            "select distinct entity from version where person = %s and consent order by entity", (person,)
        )
        return [each[0] for each in found.fetchall()]

    def forget(self, person: str) -> None:
        with self._database.transaction():
            self._database.execute("delete from version where person = %s", (person,))
            self._database.execute(
                "update row_plan set entity = null, version = null, order_ms = null, content_hash = null,"
                " person = null where person = %s",
                (person,),
            )
            self._database.execute(
                "update row_plan set left_version = null, left_order_ms = null, left_content_hash = null,"
                " left_person = null where left_person = %s",
                (person,),
            )

    def tidy(self, now: datetime) -> None:
        """Let go of what is older than any use of it."""
        with self._database.transaction():
            self._database.execute("delete from version where kept_since < %s", (now - VERSIONS_KEPT,))
            self._database.execute("delete from delivery where closed and closed_at < %s", (now - DELIVERIES_KEPT,))
