"""What a verzuimmelding means to us: kind, days, and whether it still stands; no reason, no reporter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from connectors.bsn import Bsn
from connectors.connector import Described, RawRecord, Refused, SignalDraft, Whom
from connectors.moments import day_in
from connectors.reading import unseen
from connectors.refusing import Faulty, Reading, refused_for
from connectors.school_attendance.codes import END_REQUIRED, HISTORIC, OVER, VERSION_OF_REASON
from connectors.school_attendance.dialects import Dialect, Written
from connectors.school_attendance.school_number import is_school_number
from schemas.civil import AMSTERDAM
from schemas.vocabulary import Refusal, SignalKind, Source, VersionKind

#: The Besluit Verzuimmelding came into force on this day: what is older was never reported under it.
EARLIEST = date(2009, 8, 1)
#: A holiday without leave may be reported with the day that it will end.
FURTHEST_END = timedelta(days=366)

_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?")


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
            raise Faulty((Refusal.FIELD_MISSING, name))
        return self.fields[name]


def normalise(municipality: str, record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft of one melding, or everything because of which it is none."""
    written: Written = record.content
    try:
        return _draft(_Said(municipality, today, written.dialect, written.texts))
    except Faulty as faulty:
        return refused_for(record, faulty.faults)


def _draft(said: _Said) -> SignalDraft:
    reading = Reading()
    reading.of(_characters, said)
    number = reading.of(_number, said)
    reading.of(_area, said)
    whom = reading.of(_whom, said)
    version = reading.of(_version, said)
    kind = reading.of(_kind, said)
    first = reading.of(_first, said)
    last = reading.of(_last, said, kind, first)
    mutated_at = reading.of(_mutated_at, said)
    reading.done()
    assert number and whom is not None and version is not None and kind is not None and first is not None
    return SignalDraft(
        whom=whom,
        source_id=number,
        source=Source.SCHOOL_ATTENDANCE,
        kind=version,
        signal_kind=kind,
        observed_on=first,
        ended_on=last,
        crisis=False,
        mutated_at=mutated_at,
    )


def _characters(said: _Said) -> None:
    for name, text in said.fields.items():
        if unseen(text):
            raise Faulty((Refusal.CONTROL_CHARACTER, name))


def _number(said: _Said) -> str:
    number = said.required(said.named.number)
    if _NUMBER.fullmatch(number) is None:
        raise Faulty((Refusal.FIELD_INVALID, said.named.number))
    return number


def _area(said: _Said) -> None:
    here = said.named.area_prefix + said.municipality
    if (said.get(said.named.area) or here) != here:
        raise Faulty((Refusal.OUTSIDE_AREA, said.named.area))


def _whom(said: _Said) -> Whom:
    """A BSN, or an onderwijsnummer where there is none: their checks let no number be both."""
    named = said.named
    bsn, school_number = said.get(named.bsn), said.get(named.school_number)
    if not bsn and not school_number:
        raise Faulty((Refusal.BSN_MISSING, named.nobody))
    if bsn and school_number and named.bsn != named.school_number:
        raise Faulty((Refusal.FIELD_INVALID, named.nobody))
    if is_school_number(school_number):
        return Described(school_number=school_number)
    if not bsn:
        raise Faulty((Refusal.FIELD_INVALID, named.school_number))
    parsed = Bsn.parse(bsn)
    if parsed is None:
        raise Faulty((Refusal.BSN_INVALID, named.bsn))
    return parsed


def _version(said: _Said) -> VersionKind:
    """Whether the melding stands; a reason for closing that is no choice of the list is free text."""
    named = said.named
    status, reason = said.get(named.status), said.get(named.reason)
    if status not in named.versions:
        raise Faulty((Refusal.FIELD_INVALID if status else Refusal.FIELD_MISSING, named.status))
    if not reason:
        return named.versions[status]
    if reason not in VERSION_OF_REASON or status not in OVER:
        raise Faulty((Refusal.FIELD_INVALID, named.reason))
    either = {named.versions[status], VERSION_OF_REASON[reason]}
    return VersionKind.WITHDRAWN if VersionKind.WITHDRAWN in either else VersionKind.REPORTED


def _kind(said: _Said) -> SignalKind:
    name = said.named.kind
    code = said.required(name)
    if code in HISTORIC:
        raise Faulty((Refusal.KIND_NOT_ACCEPTED, name))
    if code not in said.named.kinds:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return said.named.kinds[code]


def _first(said: _Said) -> date:
    first = _day(said.named.begin, said.required(said.named.begin))
    if first > said.today:
        raise Faulty((Refusal.DATE_IN_FUTURE, said.named.begin))
    return first


def _last(said: _Said, kind: SignalKind | None, first: date | None) -> date | None:
    """The end, as far as kind and begin let it be judged."""
    if kind is None:
        return None
    name, needed = said.named.end, kind in END_REQUIRED
    text = said.required(name) if needed else said.get(name)
    if not text:
        return None
    last = _day(name, text)
    if last > (said.today if needed else said.today + FURTHEST_END):
        raise Faulty((Refusal.DATE_IN_FUTURE, name))
    if first is not None and last < first:
        raise Faulty((Refusal.DATE_INVALID, name))
    return last


def _day(name: str, text: str) -> date:
    try:
        if (day := day_in(text)) < EARLIEST:
            raise ValueError(name)
    except ValueError:
        raise Faulty((Refusal.DATE_INVALID, name)) from None
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
        raise Faulty((Refusal.DATE_INVALID, at)) from None
    moment = clock.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    if moment.astimezone(AMSTERDAM).replace(tzinfo=None) != clock:
        raise Faulty((Refusal.DATE_INVALID, at))  # the hour that spring skips never was
    return moment
