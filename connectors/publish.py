"""From a plan to records: the signal or consent, what it leaves behind, and the line of the processing log."""

from dataclasses import dataclass
from datetime import datetime

from connectors.connector import ConsentDraft, Feedback, Meant, SignalDraft
from connectors.receipts import RowPlan, Summary, Version
from connectors.vault.api import Receipt
from connectors.versions import keyed
from schemas.events.account import ProcessingLine
from schemas.events.delivery import Delivery, RefusedRow
from schemas.events.event import Event, Forget
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.identity import ConsentId, PersonPseudonym, SignalId, VersionId, signal_version
from schemas.processing import processing_line
from schemas.record import OutRecord, Recorder
from schemas.sectors import LIFE_DOMAIN_OF, SECTOR_OF
from schemas.shapes import moment
from schemas.trace import Trace, begun, within
from schemas.vocabulary import ConsentKind, DeliveryKind, Source, VersionKind

_SIGNAL_RECEIVED = ("signaal-ontvangen", "3")
#: An activity of its own, so that its lines can be withheld from who asks.  Source  Wmo 2015 art. 5.3.2(4)
_HANDOVER_RECEIVED = ("overdracht-veilig-thuis-ontvangen", "6")
_CONSENT_RECORDED = ("toestemming-vastgelegd", "4")
#: Beyond this many refused rows their field names stay out, so that the closing record fits one message.
_MOST_FIELDS = 10_000
#: Sorts before every keyed hash: what leaves a person is older than what another gets.
_FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Row:
    """A row with everything that is published of it."""

    raw: bytes
    draft: Meant
    plan: RowPlan


def trace_of(receipt: Receipt, row: int) -> Trace:
    """Every row begins a trace of its own; the receipt is random."""
    return begun("intake", f"{receipt.id}/{row}")


def records_of(recorder: Recorder, receipt: Receipt, row: Row) -> list[OutRecord]:
    """What is published for one accepted row; the same bytes however often it is asked."""
    trace, at = trace_of(receipt, row.plan.row), row.plan.planned_at
    return [recorder.record(each, trace, at) for each in _events(receipt, row, trace)]


def _events(receipt: Receipt, row: Row, trace: Trace) -> list[Event | Forget]:
    version = row.plan.version
    assert version is not None
    match row.draft:
        case SignalDraft() as draft:
            event: Event = _signal(receipt, row, draft, version, VersionKind(row.plan.kind))
            taken: list[Event | Forget] = [_taken_away(receipt, row, draft, each) for each in _left(row.plan)]
            name, activity = _HANDOVER_RECEIVED if draft.source is Source.VEILIG_THUIS else _SIGNAL_RECEIVED
        case Feedback(source=source):
            event, taken = _ended(receipt, row, source, version), []
            name, activity = _SIGNAL_RECEIVED
        case ConsentDraft() as draft:
            event = _consent(receipt, row, draft, version)
            taken = [Forget("consent.v1", each.person, each.entity) for each in _left(row.plan)]
            name, activity = _CONSENT_RECORDED
    persons = [each.person for each in (version, *_left(row.plan))]
    lines = [_processing_line(name, activity, PersonPseudonym(person), trace, row.plan) for person in persons]
    return [*taken, event, *lines]


def _left(plan: RowPlan) -> tuple[Version, ...]:
    return () if plan.leaves is None else (plan.leaves,)


def _signal(receipt: Receipt, row: Row, draft: SignalDraft, version: Version, kind: VersionKind) -> Signal:
    return Signal(
        kind=kind,
        signal=SignalId(version.entity),
        version=VersionId(version.version),
        person=PersonPseudonym(version.person),
        source=draft.source,
        sector=SECTOR_OF[draft.source],
        life_domain=draft.life_domain or LIFE_DOMAIN_OF[draft.signal_kind],
        signal_kind=draft.signal_kind,
        observed_on=draft.observed_on,
        ended_on=draft.ended_on,
        crisis=draft.crisis,
        mutated_at=moment(version.order_ms),
        content_hash=version.content_hash,
        receipt=receipt.id,
        row=row.plan.row,
        row_hash=keyed(receipt.key, row.raw),
        marks=tuple(sorted(draft.marks)),
        attestations=tuple(sorted(draft.attestations)),
        inform_by=draft.inform_by,
    )


def _ended(receipt: Receipt, row: Row, source: Source, version: Version) -> Signal:
    """The end of a signal by somebody who named only its id: the rest is as the books have it."""
    assert version.signal_kind is not None and version.observed_on is not None
    return Signal(
        kind=VersionKind.WITHDRAWN,
        signal=SignalId(version.entity),
        version=VersionId(version.version),
        person=PersonPseudonym(version.person),
        source=source,
        sector=SECTOR_OF[source],
        life_domain=LIFE_DOMAIN_OF[version.signal_kind],
        signal_kind=version.signal_kind,
        observed_on=version.observed_on,
        ended_on=None,
        crisis=False,
        mutated_at=moment(version.order_ms),
        content_hash=version.content_hash,
        receipt=receipt.id,
        row=row.plan.row,
        row_hash=keyed(receipt.key, row.raw),
    )


def _taken_away(receipt: Receipt, row: Row, draft: SignalDraft, was: Version) -> Signal:
    """The source says that it was about somebody else: the first person's ends just before the other's begins."""
    ms = was.order_ms + 1
    gone = Version(was.entity, signal_version(SignalId(was.entity), ms, _FIRST_HASH), ms, _FIRST_HASH, was.person)
    return _signal(receipt, row, draft, gone, VersionKind.WITHDRAWN)


def _consent(receipt: Receipt, row: Row, draft: ConsentDraft, version: Version) -> Consent:
    return Consent(
        kind=ConsentKind(row.plan.kind),
        consent=ConsentId(version.entity),
        person=PersonPseudonym(version.person),
        source=draft.source,
        purpose=draft.purpose,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        given_by=draft.given_by,
        recorded_at=moment(version.order_ms),
        receipt=receipt.id,
        row=row.plan.row,
    )


def _processing_line(
    name: str, activity: str, person: PersonPseudonym, trace: Trace, plan: RowPlan
) -> ProcessingLine:
    child = within(trace, "processing-intake", f"{trace.span_id}|{person}")
    return processing_line(name, activity, person, "intake", child, plan.planned_at, plan.planned_at)


def opening(recorder: Recorder, receipt: Receipt, source: str, size: int) -> OutRecord:
    """The delivery is known before its first row."""
    return _delivery(recorder, receipt, source, size, None, Summary())


def closing(
    recorder: Recorder, receipt: Receipt, source: str, size: int, closed_at: datetime, summary: Summary
) -> OutRecord:
    """The account of every row."""
    return _delivery(recorder, receipt, source, size, closed_at, summary)


def _delivery(
    recorder: Recorder, receipt: Receipt, source: str, size: int, closed_at: datetime | None, summary: Summary
) -> OutRecord:
    few = len(summary.refused) <= _MOST_FIELDS
    refused = summary.refused if few else tuple(RefusedRow(one.row, one.reason, None) for one in summary.refused)
    event = Delivery(
        kind=DeliveryKind.OPENED if closed_at is None else DeliveryKind.CLOSED,
        receipt=receipt.id,
        source=source,
        file_hash=receipt.file_hash,
        size=size,
        opened_at=receipt.opened_at,
        closed_at=closed_at,
        rows=summary.rows,
        accepted=summary.accepted,
        duplicates=summary.duplicates,
        refused=refused,
    )
    return recorder.record(event, trace_of(receipt, 0), closed_at or receipt.opened_at)
