"""What referral and consent have in common: one reason to say no, a person, a day, a moment."""

from datetime import date, datetime

from connectors.bsn import Bsn
from connectors.connector import Described, Whom
from connectors.general_practice.said import FaultSaid, PersonSaid
from connectors.general_practice.times import day_of, moment_of
from schemas.vocabulary import Refusal


class Faulty(Exception):
    """The row cannot be used; `fault` says why and where, never what stood there."""

    def __init__(self, reason: Refusal, field: str) -> None:
        super().__init__(reason.value)
        self.fault = (reason, field)


def required(text: str, field: str) -> str:
    """The text.  Raises Faulty"""
    if not text:
        raise Faulty(Refusal.FIELD_MISSING, field)
    return text


def without_faults(faults: list[FaultSaid], gone: bool) -> None:
    """Raises Faulty; but what may not stand there never stops somebody from taking a statement back."""
    for each in faults:
        reason = Refusal(each.reason)
        if not gone or reason is not Refusal.FIELD_NOT_ALLOWED:
            raise Faulty(reason, each.field)


def past_day(text: str, field: str, today: date) -> date:
    """A day that has come.  Raises Faulty"""
    try:
        day = day_of(required(text, field))
    except ValueError:
        raise Faulty(Refusal.DATE_INVALID, field) from None
    if day > today:
        raise Faulty(Refusal.DATE_IN_FUTURE, field)
    return day


def moment(text: str, field: str) -> datetime:
    """A moment in UTC.  Raises Faulty"""
    try:
        return moment_of(text)
    except ValueError:
        raise Faulty(Refusal.DATE_INVALID, field) from None


def whom(person: PersonSaid, field: str) -> Whom:
    """The person by their BSN, or as described where there is none.  Raises Faulty"""
    if len(person.bsns) > 1:
        raise Faulty(Refusal.BSN_INVALID, "Patient.identifier")
    if person.bsns:
        bsn = Bsn.parse(person.bsns[0])
        if bsn is None:
            raise Faulty(Refusal.BSN_INVALID, field)
        return bsn
    if not person.family or not person.born:
        raise Faulty(Refusal.BSN_MISSING, field)
    try:
        born_on = day_of(person.born)
    except ValueError:
        raise Faulty(Refusal.DATE_INVALID, "Patient.birthDate") from None
    return Described(
        family_name=person.family,
        prefix=person.prefix,
        given_names=person.given,
        initials=person.initials,
        born_on=born_on,
        postcode=person.postcode,
        house_number=person.house_number,
        house_suffix=person.house_suffix,
    )
