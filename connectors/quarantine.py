"""What could not be processed: sealed for the holder of the quarantine key, with a closed reason and a place."""

from collections.abc import Callable

from connectors.publish import trace_of
from connectors.receipts import RowPlan
from connectors.vault.api import Receipt
from connectors.versions import keyed
from schemas.events.delivery import Quarantined, RefusedRow
from schemas.record import OutRecord, Recorder
from schemas.vocabulary import Refusal, Stage

Seal = Callable[[bytes], bytes]

#: Content that we may not have is not kept, not even sealed.  Source  bad_inputs.md A9, C11
_NOT_KEPT = frozenset({Refusal.FIELD_NOT_ALLOWED, Refusal.SIZE})
_STAGE = {Refusal.BSN_INVALID: Stage.IDENTITY, Refusal.BSN_MISSING: Stage.IDENTITY}


def stage_of(refused: RefusedRow | RowPlan) -> Stage:
    """Where it stopped: the file at receiving, a row at reading or at its identity."""
    if refused.row == 0:
        return Stage.RECEIVE
    return _STAGE.get(refused.reason or Refusal.UNKNOWN, Stage.NORMALISE)


def quarantined(
    recorder: Recorder, seal: Seal, receipt: Receipt, source: str, raw: bytes, size: int, plan: RowPlan
) -> OutRecord:
    """The record of one refused row, or of a whole file (row 0, without content: the file lies apart)."""
    assert plan.reason is not None
    kept = raw if plan.row and plan.reason not in _NOT_KEPT else b""
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
    )
    return recorder.record(event, trace_of(receipt, plan.row), plan.planned_at)
