"""What a Consent becomes on consent.v1: given from … until …, withdrawn, objected to; never given by accident."""

import os
from typing import Any

import pytest
from hypothesis import given, seed, settings

from connectors.connector import RawRecord
from connectors.general_practice.consent_rules import standing
from connectors.general_practice.normalise import normalise
from connectors.general_practice.provisions import Valid, period_of
from connectors.general_practice.said import ConsentSaid, ProvisionSaid
from schemas.events.register import Consent
from schemas.vocabulary import ConsentKind, GivenBy, Purpose, Refusal, Source
from tests.support.deliveries import NUMBERS, Door
from tests.support.fhir import (
    actor,
    bsn,
    bundle,
    consent,
    patient,
    provision,
    written,
)
from tests.unit.general_practice.test_consent_rules import ANNA, TODAY
from tests.unit.general_practice.test_second_reading import TREES

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261128"))
CHANGED = {"lastUpdated": "2026-04-01T10:00:00+02:00"}
GIVEN, WITHDRAWN, OBJECTED = ConsentKind.GIVEN, ConsentKind.WITHDRAWN, ConsentKind.OBJECTED


def told(*deliveries: Any) -> list[Consent]:
    door = Door()
    for each in deliveries:
        assert door.send("general_practice", written(each)).refused == ()
    return door.log.events(Consent)


def refused(*resources: Any, **changes: Any) -> list[tuple[Refusal, str | None]]:
    taken = Door().send("general_practice", written(bundle(*resources, **changes)))
    return [(each.reason, each.field) for each in taken.refused]


def held(resource: Any) -> tuple[ConsentKind, str, str | None]:
    (one,) = told(bundle(resource))
    return one.kind, one.valid_from.isoformat(), one.valid_until.isoformat() if one.valid_until else None


