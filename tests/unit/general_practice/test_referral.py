"""What a ServiceRequest means: role, status, life domain, person; and what of it is refused."""

from typing import Any

import pytest

from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.sealing import unseal
from schemas.vocabulary import LifeDomain, Mark, Refusal, SignalKind, Source, VersionKind
from tests.support.deliveries import NUMBERS, PRIVATE, Door
from tests.support.fhir import (
    ICPC,
    agb,
    bsn,
    bundle,
    consent,
    doctor,
    patient,
    referral,
    written,
)

ROLE = "urn:signaalbrug:rol-huisarts"


def signals(*deliveries: Any) -> list[Signal]:
    door = Door()
    for each in deliveries:
        taken = door.send("general_practice", written(each))
        assert taken.refused == ()
    return door.log.events(Signal)


def refused(*resources: Any) -> list[tuple[Refusal, str | None]]:
    taken = Door().send("general_practice", written(bundle(*resources)))
    return [(each.reason, each.field) for each in taken.refused]


def test_a_referral_with_consent_becomes_one_signal() -> None:
    (signal,) = signals(bundle(referral(), consent()))
    assert (signal.source, signal.signal_kind) == (Source.GENERAL_PRACTICE, SignalKind.WELLBEING_REFERRAL)
    assert (signal.kind, signal.observed_on.isoformat()) == (VersionKind.REPORTED, "2026-03-10")
    assert (signal.life_domain, signal.crisis, signal.ended_on) == (LifeDomain.SOCIAL_RELATIONS, False, None)


@pytest.mark.parametrize(
    ("category", "mark"),
    [
        (None, Mark.DOCTOR_REFERS),
        ([{"text": "Verwijzing sociaal domein"}], Mark.DOCTOR_REFERS),
        ([{"text": "iets anders", "coding": [{"system": ROLE, "code": "verwijzer"}]}], Mark.DOCTOR_REFERS),
        ([{"coding": [{"system": ROLE, "code": "expert"}]}], Mark.DOCTOR_ADVISES),
        ([{"coding": [{"system": ROLE, "code": "informant"}]}], Mark.DOCTOR_INFORMS),
        ([{"coding": [{"system": "urn:elders", "code": "informant"}]}], Mark.DOCTOR_REFERS),
    ],
)
def test_the_role_of_the_doctor_is_a_mark(category: Any, mark: Mark) -> None:
    (signal,) = signals(bundle(referral(category=category), consent()))
    assert signal.marks == (mark,)


