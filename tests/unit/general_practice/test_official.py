"""Official examples: taken or refused for exactly what they hold; and our tables are what the manifest says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import connectors.general_practice
from connectors.general_practice.shapes import DROP, RESOURCES, UNREAD
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import Door
from tests.support.fhir import as_xml, bundle, consent, referral, written

HERE = Path(__file__).parent / "official"
SOURCE = Path(connectors.general_practice.__file__).parent
NUMBER = "999990019"
PERSON = {"reference": "Patient/nl-core-Patient-01"}
FHIR = "{http://hl7.org/fhir}"


def official(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / name).read_text())
    return content


def spelled(*elements: etree._Element, **said: Any) -> bytes:
    """A bundle in XML with these resources beside a referral and a consent about the official Patient."""
    ours = bundle(referral(subject=PERSON, **said), consent(patient=PERSON))
    root = etree.fromstring(as_xml(ours))
    for each in elements:
        entry = etree.SubElement(root, f"{FHIR}entry")
        etree.SubElement(entry, f"{FHIR}resource").append(each)
    return etree.tostring(root)


def resource(name: str) -> etree._Element:
    return etree.parse(HERE / f"nl-core-{name}-01.xml").getroot()


def refused(content: bytes) -> list[tuple[Refusal, str | None]]:
    return [(each.reason, each.field) for each in Door().send("general_practice", content).refused]


def test_the_official_order_for_physical_therapy_is_medical_and_refused() -> None:
    therapy = official("ServiceRequest-physical-therapy.json")
    assert refused(written(therapy)) == [(Refusal.FIELD_NOT_ALLOWED, "ServiceRequest.bodySite")]
    del therapy["bodySite"]
    assert refused(written(therapy)) == [(Refusal.KIND_NOT_ACCEPTED, "ServiceRequest.code")]
    therapy["code"] = {"text": "Welzijn op Recept"}
    assert refused(written(therapy)) == [(Refusal.BSN_MISSING, "ServiceRequest.subject")]


def test_the_official_consent_is_none_for_sharing_with_a_wijkteam() -> None:
    basic = official("Consent-consent-example-basic.json")
    assert refused(written(basic)) == [(Refusal.KIND_NOT_ACCEPTED, "Consent.category")]
    basic["category"] = consent()["category"]
    assert refused(written(basic)) == [(Refusal.BSN_MISSING, "Consent.patient")]


def test_with_everything_else_in_order_the_official_consent_never_permits() -> None:
    basic = official("Consent-consent-example-basic.json")
    basic |= {"category": consent()["category"], "patient": consent()["patient"]}
    door = Door()
    taken = door.send("general_practice", written(bundle(referral(), basic)))
    assert [(each.reason, each.field) for each in taken.refused] == [(Refusal.CONSENT_NEEDED, "Consent.provision")]
    assert [each.kind.value for each in door.log.events(Consent)] == ["withdrawn"]


def test_the_official_patient_has_a_nationality_and_is_refused_without_its_value() -> None:
    taken = Door().send("general_practice", spelled(resource("Patient")))
    assert [(each.reason, each.field) for each in taken.refused] == [
        (Refusal.FIELD_NOT_ALLOWED, "Patient.extension")
    ] * 2


def test_without_nationality_the_official_patient_and_doctor_are_taken() -> None:
    person = resource("Patient")
    nationality = person.find(f"{FHIR}extension")
    assert nationality is not None
    person.remove(nationality)
    role, doctor = resource("HealthProfessional-PractitionerRole"), resource("HealthProfessional-Practitioner")
    whose = {"reference": "PractitionerRole/nl-core-HealthProfessional-PractitionerRole-01"}
    door = Door()
    assert refused(spelled(person, role, doctor, requester=whose)) == [
        (Refusal.FIELD_MISSING, "ServiceRequest.requester")  # the official doctor has a BIG number, and no AGB code
    ]
    number = doctor.find(f"{FHIR}identifier")
    assert number is not None
    for child, text in zip(number, ("http://fhir.nl/fhir/NamingSystem/agb-z", "01999999"), strict=True):
        child.set("value", text)
    taken = door.send("general_practice", spelled(person, role, doctor, requester=whose))
    assert (taken.refused, len(door.log.events(Signal)), len(door.log.events(Consent))) == ((), 1, 1)


def test_the_official_organisation_can_be_the_recipient_only_by_its_name() -> None:
    hospital = resource("HealthcareProvider-Organization")
    person = resource("Patient")
    person.remove(person[3])
    assert refused(spelled(person, hospital)) == []


@pytest.mark.parametrize("element", ["extension", "modifierExtension", "implicitRules", "photo"])
def test_what_fhir_has_and_we_do_not_take_is_named(element: str) -> None:
    patient = {"resourceType": "Patient", "id": "nl-core-Patient-01", element: [{"url": "urn:x"}]}
    patient["identifier"] = [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": NUMBER}]
    content = bundle(referral(subject=PERSON), consent(), patient)
    assert refused(written(content))[0] == (Refusal.FIELD_NOT_ALLOWED, f"Patient.{element}")


def test_the_manifest_names_exactly_what_is_taken_and_dropped() -> None:
    said = tomllib.loads((SOURCE / "connector.toml").read_text())
    elements = {
        (f"{kind}.{name}", inner == DROP)
        for kind, shape in RESOURCES.items()
        if kind not in UNREAD
        for name, inner in shape.items()
        if name != "resourceType"
    }
    assert set(said["takes"]) == {name for name, dropped in elements if not dropped}
    assert set(said["drops"]) == {name for name, dropped in elements if dropped}