def test_a_consent_is_published_in_the_scope_of_the_gp_alone() -> None:
    (one,) = told(bundle(consent()))
    assert (one.source, one.purpose, one.given_by) == (
        Source.GENERAL_PRACTICE,
        Purpose.USE_FOR_CORRELATION,
        GivenBy.SELF,
    )
    assert one.recorded_at.isoformat() == "2026-03-10T08:10:00+00:00"


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (consent(), (GIVEN, "2026-03-10", "2026-09-11")),
        (consent(provision=provision(period=None)), (GIVEN, "2026-03-10", None)),
        (consent(provision=provision(period={"start": "2026-06-01"})), (GIVEN, "2026-06-01", None)),
        (consent(provision=provision(period={"end": "2026-04-01"})), (GIVEN, "2026-03-10", "2026-04-02")),
        (consent(provision=provision(period={"end": "2026-03-01"})), (WITHDRAWN, "2026-03-10", None)),
        (consent(provision=provision(type="deny")), (OBJECTED, "2026-03-10", "2026-09-11")),
        (consent(provision={"type": "deny"}), (OBJECTED, "2026-03-10", None)),
        (
            consent(provision=provision(type="deny", period={"start": "2026-06-01"})),
            (OBJECTED, "2026-06-01", None),
        ),
        (consent(provision=provision(type="deny", period={"end": "2026-04-01"})), (WITHDRAWN, "2026-03-10", None)),
        (consent(provision=provision(actor=[actor("Ziekenhuis")])), (WITHDRAWN, "2026-03-10", None)),
        (consent(provision=None), (WITHDRAWN, "2026-03-10", None)),
        (consent(status="inactive", meta=CHANGED), (WITHDRAWN, "2026-04-01", None)),
        (consent(status="rejected", meta=CHANGED), (WITHDRAWN, "2026-04-01", None)),
        (consent(status="entered-in-error", meta=CHANGED, dateTime=None), (WITHDRAWN, "2026-04-01", None)),
        (
            consent(provision=provision(provision=[{"type": "deny", "period": {"start": "2026-06-01"}}])),
            (GIVEN, "2026-03-10", "2026-06-01"),
        ),
        (
            consent(provision=provision(provision=[{"type": "deny", "period": {"end": "2026-05-31"}}])),
            (OBJECTED, "2026-03-10", "2026-06-01"),
        ),
        (
            consent(provision=provision(action=[{"coding": [{"code": "disclose"}]}])),
            (WITHDRAWN, "2026-03-10", None),
        ),
        (
            consent(
                provision=provision(
                    **{
                        "action": [
                            {
                                "coding": [
                                    {
                                        "system": "http://terminology.hl7.org/CodeSystem/consentaction",
                                        "code": "disclose",
                                    }
                                ]
                            }
                        ],
                        "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "ServiceRequest"}],
                    }
                )
            ),
            (GIVEN, "2026-03-10", "2026-09-11"),
        ),
        (
            consent(provision=provision(**{"class": [{"system": "http://loinc.org", "code": "x"}]})),
            (WITHDRAWN, "2026-03-10", None),
        ),
        (consent(provision=provision(data=[{"meaning": "instance"}])), (WITHDRAWN, "2026-03-10", None)),
    ],
)
def test_a_consent_becomes_a_statement(resource: Any, answer: tuple[ConsentKind, str, str | None]) -> None:
    assert held(resource) == answer


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"status": None}, Refusal.FIELD_MISSING, "Consent.status"),
        ({"status": "actief"}, Refusal.FIELD_INVALID, "Consent.status"),
        ({"status": "proposed"}, Refusal.KIND_NOT_ACCEPTED, "Consent.status"),
        ({"scope": None}, Refusal.KIND_NOT_ACCEPTED, "Consent.scope"),
        ({"category": None}, Refusal.KIND_NOT_ACCEPTED, "Consent.category"),
        ({"patient": None}, Refusal.BSN_MISSING, "Consent.patient"),
        ({"id": None}, Refusal.FIELD_MISSING, "Consent.identifier"),
        ({"dateTime": None}, Refusal.FIELD_MISSING, "Consent.dateTime"),
        ({"dateTime": "2026-05-02"}, Refusal.DATE_IN_FUTURE, "Consent.dateTime"),
        ({"dateTime": "maart"}, Refusal.DATE_INVALID, "Consent.dateTime"),
        ({"meta": {"lastUpdated": "2026-04-01"}}, Refusal.DATE_INVALID, "Consent.meta.lastUpdated"),
        ({"meta": {"lastUpdated": "2026-06-01T08:00:00Z"}}, Refusal.DATE_IN_FUTURE, None),
        ({"status": "inactive"}, Refusal.FIELD_MISSING, "Consent.meta.lastUpdated"),
        ({"performer": [{"reference": "Practitioner/1"}]}, Refusal.FIELD_INVALID, "Consent.performer"),
        ({"provision": provision(type="misschien")}, Refusal.FIELD_INVALID, "Consent.provision.type"),
        ({"provision": provision(period={"end": "2026"})}, Refusal.DATE_INVALID, "Consent.provision.period"),
        (
            {"provision": provision(period={"start": "2026-05-02", "end": "2026-05-01"})},
            Refusal.DATE_INVALID,
            "Consent.provision.period",
        ),
        (
            {"provision": provision(provision=[provision(period={"start": "x"})])},
            Refusal.DATE_INVALID,
            "Consent.provision.period",
        ),
        ({"provision": [provision()]}, Refusal.FIELD_INVALID, "Consent.provision"),
        ({"modifierExtension": [{"url": "x"}]}, Refusal.FIELD_NOT_ALLOWED, "Consent.modifierExtension"),
    ],
)
def test_what_is_no_statement_is_refused_by_name_of_the_field(
    changes: dict[str, Any], reason: Refusal, field: str | None
) -> None:
    assert refused(consent(**changes)) == [(reason, field)]


