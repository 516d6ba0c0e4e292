"""What a source says about a person, one version at a time."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.events.event import Event
from schemas.identity import (
    PersonPseudonym,
    ReceiptId,
    SignalId,
    VersionId,
)
from schemas.vocabulary import (
    Attestation,
    LifeDomain,
    Mark,
    Sector,
    SignalKind,
    Source,
    VersionKind,
)


@dataclass(frozen=True, slots=True)
class Signal(Event):
    """One version of one signal by one source about one person."""

    kind: VersionKind
    signal: SignalId
    version: VersionId
    person: PersonPseudonym
    source: Source
    sector: Sector
    life_domain: LifeDomain
    signal_kind: SignalKind
    observed_on: date
    ended_on: date | None
    crisis: bool
    mutated_at: datetime
    content_hash: str
    receipt: ReceiptId
    row: int
    row_hash: str
    marks: tuple[Mark, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    inform_by: date | None = None
