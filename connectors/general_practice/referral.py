"""A ServiceRequest as a signal: that a doctor refers, advises or informs, and in which life domain."""

from datetime import date

from connectors.connector import SignalDraft
from connectors.general_practice.codes import (
    DIAGNOSIS,
    NO_REASON,
    ORDERS,
    OTHER_INTENTS,
    STATUS_OF,
    STATUS_REFUSED,
    is_doctor,
)
from connectors.general_practice.consent_rules import standing
from connectors.general_practice.judging import Faulty, moment, past_day, required, whom, without_faults
from connectors.general_practice.provisions import Lacking
from connectors.general_practice.said import ReferralSaid
from schemas.vocabulary import LifeDomain, Mark, Refusal, SignalKind, Source, VersionKind

_KIND = "ServiceRequest"


def draft_of(said: ReferralSaid, today: date) -> SignalDraft:
    """The signal.  Raises Faulty"""
    kind = STATUS_OF.get(said.status)
    gone = kind is VersionKind.WITHDRAWN
    without_faults(said.faults, gone)
    if kind is None:
        raise _no_status(said.status)
    marks = frozenset({_role(said)})
    if not gone:
        _may_be_sent(said)
    person = whom(said.person, f"{_KIND}.subject")
    draft = SignalDraft(
        whom=person,
        source_id=_source_id(said),
        source=Source.GENERAL_PRACTICE,
        kind=kind,
        signal_kind=SignalKind.WELLBEING_REFERRAL,
        observed_on=past_day(said.authoredOn, f"{_KIND}.authoredOn", today),
        ended_on=None,
        crisis=False,
        # authoredOn is no time of mutation: two versions share it.  Source  rules.md 1
        mutated_at=moment(said.lastUpdated, f"{_KIND}.meta.lastUpdated") if said.lastUpdated else None,
        life_domain=None if said.reason in (NO_REASON, DIAGNOSIS) else LifeDomain(said.reason),
        marks=marks,
    )
    stands = None if gone else standing(said.consents, said.person, today)
    if isinstance(stands, Lacking):
        raise Faulty(Refusal.CONSENT_NEEDED, stands.value)
    return draft


def _no_status(status: str) -> Faulty:
    field = f"{_KIND}.status"
    if not status:
        return Faulty(Refusal.FIELD_MISSING, field)
    return Faulty(Refusal.KIND_NOT_ACCEPTED if status in STATUS_REFUSED else Refusal.FIELD_INVALID, field)


def _role(said: ReferralSaid) -> Mark:
    """In which role the doctor speaks; also that this is a referral of ours, and no medical order."""
    if said.asks == "other" or (said.asks == "none" and not said.roles):
        raise Faulty(Refusal.KIND_NOT_ACCEPTED, f"{_KIND}.code")
    if len(said.roles) > 1:
        raise Faulty(Refusal.FIELD_INVALID, f"{_KIND}.category")
    return Mark(said.roles[0]) if said.roles else Mark.DOCTOR_REFERS


def _may_be_sent(said: ReferralSaid) -> None:
    if said.reason == DIAGNOSIS:
        raise Faulty(Refusal.FIELD_NOT_ALLOWED, f"{_KIND}.reasonCode")
    intent = required(said.intent, f"{_KIND}.intent")
    if intent in OTHER_INTENTS:
        raise Faulty(Refusal.KIND_NOT_ACCEPTED, f"{_KIND}.intent")
    if intent not in ORDERS:
        raise Faulty(Refusal.FIELD_INVALID, f"{_KIND}.intent")


def _source_id(said: ReferralSaid) -> str:
    """Under its own system, or that of the practice: the ids of two practices may be alike."""
    if not said.agb:
        raise Faulty(Refusal.FIELD_MISSING, f"{_KIND}.requester")
    if not any(map(is_doctor, said.agb)):
        raise Faulty(Refusal.FIELD_INVALID, f"{_KIND}.requester")
    name = required(said.id, f"{_KIND}.identifier")
    return f"{_KIND}|{name}" if said.own_system else f"{_KIND}|{said.agb[0]}|{name}"
