"""What could not be processed: sealed for the holder of the quarantine key, with a closed reason and a place."""

from collections.abc import Callable
from datetime import datetime

from connectors.publish import trace_of
from connectors.receipts import RowPlan
from connectors.vault.api import Receipt
from connectors.versions import keyed
from schemas.events.delivery import Quarantined, RefusedRow
from schemas.record import OutRecord, Recorder
from schemas.vocabulary import Refusal, Stage

Seal = Callable[[bytes], bytes]


def whole_ms(at: datetime) -> datetime:
    """The moment as records and books can hold it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


#: Content that we may not have is not kept, not even sealed.  Source  bad_inputs.md A9, C11
NOT_KEPT = frozenset(
    {
        *(Refusal.FIELD_NOT_ALLOWED, Refusal.SIZE, Refusal.ADVICE_RECORD, Refusal.POLICE_SOURCE),
        *(Refusal.UNBORN, Refusal.CONSENT_NEEDED, Refusal.NOT_RESIDENT),
    }
)
#: Of these the file itself is destroyed at once, where raw deliveries otherwise lie for 72 hours.
NEVER_HAD = frozenset({Refusal.ADVICE_RECORD, Refusal.POLICE_SOURCE})
_STAGE = dict.fromkeys(
    (Refusal.BSN_INVALID, Refusal.BSN_MISSING, Refusal.IDENTITY_UNCERTAIN, Refusal.NOT_RESIDENT, Refusal.UNBORN),
    Stage.IDENTITY,
)


def stage_of(refused: RefusedRow | RowPlan) -> Stage:
    """Where it stopped: the file at receiving, a row at reading or at its identity."""
    if refused.row == 0:
        return Stage.RECEIVE
    return _STAGE.get(refused.reason or Refusal.UNKNOWN, Stage.NORMALISE)


def quarantined(
    recorder: Recorder,
    seal: Seal,
    receipt: Receipt,
    source: str,
    raw: bytes,
    size: int,
    plan: RowPlan,
    delivered_at: datetime,
) -> OutRecord:
    """The record of one refused row, or of a whole file (row 0, without content: the file lies apart)."""
    assert plan.reason is not None
    kept = raw if plan.row and plan.reason not in NOT_KEPT else b""
    event = Quarantined(
        receipt=receipt.id,
        stage=stage_of(plan),
        reason=plan.reason,
        component=source,
        topic=None,
        partition=None,
        offset=None,
        row=plan.row,
        field=plan.field,
        failed_at=plan.planned_at,
        content_hash=keyed(receipt.key, raw) if plan.row else receipt.file_hash,
        size=size,
        sealed=seal(kept) if kept else b"",
        delivered_at=whole_ms(delivered_at) if plan.row else None,
    )
    return recorder.record(event, trace_of(receipt, plan.row), plan.planned_at)
