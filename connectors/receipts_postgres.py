"""The books of intake in PostgreSQL: a plan is one transaction, and a closed delivery keeps its account alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Json, Jsonb

from connectors import claims_postgres
from connectors.claims import Claim
from connectors.claims_postgres import array_of
from connectors.plan_rows import COLUMNS, as_told, as_version, columns_of, plan_from, utc, version_from
from connectors.receipts import Account, RowOutcome, RowPlan, Summary, Version
from connectors.vault.api import Receipt
from schemas.civil import civil_day
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import Refusal

#: Longer than any signal is kept (183 days in the convenant); an older one cannot be used again anyway.
VERSIONS_KEPT = timedelta(days=400)
DELIVERIES_KEPT = timedelta(days=400)
#: held by the one that judges rows; it may be taken twice by who has it
_JUDGING = 7_264_923

_COPY = f"copy row_plan (receipt, {COLUMNS}) from stdin"
_INSERT_VERSIONS = (
    "insert into version"
    " (version, entity, order_ms, content_hash, person, consent, signal_kind, observed_on, ended)"
    " select version, entity, order_ms, content_hash, person, consent, signal_kind, observed_on, ended"
    " from json_populate_recordset(null::version, %s) on conflict do nothing"
)
_INSERT_TOLD = (
    "insert into told (source, day, person, entity) select d.source, t.day, t.person, t.entity from delivery d,"
    " json_populate_recordset(null::told, %s) as t where d.receipt = %s on conflict do nothing"
)
# What only a withdrawal by feedback has to say again, stands with its version.
_SELECT = (
    f"select {COLUMNS}, signal_kind, observed_on from row_plan"  # noqa: S608
    " left join (select version, signal_kind, observed_on from version) as stated using (version)"
    " where receipt = %s"
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
        return Account(opened, through_row, utc(closed_at) if closed_at else None, closed)

    def opened(self, receipt: str) -> None:
        self._database.execute("update delivery set opened = true where receipt = %s", (receipt,))

    def plans(self, receipt: str, rows: Sequence[int]) -> Mapping[int, RowPlan]:
        found = self._database.execute(f"{_SELECT} and row = any(%s)", (receipt, list(rows))).fetchall()
        return {columns[0]: plan_from(columns) for columns in found}

    def newest(self, entities: Iterable[str]) -> Mapping[str, Version]:
        found = self._database.execute(
            "select distinct on (entity) entity, version, order_ms, content_hash, person, signal_kind, observed_on,"
            " ended from version where entity = any(%s)"
            ' order by entity, order_ms desc, content_hash collate "C" desc',
            (array_of(entities),),
        ).fetchall()
        return {columns[0]: version_from(*columns) for columns in found}

    def known(self, versions: Iterable[str]) -> frozenset[str]:
        found = self._database.execute("select version from version where version = any(%s)", (array_of(versions),))
        return frozenset(each[0] for each in found.fetchall())

    def seen(self, receipt: str, entities: Iterable[str]) -> frozenset[str]:
        found = self._database.execute(
            "select distinct coalesce(named, entity) from row_plan where receipt = %s"
            " and coalesce(named, entity) = any(%s)",
            (receipt, array_of(entities)),
        )
        return frozenset(each[0] for each in found.fetchall())

    def claims(self, named: Iterable[str], debts: Iterable[tuple[str, str]]) -> Sequence[Claim]:
        return claims_postgres.about(self._database, named, debts)

    def told_about(self, receipt: str, day: date, persons: Iterable[str]) -> Mapping[str, int]:
        found = self._database.execute(
            "select person, count(*) from told where day = %s and person = any(%s)"
            " and source = (select source from delivery where receipt = %s) group by person",
            (day, array_of(persons), receipt),
        )
        return dict(found.fetchall())

    @contextmanager
    def alone(self) -> Iterator[None]:
        self._database.execute("select pg_advisory_lock(%s)", (_JUDGING,))
        try:
            yield
        finally:
            if not self._database.closed:
                self._database.execute("select pg_advisory_unlock(%s)", (_JUDGING,))

    def plan(self, receipt: str, plans: Sequence[RowPlan]) -> None:
        versions = [as_version(each) for each in plans if each.outcome is RowOutcome.ACCEPTED and each.version]
        told = [as_told(each) for each in plans if each.counts]
        with self._database.transaction(), self._database.cursor() as cursor:
            with cursor.copy(_COPY) as copy:
                for each in plans:
                    copy.write_row((receipt, *columns_of(each)))
            if versions:
                cursor.execute(_INSERT_VERSIONS, (Json(versions),))
            claims_postgres.keep(cursor, [each.claim for each in plans if each.claim is not None])
            if told:
                cursor.execute(_INSERT_TOLD, (Json(told), receipt))

    def published(self, receipt: str, through_row: int) -> None:
        self._database.execute("update delivery set through_row = %s where receipt = %s", (through_row, receipt))

    def close(self, receipt: str, at: datetime) -> datetime:
        found = self._database.execute(
            "update delivery set closed_at = coalesce(closed_at, %s) where receipt = %s returning closed_at",
            (at, receipt),
        ).fetchone()
        assert found is not None
        return utc(found[0])

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
        return self._counted(receipt)

    def _counted(self, receipt: str) -> Summary:
        """Of a delivery that is not closed yet, however many rows it has."""
        counts = self._database.execute(
            "select count(*) filter (where outcome = 'accepted'),"
            " coalesce(array_agg(row order by row) filter (where outcome = 'duplicate'), '{}')"
            " from row_plan where receipt = %s",
            (receipt,),
        ).fetchone()
        assert counts is not None
        refused = self._database.execute(
            "select row, reason, field from row_plan where receipt = %s and outcome = 'refused' order by row",
            (receipt,),
        ).fetchall()
        rows = tuple(RefusedRow(row, Refusal(reason or Refusal.UNKNOWN), field) for row, reason, field in refused)
        return Summary(counts[0], tuple(counts[1]), rows)

    def consents_of(self, person: str) -> Sequence[str]:
        found = self._database.execute(
            "select distinct entity from version where person = %s and consent order by entity", (person,)
        )
        return [each[0] for each in found.fetchall()]

    def forget(self, person: str) -> None:
        with self._database.transaction():
            self._database.execute("delete from version where person = %s", (person,))
            claims_postgres.forget(self._database, person)
            self._database.execute("delete from told where person = %s", (person,))
            self._database.execute(
                "update row_plan set named = null, entity = null, version = null, order_ms = null,"
                " content_hash = null, person = null where person = %s",
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
            claims_postgres.tidy(self._database, now)
            self._database.execute("delete from told where day < %s", (civil_day(now) - timedelta(days=1),))
            self._database.execute("delete from delivery where closed and closed_at < %s", (now - DELIVERIES_KEPT,))
