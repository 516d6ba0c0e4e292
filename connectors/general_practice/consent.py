"""A Consent as a statement in the GP's own scope: given from … until …, withdrawn, or objected to."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType

from connectors.connector import ConsentDraft
from connectors.general_practice.ages import SELF_ALONE, agreed_by, suffices_on, suffices_until
from connectors.general_practice.codes import CONSENT_GONE, CONSENT_NOT_YET
from connectors.general_practice.judging import Faulty, moment, past_day, required, whom, without_faults
from connectors.general_practice.provisions import TYPES, Lacking, Valid, every, period_of, rules_of, spans_of
from connectors.general_practice.said import ConsentSaid
from connectors.general_practice.times import is_day
from schemas.civil import AMSTERDAM, civil_day
from schemas.vocabulary import ConsentKind, GivenBy, Purpose, Refusal, Source

_GIVEN_BY: Mapping[frozenset[str], GivenBy] = MappingProxyType(
    {
        frozenset(): GivenBy.SELF,
        frozenset({"self"}): GivenBy.SELF,
        frozenset({"representative"}): GivenBy.REPRESENTATIVE,
        frozenset({"self", "representative"}): GivenBy.BOTH,
    }
)

Held = tuple[ConsentKind, date, date | None]


def draft_of(said: ConsentSaid, today: date) -> ConsentDraft:
    """The statement.  Raises Faulty"""
    gone = said.status in CONSENT_GONE
    without_faults(said.faults, gone)
    _is_one(said, gone)
    recorded_at = _taken_back_at(said) if gone else _stated_at(said, today)
    person = whom(said.person, "Consent.patient")
    kind, valid_from, valid_until = _held(said, gone, today, recorded_at)
    return ConsentDraft(
        whom=person,
        source_id=_source_id(said),
        kind=kind,
        source=Source.GENERAL_PRACTICE,
        purpose=Purpose.USE_FOR_CORRELATION,
        valid_from=valid_from,
        valid_until=valid_until,
        given_by=_GIVEN_BY.get(frozenset(said.performers), GivenBy.SELF),
        recorded_at=recorded_at,
    )


def _is_one(said: ConsentSaid, gone: bool) -> None:
    """Raises Faulty where this is no statement about sharing what the GP knows."""
    status = required(said.status, "Consent.status")
    if status in CONSENT_NOT_YET:
        raise Faulty(Refusal.KIND_NOT_ACCEPTED, "Consent.status")
    if status != "active" and not gone:
        raise Faulty(Refusal.FIELD_INVALID, "Consent.status")
    for fits, field in ((said.privacy, "Consent.scope"), (said.disclosure, "Consent.category")):
        if not fits:
            raise Faulty(Refusal.KIND_NOT_ACCEPTED, field)
    if gone:
        return
    if frozenset(said.performers) not in _GIVEN_BY:
        raise Faulty(Refusal.FIELD_INVALID, "Consent.performer")
    for each in every(said.provision):
        if each.type not in TYPES:
            raise Faulty(Refusal.FIELD_INVALID, "Consent.provision.type")
        if period_of(each) is None:
            raise Faulty(Refusal.DATE_INVALID, "Consent.provision.period")


def _taken_back_at(said: ConsentSaid) -> datetime:
    """When it ended; `dateTime` stays what it was when the patient said yes, and would be too early."""
    if said.lastUpdated:
        return moment(said.lastUpdated, "Consent.meta.lastUpdated")
    return moment(required(said.timestamp, "Consent.meta.lastUpdated"), "Bundle.timestamp")


def _stated_at(said: ConsentSaid, today: date) -> datetime:
    given_on = past_day(said.dateTime, "Consent.dateTime", today)
    if said.lastUpdated:
        return moment(said.lastUpdated, "Consent.meta.lastUpdated")
    if is_day(said.dateTime):
        return datetime.combine(given_on, time(), AMSTERDAM).astimezone(UTC)
    return moment(said.dateTime, "Consent.dateTime")


def _held(said: ConsentSaid, gone: bool, today: date, recorded_at: datetime) -> Held:
    """What it comes to, and from when until when.

    One that says nothing (any more) about the wijkteam is a withdrawal: a consent may be narrowed under its own id.
    """
    withdrawn = (ConsentKind.WITHDRAWN, civil_day(recorded_at), None)
    if gone:
        return withdrawn
    given_on = past_day(said.dateTime, "Consent.dateTime", today)
    spans = spans_of(rules_of(said.provision))
    permitted = [each for each in spans if isinstance(each[2], Valid) and each[1] > given_on]
    denied = [each for each in spans if each[2] is Lacking.DENIED and each[1] > today]
    if denied and denied[0][0] <= today:
        return _span(ConsentKind.OBJECTED, denied[0], given_on)
    if permitted:
        now_or_later = [each for each in permitted if each[1] > today]
        span = now_or_later[0] if now_or_later else permitted[-1]
        return _given(said, _span(ConsentKind.GIVEN, span, given_on), given_on)
    return _span(ConsentKind.OBJECTED, denied[0], given_on) if denied else withdrawn


def _given(said: ConsentSaid, held: Held, given_on: date) -> Held:
    """The consent as long as who agreed may do so.  Raises Faulty; only giving is judged, never taking back"""
    kind, first, until = held
    if not said.born and agreed_by(said) != SELF_ALONE:
        raise Faulty(Refusal.FIELD_MISSING, "Patient.birthDate")
    try:
        enough = suffices_on(said, given_on) and suffices_on(said, first)
        ends = suffices_until(said, first)
    except ValueError:
        raise Faulty(Refusal.DATE_INVALID, "Patient.birthDate") from None
    if not enough:
        raise Faulty(Refusal.MAY_NOT_CONSENT, "Consent.performer")
    return kind, first, until if ends == date.max else min(until or date.max, ends)


def _span(kind: ConsentKind, span: tuple[date, date, Valid | Lacking], given_on: date) -> Held:
    return kind, max(span[0], given_on), None if span[1] == date.max else span[1]


def _source_id(said: ConsentSaid) -> str:
    """Under its own system, or that of the person: the ids of two practices may be alike."""
    name = required(said.id, "Consent.identifier")
    whose = [] if said.own_system else [*said.person.bsns, said.person.family, said.person.given, said.person.born]
    return "|".join(["Consent", *whose, name])