def test_two_roles_at_once_are_refused() -> None:
    both = [{"coding": [{"system": ROLE, "code": "expert"}, {"system": ROLE, "code": "informant"}]}]
    assert refused(referral(category=both), consent()) == [(Refusal.FIELD_INVALID, "ServiceRequest.category")]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("active", VersionKind.REPORTED),
        ("completed", VersionKind.REPORTED),
        ("on-hold", VersionKind.WITHDRAWN),
        ("revoked", VersionKind.WITHDRAWN),
        ("entered-in-error", VersionKind.WITHDRAWN),
    ],
)
def test_a_status_says_whether_the_referral_stands(status: str, said: VersionKind) -> None:
    (signal,) = signals(bundle(referral(status=status), consent()))
    assert signal.kind is said


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"status": "draft"}, Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.status"),
        ({"status": "unknown"}, Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.status"),
        ({"status": "Active"}, Refusal.FIELD_INVALID, "ServiceRequest.status"),
        ({"status": None}, Refusal.FIELD_MISSING, "ServiceRequest.status"),
        ({"intent": "proposal"}, Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.intent"),
        ({"intent": "bevel"}, Refusal.FIELD_INVALID, "ServiceRequest.intent"),
        ({"intent": None}, Refusal.FIELD_MISSING, "ServiceRequest.intent"),
        ({"code": None}, Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.code"),
        ({"code": {"text": "Fysiotherapie"}}, Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.code"),
        ({"requester": None}, Refusal.FIELD_MISSING, "ServiceRequest.requester"),
        ({"requester": {"display": "dokter"}}, Refusal.FIELD_MISSING, "ServiceRequest.requester"),
        ({"requester": agb("94999999")}, Refusal.FIELD_INVALID, "ServiceRequest.requester"),
        ({"requester": agb("0199999")}, Refusal.FIELD_INVALID, "ServiceRequest.requester"),
        ({"id": None}, Refusal.FIELD_MISSING, "ServiceRequest.identifier"),
        ({"authoredOn": None}, Refusal.FIELD_MISSING, "ServiceRequest.authoredOn"),
        ({"authoredOn": "2026"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "2026-02-30"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "2026-03-10T09:12:00"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "0001-01-01T00:00:00+14:00"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "9999-12-31T23:59:59-01:00"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "9999-12-31T23:30:00Z"}, Refusal.DATE_INVALID, "ServiceRequest.authoredOn"),
        ({"authoredOn": "2026-05-02"}, Refusal.DATE_IN_FUTURE, "ServiceRequest.authoredOn"),
        ({"meta": {"lastUpdated": "gisteren"}}, Refusal.DATE_INVALID, "ServiceRequest.meta.lastUpdated"),
        ({"subject": None}, Refusal.BSN_MISSING, "ServiceRequest.subject"),
        ({"subject": {"reference": "Patient/weg"}}, Refusal.BSN_MISSING, "ServiceRequest.subject"),
        ({"subject": bsn("999990018")}, Refusal.BSN_INVALID, "ServiceRequest.subject"),
        ({"subject": "Patient/1"}, Refusal.FIELD_INVALID, "ServiceRequest.subject"),
        ({"category": "sociaal"}, Refusal.FIELD_INVALID, "ServiceRequest.category"),
        ({"status": 1}, Refusal.FIELD_INVALID, "ServiceRequest.status"),
        ({"status": "x" * 501}, Refusal.FIELD_INVALID, "ServiceRequest.status"),
        ({"status": "act\u202eive"}, Refusal.CONTROL_CHARACTER, "ServiceRequest.status"),
        ({"bodySite": [{"text": "knie"}]}, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.bodySite"),
        ({"doNotPerform": True}, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.doNotPerform"),
        ({"extension": [{"url": "urn:x"}]}, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.extension"),
        ({"Jan Testman, 999990019": "x"}, Refusal.FIELD_NOT_ALLOWED, "ServiceRequest"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_of_the_field(
    changes: dict[str, Any], reason: Refusal, field: str
) -> None:
    assert refused(referral(**changes), consent()) == [(reason, field)]


@pytest.mark.parametrize(
    ("code", "domain"),
    [
        ("Z01", LifeDomain.FINANCES),
        ("Z03", LifeDomain.HOUSING),
        ("Z05", LifeDomain.WORK_AND_ACTIVITIES),
        ("Z06", LifeDomain.WORK_AND_ACTIVITIES),
        ("Z07.01", LifeDomain.WORK_AND_ACTIVITIES),
        ("Z12", LifeDomain.SOCIAL_RELATIONS),
        ("Z16", LifeDomain.SOCIAL_RELATIONS),
        ("Z24", LifeDomain.SOCIAL_RELATIONS),
        ("Z29", LifeDomain.SOCIAL_RELATIONS),
    ],
)
def test_a_social_reason_becomes_a_life_domain(code: str, domain: LifeDomain) -> None:
    (signal,) = signals(bundle(referral(reasonCode=[{"coding": [{"system": ICPC, "code": code}]}]), consent()))
    assert signal.life_domain is domain


def test_of_several_social_reasons_the_first_that_says_something_counts() -> None:
    reasons = [{"coding": [{"system": ICPC, "code": code} for code in ("Z29", "Z03", "Z01")]}]
    (signal,) = signals(bundle(referral(reasonCode=reasons), consent()))
    assert signal.life_domain is LifeDomain.HOUSING


@pytest.mark.parametrize(
    "coding",
    [
        {"system": ICPC, "code": "P76"},
        {"system": ICPC, "code": "Z00"},
        {"system": ICPC, "code": "Z30"},
        {"system": ICPC, "code": "z01"},
        {"system": "http://snomed.info/sct", "code": "73211009"},
        {"code": "Z01"},
        {"display": "somberheid"},
    ],
)
def test_a_diagnosis_is_refused_and_kept_nowhere(coding: dict[str, str]) -> None:
    door = Door()
    resources = [referral(reasonCode=[{"coding": [{"system": ICPC, "code": "Z01"}, coding]}]), consent()]
    taken = door.send("general_practice", written(bundle(*resources)))
    (one,) = taken.refused
    assert (one.reason, one.field) == (Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.reasonCode")
    assert [each.sealed for each in door.log.events(Quarantined)] == [b""]


def test_of_a_reason_nothing_is_kept_in_a_row_that_is_refused_for_something_else() -> None:
    door = Door()
    reasons = [{"coding": [{"system": ICPC, "code": "P76", "display": "depressie"}], "text": "somber"}]
    content = bundle(referral(status="draft", note=[{"text": "somber"}], reasonCode=reasons))
    door.send("general_practice", written(content))
    (kept,) = (unseal(PRIVATE, each.sealed) for each in door.log.events(Quarantined))
    assert b"draft" in kept and b"somber" not in kept and b"P76" not in kept and b"depressie" not in kept


def test_the_practice_is_known_by_any_code_of_role_person_or_organisation() -> None:
    role = {"reference": "PractitionerRole/role-1"}
    assert len(signals(bundle(referral(requester=role), consent(), *doctor()))) == 1
    without = [each | {"identifier": [{"system": "urn:x", "value": "1"}]} for each in doctor()[1:]]
    assert refused(referral(requester=role), consent(), doctor()[0], *without) == [
        (Refusal.FIELD_MISSING, "ServiceRequest.requester")
    ]


def test_a_correction_comes_under_the_same_identifier() -> None:
    named: dict[str, Any] = {"identifier": [{"system": "urn:oid:2.999.1", "value": "VW-1"}]}
    first = bundle(referral("a", **named), consent())
    again = bundle(referral("b", authoredOn="2026-03-11", **named), consent())
    one, other = signals(first, again)
    assert (one.signal, other.kind) == (other.signal, VersionKind.CORRECTED)


def test_the_ids_of_two_practices_may_be_alike() -> None:
    first = bundle(referral("1", NUMBERS[0], requester=agb("01111111")), consent("1", NUMBERS[0]))
    other = bundle(referral("1", NUMBERS[1], requester=agb("01222222")), consent("1", NUMBERS[1]))
    one, two = signals(first, other)
    assert one.signal != two.signal and one.person != two.person


def test_versions_are_ordered_by_their_time_of_change_whatever_comes_first() -> None:
    late = bundle(referral(status="revoked", meta={"lastUpdated": "2026-04-02T08:00:00Z"}), consent())
    early = bundle(referral(meta={"lastUpdated": "2026-04-01T08:00:00Z"}), consent())
    withdrawn, reported = signals(late, early)
    assert withdrawn.kind is VersionKind.WITHDRAWN and withdrawn.mutated_at > reported.mutated_at


def test_taking_back_needs_no_consent_and_is_not_stopped_by_what_may_not_stand_there() -> None:
    gone = referral(status="revoked", bodySite=[{"text": "x"}], intent=None)
    (signal,) = signals(bundle(gone))
    assert signal.kind is VersionKind.WITHDRAWN


def test_taking_back_is_stopped_by_what_makes_unclear_which_referral_it_is() -> None:
    odd = [{"system": "urn:oid:2.999.1", "value": "VW\u200b1"}]
    assert refused(referral(status="revoked", identifier=odd)) == [
        (Refusal.CONTROL_CHARACTER, "ServiceRequest.identifier.value")
    ]


def test_a_medical_order_that_is_taken_back_was_never_a_referral() -> None:
    assert refused(referral(status="revoked", code={"text": "Fysiotherapie"})) == [
        (Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.code")
    ]


def test_two_numbers_for_one_person_are_refused() -> None:
    subject = {"reference": "Patient/p-1"} | bsn(NUMBERS[1])
    assert refused(referral(subject=subject), patient(), consent("c-1", NUMBERS[2])) == [
        (Refusal.BSN_INVALID, "Patient.identifier")
    ]
