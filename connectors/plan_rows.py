"""Plans of rows as the tables of intake have them, and back."""

from datetime import UTC, date, datetime
from typing import Any

from connectors.receipts import RowOutcome, RowPlan, Version
from schemas.civil import civil_day
from schemas.vocabulary import Refusal, SignalKind

COLUMNS = (
    "row, outcome, planned_at, reason, field, kind, named, entity, version, order_ms, content_hash, person,"
    " left_version, left_order_ms, left_content_hash, left_person"
)
_NONE = (None,) * 5


def utc(at: datetime) -> datetime:
    """The same moment; the database says it in the zone of its session."""
    return at.astimezone(UTC)


def columns_of(plan: RowPlan) -> tuple[Any, ...]:
    """A plan as a row of `row_plan`, in the order of COLUMNS."""
    stated, left = plan.version, plan.leaves
    return (
        plan.row,
        plan.outcome.value,
        plan.planned_at,
        plan.reason.value if plan.reason else None,
        plan.field,
        plan.kind,
        plan.named or None,
        *(
            (stated.entity, stated.version, stated.order_ms, stated.content_hash, stated.person)
            if stated
            else _NONE
        ),
        *((left.version, left.order_ms, left.content_hash, left.person) if left else _NONE[:4]),
    )


def as_version(plan: RowPlan) -> dict[str, Any]:
    """What an accepted plan leaves in `version`, by column, as JSON can say it."""
    assert plan.version is not None
    each = plan.version
    return {
        "version": each.version,
        "entity": each.entity,
        "order_ms": each.order_ms,
        "content_hash": each.content_hash,
        "person": each.person,
        "consent": plan.is_consent,
        "signal_kind": each.signal_kind,
        "observed_on": each.observed_on and each.observed_on.isoformat(),
        "ended": each.ended,
    }


def as_told(plan: RowPlan) -> dict[str, Any]:
    """What counts for this person's ceiling today, by column of `told`."""
    assert plan.version is not None
    day = civil_day(plan.planned_at)
    return {"day": day.isoformat(), "person": plan.version.person, "entity": plan.version.entity}


def version_from(
    entity: str,
    version: str,
    order_ms: int,
    content: str,
    person: str,
    signal: str | None = None,
    day: date | None = None,
    ended: str = "",
) -> Version:
    """A version from its columns."""
    kind = SignalKind(signal) if signal else None
    return Version(entity, version, order_ms, content, person, kind, day, ended)


def plan_from(columns: tuple[Any, ...]) -> RowPlan:
    """The plan of a row of `row_plan`, with kind and day of its version behind it."""
    row, outcome, planned_at, reason, field, kind, named, *rest = columns
    entity, version, order_ms, content, person, left, left_ms, left_content, left_person, signal, day = rest
    return RowPlan(
        row=row,
        outcome=RowOutcome(outcome),
        planned_at=utc(planned_at),
        reason=Refusal(reason) if reason else None,
        field=field,
        version=version_from(entity, version, order_ms, content, person, signal, day) if version else None,
        kind=kind,
        leaves=Version(entity, left, left_ms, left_content, left_person) if left else None,
        named=named or "",
    )
