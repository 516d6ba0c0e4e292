"""What a worry means to us: a life domain, a day, and whether it cannot wait; there is no place for a story."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from connectors.bsn import Bsn
from connectors.connector import RawRecord, Refused, SignalDraft
from connectors.moments import Day, Moment, moment_in
from connectors.reading import unseen_in
from connectors.refusing import refused_by
from schemas.vocabulary import LifeDomain, Refusal, SignalKind, Source, VersionKind

#: The label of a life domain is what a team writes.  Source  needs.md A1
DOMAIN_OF: Mapping[str, LifeDomain] = MappingProxyType(
    {each.label: each for each in LifeDomain if each is not LifeDomain.UNKNOWN}
)
#: The ground is of that day: an older worry is a mistake.  Source  Wmo 2015 art. 2.3.2
FIRST_DAY = date(2015, 1, 1)
_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {
        "burgerservicenummer": Refusal.BSN_INVALID,
        "gezienOp": Refusal.DATE_INVALID,
        "vastgelegdOp": Refusal.DATE_INVALID,
    }
)


def _domain(label: str) -> str:
    composed = unicodedata.normalize("NFC", label)
    if composed not in DOMAIN_OF:
        raise ValueError("leefgebied")
    return composed


class Zorg(BaseModel):
    """One line."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    burgerservicenummer: str
    gezienOp: Day
    leefgebied: Annotated[str, AfterValidator(_domain)]
    crisis: bool
    ingetrokken: bool = False
    vastgelegdOp: Moment


def normalise(record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft of one worry, or why it is none."""
    if unseen_in(record.content):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        given = Zorg.model_validate(record.content)
    except ValidationError as invalid:
        return refused_by(record, invalid, _SPECIAL)
    return _draft(record, given, today)


def _draft(record: RawRecord, given: Zorg, today: date) -> SignalDraft | Refused:
    bsn = Bsn.parse(given.burgerservicenummer)
    seen = date.fromisoformat(given.gezienOp)
    faults = []
    if bsn is None:
        faults.append((Refusal.BSN_INVALID, "burgerservicenummer"))
    if seen > today:
        faults.append((Refusal.DATE_IN_FUTURE, "gezienOp"))
    if seen < FIRST_DAY:
        faults.append((Refusal.DATE_INVALID, "gezienOp"))
    if bsn is None or faults:
        (reason, field), *others = faults
        return Refused(record.row, reason, field, record.raw, tuple(others))
    return SignalDraft(
        whom=bsn,
        source_id=given.id,
        source=Source.WIJKTEAM,
        kind=VersionKind.WITHDRAWN if given.ingetrokken else VersionKind.REPORTED,
        signal_kind=SignalKind.WORRY_AT_INTAKE,
        observed_on=seen,
        ended_on=None,
        crisis=given.crisis,
        mutated_at=moment_in(given.vastgelegdOp),
        life_domain=DOMAIN_OF[given.leefgebied],
    )
