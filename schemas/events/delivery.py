"""What came in, and what of it could not be processed."""

from dataclasses import dataclass
from datetime import datetime

from schemas.events.event import Event
from schemas.identity import (
    ReceiptId,
)
from schemas.vocabulary import (
    DeliveryKind,
    Refusal,
    Settlement,
    Stage,
)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused: where and why, never what stood there."""

    row: int
    reason: Refusal
    field: str | None


@dataclass(frozen=True, slots=True)
class Delivery(Event):
    """A delivery was opened or closed."""

    kind: DeliveryKind
    receipt: ReceiptId
    source: str
    file_hash: str
    size: int
    opened_at: datetime
    closed_at: datetime | None
    rows: int
    accepted: int
    duplicates: tuple[int, ...]
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done with it, when and by whom; a second person seconds what is destroyed."""

    how: Settlement
    at: datetime
    by: str
    seconded_by: str | None
    receipt: ReceiptId | None


@dataclass(frozen=True, slots=True)
class Quarantined(Event):
    """What could not be processed, sealed, with a closed reason."""

    receipt: ReceiptId
    stage: Stage
    reason: Refusal
    component: str
    topic: str | None
    partition: int | None
    offset: int | None
    row: int | None
    field: str | None
    failed_at: datetime
    content_hash: str
    size: int
    sealed: bytes
    delivered_at: datetime | None = None
    settled: Settled | None = None
