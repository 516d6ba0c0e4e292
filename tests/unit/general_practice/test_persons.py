"""Whom a row is about where no BSN is sent: as nl-core writes a person, in both spellings."""

from datetime import date
from typing import Any

import pytest

from connectors.connector import Described, RawRecord, Refused
from schemas.vocabulary import Refusal
from tests.support.deliveries import NOW, NUMBERS
from tests.support.fhir import Json, as_xml, bundle, consent, patient, referral, written
from tests.unit.general_practice.test_packing import CONNECTOR, rows


def described(person: Json) -> Any:
    content = bundle(
        referral(subject={"reference": "Patient/p-1"}), person, consent(patient={"reference": "Patient/p-1"})
    )
    row = rows(written(content))[0]
    assert isinstance(row, RawRecord)
    assert rows(as_xml(content))[0].raw == row.raw
    draft: Any = CONNECTOR.normalise(row, NOW.date())
    return draft if isinstance(draft, Refused) else draft.whom


def test_a_person_without_a_number_is_described() -> None:
    assert described(patient(number=None)) == Described(
        family_name="Testman",
        given_names="Anna",
        born_on=date(1984, 5, 6),
        postcode="9999ZZ",
        house_number="12",
        house_suffix="A",
    )


def test_names_and_address_are_read_as_nl_core_writes_them() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/"

    def part(name: str, text: str, kind: str = "valueString") -> Json:
        return {"url": url + name, kind: text}

    name = {
        "use": "official",
        "family": "van der Test-Proef",
        "_family": {
            "extension": [part("humanname-own-prefix", "van der"), part("humanname-own-name", "Te\u0301st")]
        },
        "given": ["Anna", "B."],
        "_given": [
            {"extension": [part("iso21090-EN-qualifier", "BR", "valueCode")]},
            {"extension": [part("iso21090-EN-qualifier", "IN", "valueCode")]},
        ],
    }
    address = {
        "line": ["Straat 1"],
        "_line": [
            {
                "extension": [
                    part("iso21090-ADXP-houseNumber", "15"),
                    part("iso21090-ADXP-buildingNumberSuffix", "bis"),
                ]
            }
        ],
        "postalCode": "9999 zz",
    }
    old = [{"use": "old", "family": "Oud"}, {"use": "usual", "given": ["An"]}]
    person = described(
        patient(number=None, name=[*old, name], address=[{"use": "old", "postalCode": "1111AA"}, address])
    )
    assert (person.family_name, person.prefix, person.given_names, person.initials) == (
        "T\u00e9st",
        "van der",
        "Anna",
        "B.",
    )
    assert (person.postcode, person.house_number, person.house_suffix) == ("9999ZZ", "15", "bis")


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"birthDate": None}, Refusal.BSN_MISSING, "ServiceRequest.subject"),
        ({"birthDate": "1984-05"}, Refusal.DATE_INVALID, "Patient.birthDate"),
        ({"name": None}, Refusal.BSN_MISSING, "ServiceRequest.subject"),
        ({"name": [{"use": "old", "family": "Oud"}]}, Refusal.BSN_MISSING, "ServiceRequest.subject"),
        ({"photo": [{"data": "x"}]}, Refusal.FIELD_NOT_ALLOWED, "Patient.photo"),
    ],
)
def test_a_person_who_is_not_described_enough_is_refused(changes: Json, reason: Refusal, field: str) -> None:
    said = described(patient(number=None, **changes))
    assert (said.reason, said.field) == (reason, field)


@pytest.mark.parametrize("address", [None, [{"postalCode": "B-1000", "line": ["Straat 1"]}]])
def test_an_address_abroad_or_none_leaves_the_description_without(address: Any) -> None:
    person = described(patient(number=None, address=address))
    assert (person.postcode, person.house_number) == ("", "")


def test_a_line_without_a_house_number_says_only_the_postcode() -> None:
    person = described(patient(number=None, address=[{"postalCode": "9999ZZ", "line": ["Teststraat"]}]))
    assert (person.postcode, person.house_number, person.house_suffix) == ("9999ZZ", "", "")


def test_a_number_under_another_system_is_no_bsn() -> None:
    for system in ("http://fhir.nl/fhir/NamingSystem/bsn/", "HTTP://fhir.nl/fhir/NamingSystem/bsn", "urn:bsn"):
        person = described(patient(identifier=[{"system": system, "value": NUMBERS[0]}]))
        assert isinstance(person, Described)
