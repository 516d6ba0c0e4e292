"""What a verzuimmelding means to us: kind, days, and whether it still stands; no reason, no reporter."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from stdnum.nl import onderwijsnummer

from connectors.bsn import Bsn
from connectors.connector import Described, RawRecord, Refused, SignalDraft, Whom
from connectors.reading import unseen
from connectors.school_attendance.codes import END_REQUIRED, HISTORIC, OVER, VERSION_OF_REASON
from connectors.school_attendance.dialects import Dialect, Written
from schemas.civil import AMSTERDAM
from schemas.vocabulary import Refusal, SignalKind, Source, VersionKind

#: The Besluit Verzuimmelding came into force on this day: what is older was never reported under it.
EARLIEST = date(2009, 8, 1)
#: A holiday without leave may be reported with the day that it will end.
FURTHEST_END = timedelta(days=366)

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_NINE = re.compile(r"[0-9]{9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?")

_Fault = tuple[Refusal, str]


class _Faulty(Exception):
    def __init__(self, reason: Refusal, field: str) -> None:
        super().__init__(reason.value)
        self.fault: _Fault = (reason, field)


@dataclass(frozen=True, slots=True)
class _Said:
    """One melding and what it is judged by."""

    municipality: str
    today: date
    named: Dialect
    fields: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def required(self, name: str) -> str:
        if not self.get(name):
            raise _Faulty(Refusal.FIELD_MISSING, name)
        return self.fields[name]


def normalise(municipality: str, record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft of one melding, or everything because of which it is none."""
    written: Written = record.content
    said = _Said(municipality, today, written.dialect, written.texts)
    try:
        return _draft(said)
    except _Faulty:
        (reason, where), *others = _faults(said)
        return Refused(record.row, reason, where, record.raw, tuple(others))


def _draft(said: _Said) -> SignalDraft:
    _characters(said)
    number = _number(said)
    _area(said)
    return SignalDraft(
        whom=_whom(said),
        source_id=number,
        source=Source.SCHOOL_ATTENDANCE,
        kind=_version(said),
        signal_kind=_kind(said),
        observed_on=_first(said),
        ended_on=_last(said),
        crisis=False,
        mutated_at=_mutated_at(said),
    )


def _faults(said: _Said) -> list[_Fault]:
    """The fault of every part, in the order of the draft; one that two parts stumble over is said once."""
    found: dict[_Fault, None] = {}
    for part in _PARTS:
        try:
            part(said)
        except _Faulty as faulty:
            found[faulty.fault] = None
    return list(found)


def _characters(said: _Said) -> None:
    for name, text in said.fields.items():
        if unseen(text):
            raise _Faulty(Refusal.CONTROL_CHARACTER, name)


def _number(said: _Said) -> str:
    number = said.required(said.named.number)
    if _NUMBER.fullmatch(number) is None:
        raise _Faulty(Refusal.FIELD_INVALID, said.named.number)
    return number


def _area(said: _Said) -> None:
    here = said.named.area_prefix + said.municipality
    if (said.get(said.named.area) or here) != here:
        raise _Faulty(Refusal.OUTSIDE_AREA, said.named.area)


def _whom(said: _Said) -> Whom:
    """A BSN, or an onderwijsnummer where there is none: their checks let no number be both."""
    named = said.named
    bsn, school_number = said.get(named.bsn), said.get(named.school_number)
    if not bsn and not school_number:
        raise _Faulty(Refusal.BSN_MISSING, named.nobody)
    if bsn and school_number and named.bsn != named.school_number:
        raise _Faulty(Refusal.FIELD_INVALID, named.nobody)
    if _NINE.fullmatch(school_number) and onderwijsnummer.is_valid(school_number):
        return Described(school_number=school_number)
    if not bsn:
        raise _Faulty(Refusal.FIELD_INVALID, named.school_number)
    parsed = Bsn.parse(bsn)
    if parsed is None:
        raise _Faulty(Refusal.BSN_INVALID, named.bsn)
    return parsed


def _version(said: _Said) -> VersionKind:
    """Whether the melding stands; a reason for closing that is no choice of the list is free text."""
    named = said.named
    status, reason = said.get(named.status), said.get(named.reason)
    if status not in named.versions:
        raise _Faulty(Refusal.FIELD_INVALID if status else Refusal.FIELD_MISSING, named.status)
    if not reason:
        return named.versions[status]
    if reason not in VERSION_OF_REASON or status not in OVER:
        raise _Faulty(Refusal.FIELD_INVALID, named.reason)
    either = {named.versions[status], VERSION_OF_REASON[reason]}
    return VersionKind.WITHDRAWN if VersionKind.WITHDRAWN in either else VersionKind.REPORTED


def _kind(said: _Said) -> SignalKind:
    name = said.named.kind
    code = said.required(name)
    if code in HISTORIC:
        raise _Faulty(Refusal.KIND_NOT_ACCEPTED, name)
    if code not in said.named.kinds:
        raise _Faulty(Refusal.FIELD_INVALID, name)
    return said.named.kinds[code]


def _first(said: _Said) -> date:
    first = _day(said.named.begin, said.required(said.named.begin))
    if first > said.today:
        raise _Faulty(Refusal.DATE_IN_FUTURE, said.named.begin)
    return first


def _last(said: _Said) -> date | None:
    name, needed = said.named.end, _kind(said) in END_REQUIRED
    text = said.required(name) if needed else said.get(name)
    if not text:
        return None
    last = _day(name, text)
    if last > (said.today if needed else said.today + FURTHEST_END):
        raise _Faulty(Refusal.DATE_IN_FUTURE, name)
    if last < _first(said):
        raise _Faulty(Refusal.DATE_INVALID, name)
    return last


def _day(name: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text) is None or (day := date.fromisoformat(text)) < EARLIEST:
            raise ValueError(name)
    except ValueError:
        raise _Faulty(Refusal.DATE_INVALID, name) from None
    return day


def _mutated_at(said: _Said) -> datetime | None:
    """The source's own time of the last change, in Amsterdam; the doubled hour of autumn is read as summer time."""
    on, at = said.named.changed_on, said.named.changed_at
    if not said.get(on) and not said.get(at):
        return None
    day, text = _day(on, said.required(on)), said.required(at)
    try:
        if _TIME.fullmatch(text) is None:
            raise ValueError(at)
        clock = datetime.fromisoformat(f"{day.isoformat()}T{text}")
    except ValueError:
        raise _Faulty(Refusal.DATE_INVALID, at) from None
    moment = clock.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    if moment.astimezone(AMSTERDAM).replace(tzinfo=None) != clock:
        raise _Faulty(Refusal.DATE_INVALID, at)  # the hour that spring skips never was
    return moment


_PARTS: tuple[Callable[[_Said], object], ...] = (
    _characters,
    _number,
    _area,
    _whom,
    _version,
    _kind,
    _first,
    _last,
    _mutated_at,
)
