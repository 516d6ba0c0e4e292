"""Whether a consent is for the wijkteam, and what a referral is told when it is not."""

from typing import Any

import pytest

from schemas.vocabulary import ConsentKind, Refusal
from tests.support.deliveries import NUMBERS
from tests.support.fhir import PURPOSE, actor, bundle, consent, provision, referral
from tests.unit.general_practice.test_consent import CHANGED, held, refused, told

GIVEN, WITHDRAWN = ConsentKind.GIVEN, ConsentKind.WITHDRAWN


@pytest.mark.parametrize(
    "name", ["Wijkteam", "Wijkteam Oost", "sociaal wijkteam de Brug", "Buurtteam 't Zand", "Gebiedsteam Noord-West"]
)
def test_a_team_is_known_by_its_name(name: str) -> None:
    assert held(consent(provision=provision(actor=[actor(name)])))[0] is GIVEN


@pytest.mark.parametrize(
    "name",
    ["Ziekenhuis", "Gemeente Waterrijk", "niet het wijkteam", "Wijkteam, maar niet nu", "Wijkteam " + "x " * 9],
)
def test_another_name_is_no_team(name: str) -> None:
    assert held(consent(provision=provision(actor=[actor(name)])))[0] is WITHDRAWN


def test_a_team_is_known_by_its_identifier_or_its_organisation() -> None:
    by_number = actor() | {
        "reference": {"identifier": {"system": "urn:signaalbrug:ontvanger", "value": "wijkteam"}}
    }
    assert held(consent(provision=provision(actor=[by_number])))[0] is GIVEN
    by_reference = actor() | {"reference": {"reference": "Organization/o-1", "display": "Ziekenhuis"}}
    team = {"resourceType": "Organization", "id": "o-1", "name": "Wijkteam Oost"}
    (one,) = told(bundle(consent(provision=provision(actor=[by_reference])), team))
    assert one.kind is GIVEN


def test_a_reference_that_leads_to_two_resources_is_refused() -> None:
    by_reference = actor() | {"reference": {"reference": "Organization/o-1"}}
    teams = [
        {"resourceType": "Organization", "id": "o-1", "name": name} for name in ("Wijkteam Oost", "Ziekenhuis")
    ]
    assert refused(consent(provision=provision(actor=[by_reference])), *teams) == [
        (Refusal.FIELD_INVALID, "Consent.provision.actor")
    ]


@pytest.mark.parametrize(
    ("resource", "part"),
    [
        (None, "Consent"),
        (consent(number=NUMBERS[1]), "Consent.patient"),
        (consent(status="inactive", meta=CHANGED), "Consent.status"),
        (consent(scope=None), "Consent.scope"),
        (consent(category=None), "Consent.category"),
        (consent(dateTime=None), "Consent.dateTime"),
        (consent(provision=provision(type="deny")), "Consent.provision.type"),
        (consent(provision=provision(actor=None)), "Consent.provision.actor"),
        (consent(provision=provision(purpose=[PURPOSE | {"code": "behandeling"}])), "Consent.provision.purpose"),
        (consent(provision=provision(purpose=[PURPOSE | {"system": "urn:x"}])), "Consent.provision.purpose"),
        (consent(provision=provision(dataPeriod={"end": "2020"})), "Consent.provision"),
        (consent(provision=provision(period={"end": "2026-04-30"})), "Consent.provision.period"),
        (consent(extension=[{"url": "x"}]), "Consent"),
    ],
)
def test_a_referral_without_valid_consent_is_told_exactly_what_is_needed(resource: Any, part: str) -> None:
    sent = [referral(supportingInfo=[{"reference": "Consent/c-1"}]), *([resource] if resource else [])]
    assert refused(*sent)[0] == (Refusal.CONSENT_NEEDED, part)
