"""What a verzuimmelding means to us: kind, days, and whether it still stands; no reason, no reporter."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType

from connectors.bsn import Bsn
from connectors.connector import RawRecord, Refused, SignalDraft
from connectors.reading import unseen
from schemas.civil import AMSTERDAM
from schemas.vocabulary import Refusal, SignalKind, Source, VersionKind

#: V1 and V2 are historic; the others wait for a ground of their own.  Source  formats.md 1.3
KIND_OF: Mapping[str, SignalKind] = MappingProxyType(
    {
        "V3": SignalKind.ABSENCE_16H_UNDER_18,
        "V4": SignalKind.ABSENCE_16H_18_PLUS,
        "L": SignalKind.ABSENCE_HOLIDAY,
    }
)
_OTHER_KINDS = frozenset({"V1", "V2", "RMC", "LRV", "O"})
_END_REQUIRED = frozenset({"V3", "V4"})
#: D, overgedragen aan derden, was withdrawn in 2020: the law does not allow it.
STANDS = frozenset({"R", "B", "G", "K"})
WITHDRAWN = "I"
#: [R] The municipality found that there was no unauthorised absence.
NO_ABSENCE = frozenset({"geen verzuim, langdurig ziek", "geen verzuim, legitiem afwezig"})

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?")

Fields = Mapping[str, str]
_Fault = tuple[Refusal, str]


class _Faulty(Exception):
    def __init__(self, reason: Refusal, field: str) -> None:
        super().__init__(reason.value)
        self.fault: _Fault = (reason, field)


def normalise(municipality: str, record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft of one melding, or why it is none."""
    fields: Fields = record.content
    try:
        return _draft(municipality, fields, today)
    except _Faulty as faulty:
        return Refused(record.row, *faulty.fault, record.raw)


def _draft(municipality: str, fields: Fields, today: date) -> SignalDraft:
    for name, text in fields.items():
        if unseen(text):
            raise _Faulty(Refusal.CONTROL_CHARACTER, name)
    number = _required(fields, "NummerMeldingRelatiefVerzuim")
    if _NUMBER.fullmatch(number) is None:
        raise _Faulty(Refusal.FIELD_INVALID, "NummerMeldingRelatiefVerzuim")
    if fields.get("CodeUitvoerderVSV", "00" + municipality) != "00" + municipality:
        raise _Faulty(Refusal.OUTSIDE_AREA, "CodeUitvoerderVSV")
    kind = _kind(fields)
    first, last = _days(fields, today)
    return SignalDraft(
        whom=_bsn(fields),
        source_id=number,
        source=Source.SCHOOL_ATTENDANCE,
        kind=_version(fields),
        signal_kind=kind,
        observed_on=first,
        ended_on=last,
        crisis=False,
        mutated_at=_mutated_at(fields),
    )


def _required(fields: Fields, name: str) -> str:
    if not fields.get(name):
        raise _Faulty(Refusal.FIELD_MISSING, name)
    return fields[name]


def _bsn(fields: Fields) -> Bsn:
    if not fields.get("BSN"):
        raise _Faulty(Refusal.BSN_MISSING, "IdentificatieOnderwijsontvanger")
    bsn = Bsn.parse(fields["BSN"])
    if bsn is None:
        raise _Faulty(Refusal.BSN_INVALID, "BSN")
    return bsn


def _kind(fields: Fields) -> SignalKind:
    code = _required(fields, "Verzuimsoort")
    if code in _OTHER_KINDS:
        raise _Faulty(Refusal.KIND_NOT_ACCEPTED, "Verzuimsoort")
    if code not in KIND_OF:
        raise _Faulty(Refusal.FIELD_INVALID, "Verzuimsoort")
    if code in _END_REQUIRED:
        _required(fields, "DatumEindeVerzuim")
    return KIND_OF[code]


def _version(fields: Fields) -> VersionKind:
    status = _required(fields, "StatusMeldingRelatiefVerzuim")
    if status not in STANDS and status != WITHDRAWN:
        raise _Faulty(Refusal.FIELD_INVALID, "StatusMeldingRelatiefVerzuim")
    over = status == WITHDRAWN or fields.get("RedenMeldingAfgesloten") in NO_ABSENCE
    return VersionKind.WITHDRAWN if over else VersionKind.REPORTED


def _days(fields: Fields, today: date) -> tuple[date, date | None]:
    first = _day(fields, "DatumBeginVerzuim", _required(fields, "DatumBeginVerzuim"))
    if first > today:
        raise _Faulty(Refusal.DATE_IN_FUTURE, "DatumBeginVerzuim")
    text = fields.get("DatumEindeVerzuim")
    last = _day(fields, "DatumEindeVerzuim", text) if text else None
    if last is not None and last < first:
        raise _Faulty(Refusal.DATE_INVALID, "DatumEindeVerzuim")
    return first, last


def _day(fields: Fields, name: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError(name)
        return date.fromisoformat(text)
    except ValueError:
        raise _Faulty(Refusal.DATE_INVALID, name) from None


def _mutated_at(fields: Fields) -> datetime | None:
    """The source's own time of the last change, in Amsterdam; the doubled hour of autumn is read as summer time."""
    if "DatumLaatsteMutatie" not in fields and "TijdstipLaatsteMutatie" not in fields:
        return None
    day = _day(fields, "DatumLaatsteMutatie", _required(fields, "DatumLaatsteMutatie"))
    text = _required(fields, "TijdstipLaatsteMutatie")
    try:
        if _TIME.fullmatch(text) is None:
            raise ValueError(text)
        clock = datetime.fromisoformat(f"{day.isoformat()}T{text}")
    except ValueError:
        raise _Faulty(Refusal.DATE_INVALID, "TijdstipLaatsteMutatie") from None
    return clock.replace(tzinfo=AMSTERDAM).astimezone(UTC)
