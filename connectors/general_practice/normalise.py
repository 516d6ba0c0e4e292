"""What a referral and a consent of a GP mean to us: pure, over a row as it is kept."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from connectors.connector import Draft, RawRecord, Refused
from connectors.general_practice import consent, referral
from connectors.general_practice.judging import Faulty
from connectors.general_practice.said import ConsentSaid, ReferralSaid
from schemas.vocabulary import Refusal

_MEANINGS: Mapping[str, tuple[Any, Callable[[Any, date], Draft]]] = MappingProxyType(
    {
        "ServiceRequest": (ReferralSaid, referral.draft_of),
        "Consent": (ConsentSaid, consent.draft_of),
    }
)


def normalise(record: RawRecord, today: date) -> Draft | Refused:
    """The draft of one row, or why it is none."""
    kind = record.content.get("resourceType") if isinstance(record.content, dict) else None
    meaning = _MEANINGS.get(kind) if isinstance(kind, str) else None
    if meaning is None:
        return Refused(record.row, Refusal.SYNTAX, raw=record.raw)
    model, draft_of = meaning
    try:
        said = model.model_validate(record.content)
    except ValidationError:
        # Only bytes that this connector did not write itself.
        return Refused(record.row, Refusal.SYNTAX, raw=record.raw)
    try:
        return draft_of(said, today)
    except Faulty as faulty:
        others = ((Refusal(each.reason), each.field) for each in said.faults)
        return Refused(
            record.row, *faulty.fault, record.raw, tuple(each for each in others if each != faulty.fault)
        )