@pytest.mark.parametrize(
    ("performers", "given_by"),
    [
        ([bsn(NUMBERS[0])], GivenBy.SELF),
        ([{"reference": "Patient/p-1"}], GivenBy.SELF),
        ([{"reference": "Patient/elders"}], GivenBy.SELF),
        ([{"reference": "RelatedPerson/r-1"}], GivenBy.REPRESENTATIVE),
        ([{"reference": "#r"}], GivenBy.REPRESENTATIVE),
        ([{"type": "RelatedPerson", "display": "moeder"}], GivenBy.REPRESENTATIVE),
        ([bsn(NUMBERS[0]), {"type": "RelatedPerson"}], GivenBy.BOTH),
    ],
)
def test_who_gave_it_is_said(performers: Any, given_by: GivenBy) -> None:
    inside = [{"resourceType": "RelatedPerson", "id": "r", "name": [{"family": "x"}]}]
    age = {GivenBy.SELF: "1984-05-06", GivenBy.REPRESENTATIVE: "2018-05-06", GivenBy.BOTH: "2013-05-06"}[given_by]
    (one,) = told(bundle(consent(performer=performers, contained=inside), patient(birthDate=age)))
    assert one.given_by is given_by


def test_a_withdrawal_without_a_time_of_its_own_takes_that_of_the_delivery() -> None:
    given_first = bundle(consent())
    gone = bundle(consent(status="inactive"), timestamp="2026-04-05T08:00:00Z")
    one, other = told(given_first, gone)
    assert (one.kind, other.kind, one.consent) == (GIVEN, WITHDRAWN, other.consent)
    assert other.recorded_at.isoformat() == "2026-04-05T08:00:00+00:00"


def test_a_withdrawal_is_not_stopped_by_what_may_not_stand_there() -> None:
    odd = consent(status="inactive", meta=CHANGED, extension=[{"url": "x"}], provision={"type": "?"})
    assert held(odd)[0] is WITHDRAWN


def test_an_older_statement_does_not_follow_a_newer_one() -> None:
    door = Door()
    door.send("general_practice", written(bundle(consent(status="inactive", meta=CHANGED))))
    late = door.send("general_practice", written(bundle(consent())))
    assert late.duplicates == (1,)
    assert [each.kind for each in door.log.events(Consent)] == [WITHDRAWN]


def test_a_consent_that_is_narrowed_under_its_own_id_holds_no_more() -> None:
    narrowed = consent(meta=CHANGED, provision=provision(actor=[actor("Ziekenhuis")]))
    one, other = told(bundle(consent()), bundle(narrowed))
    assert (one.consent, one.kind, other.kind) == (other.consent, GIVEN, WITHDRAWN)


def test_the_consents_of_two_practices_under_one_id_do_not_meet() -> None:
    one, other = told(bundle(consent("c-1", NUMBERS[0])), bundle(consent("c-1", NUMBERS[1])))
    assert one.consent != other.consent and one.person != other.person
    named: dict[str, Any] = {"identifier": [{"system": "urn:oid:2.999.2", "value": "TS-1"}]}
    first, same = told(
        bundle(consent("a", **named)), bundle(consent("b", meta=CHANGED, status="inactive", **named))
    )
    assert first.consent == same.consent


def test_an_id_of_the_gp_never_meets_that_of_the_consent_register() -> None:
    from tests.support.deliveries import consent_file, statement

    door = Door()
    door.send("consent_register", consent_file(statement("c-1", NUMBERS[0], bron="huisarts")))
    door.send("general_practice", written(bundle(consent("c-1", NUMBERS[0]))))
    registered, own = door.log.events(Consent)
    assert registered.consent != own.consent and registered.person == own.person


@seed(SEED)
@settings(max_examples=80, deadline=None)
@given(tree=TREES)
def test_whatever_the_rules_only_what_permits_today_is_given_for_today(tree: ProvisionSaid) -> None:
    said = ConsentSaid(
        id="c-1",
        status="active",
        privacy=True,
        disclosure=True,
        person=ANNA,
        dateTime="2026-03-10",
        provision=tree,
    )
    content = said.model_dump(mode="json")
    draft: Any = normalise(RawRecord(1, b"", content), TODAY)
    stands = standing([said], ANNA, TODAY) == Valid()
    kind = getattr(draft, "kind", None)
    if kind is None:
        assert _unreadable(tree)
        return
    holds = draft.valid_from <= TODAY and (draft.valid_until is None or draft.valid_until > TODAY)
    assert (kind is GIVEN and holds) == stands


def _unreadable(tree: ProvisionSaid) -> bool:
    return period_of(tree) is None or any(map(_unreadable, tree.provisions))
