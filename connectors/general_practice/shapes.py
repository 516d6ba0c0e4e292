"""What of each FHIR resource we look into, what we step over, and (by leaving it out) what may not be sent.

A value that is a list says that the element repeats: FHIR XML does not, and both are read by these tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """What is done with an element that is no structure."""

    name: str


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions that may stand here: last part of their url; any other is refused."""

    urls: frozenset[str]


TEXT, DROP, RESOURCE = Mark("text"), Mark("drop"), Mark("resource")

Shape = Mark | Extensions | Mapping[str, Any] | list[Any]


def _dropped(names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), DROP)


_URLS = (
    "http://hl7.org/fhir/StructureDefinition/",
    "http://nictiz.nl/fhir/StructureDefinition/",
)
EXTENSION: Mapping[str, Shape] = {
    "url": TEXT,
    "valueString": TEXT,
    "valueCode": TEXT,
    "valueCodeableConcept": DROP,
}
IDENTIFIER: Mapping[str, Shape] = {
    "system": TEXT,
    "value": TEXT,
    **_dropped("id use type period assigner"),
}
CODING: Mapping[str, Shape] = {"system": TEXT, "code": TEXT, **_dropped("id version display userSelected")}
CODES: Mapping[str, Shape] = {"coding": [CODING], **_dropped("id text")}
CONCEPT: Mapping[str, Shape] = {"coding": [CODING], "text": TEXT, "id": DROP}
REFERENCE: Mapping[str, Shape] = {
    "reference": TEXT,
    "type": TEXT,
    "identifier": IDENTIFIER,
    **_dropped("id display"),
}
NAMED_REFERENCE: Mapping[str, Shape] = {**REFERENCE, "display": TEXT}
PERIOD: Mapping[str, Shape] = {"start": TEXT, "end": TEXT, "id": DROP}
META: Mapping[str, Shape] = {"lastUpdated": TEXT, **_dropped("id versionId source profile security tag")}
_EVERY: Mapping[str, Shape] = {
    "resourceType": TEXT,
    "id": TEXT,
    "meta": META,
    "contained": [RESOURCE],
    **_dropped("language text"),
}

NAME: Mapping[str, Shape] = {
    "use": TEXT,
    "family": TEXT,
    "_family": {
        "extension": Extensions(
            frozenset(
                {
                    "humanname-own-name",
                    "humanname-own-prefix",
                    "humanname-partner-name",
                    "humanname-partner-prefix",
                }
            )
        )
    },
    "given": [TEXT],
    "_given": [{"extension": Extensions(frozenset({"iso21090-EN-qualifier"}))}],
    **_dropped("id text prefix suffix period"),
}
ADDRESS: Mapping[str, Shape] = {
    "use": TEXT,
    "line": [TEXT],
    "_line": [
        {
            "extension": Extensions(
                frozenset(
                    {
                        "iso21090-ADXP-streetName",
                        "iso21090-ADXP-houseNumber",
                        "iso21090-ADXP-buildingNumberSuffix",
                        "iso21090-ADXP-unitID",
                        "iso21090-ADXP-additionalLocator",
                    }
                )
            )
        }
    ],
    "postalCode": TEXT,
    "extension": Extensions(frozenset({"ext-AddressInformation.AddressType"})),
    **_dropped("id type text city district state country _country period"),
}

PROVISION: dict[str, Shape] = {
    "type": TEXT,
    "period": PERIOD,
    "actor": [{"role": CODES, "reference": NAMED_REFERENCE, "id": DROP}],
    "action": [CODES],
    "purpose": [CODING],
    "class": [CODING],
    "id": DROP,
    # What narrows a rule to some of the data: that it is there is noted, what it says is not.
    **_dropped("securityLabel code dataPeriod data"),
}
PROVISION["provision"] = [PROVISION]
NARROWING = frozenset({"securityLabel", "code", "dataPeriod", "data"})

RESOURCES: Mapping[str, Mapping[str, Shape]] = {
    "ServiceRequest": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        "status": TEXT,
        "intent": TEXT,
        "category": [CONCEPT],
        "code": CONCEPT,
        "subject": REFERENCE,
        "authoredOn": TEXT,
        "requester": REFERENCE,
        "supportingInfo": [REFERENCE],
        "reasonCode": [CODES],
        **_dropped(
            "performer performerType priority reasonReference note occurrenceDateTime occurrencePeriod encounter"
            " patientInstruction requisition relevantHistory"
        ),
    },
    "Patient": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        "name": [NAME],
        "birthDate": TEXT,
        "address": [ADDRESS],
        **_dropped(
            "active telecom gender _gender deceasedBoolean deceasedDateTime maritalStatus multipleBirthBoolean"
            " multipleBirthInteger contact communication generalPractitioner managingOrganization link"
        ),
    },
    "PractitionerRole": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        "practitioner": REFERENCE,
        "organization": REFERENCE,
        **_dropped("active period code specialty location healthcareService telecom availableTime endpoint"),
    },
    "Practitioner": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        **_dropped("active name telecom address gender birthDate qualification communication extension"),
    },
    "Organization": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        "name": TEXT,
        **_dropped("active type alias telecom address partOf contact endpoint extension"),
    },
    "RelatedPerson": {
        **_EVERY,
        **_dropped("active identifier patient relationship name telecom gender birthDate address period"),
    },
    "Consent": {
        **_EVERY,
        "identifier": [IDENTIFIER],
        "status": TEXT,
        "scope": CODES,
        "category": [CODES],
        "patient": REFERENCE,
        "dateTime": TEXT,
        "performer": [REFERENCE],
        "provision": PROVISION,
        **_dropped("organization sourceAttachment sourceReference policy policyRule verification"),
    },
    "MessageHeader": dict(_dropped("resourceType id")),
    "Composition": dict(_dropped("resourceType id")),
}
#: They only hold the others together: not looked into at all.
UNREAD = frozenset({"MessageHeader", "Composition"})
ROWS = frozenset({"ServiceRequest", "Consent"})

ENTRY: Mapping[str, Shape] = {"fullUrl": TEXT, "resource": RESOURCE, **_dropped("id link request response search")}
BUNDLE: Mapping[str, Shape] = {
    "resourceType": TEXT,
    "type": TEXT,
    "timestamp": TEXT,
    "entry": [ENTRY],
    **_dropped("id meta identifier implicitRules language total link signature"),
}
BUNDLE_TYPES = frozenset({"message", "transaction", "batch", "collection", "document"})

#: Elements that FHIR has and we refuse: named to the sender; a name that a sender made up never is.
REFUSED_NAMES = frozenset(
    {
        "modifierExtension",
        "extension",
        "implicitRules",
        "photo",
        "bodySite",
        "specimen",
        "insurance",
        "asNeededBoolean",
        "asNeededCodeableConcept",
        "basedOn",
        "replaces",
        "instantiatesCanonical",
        "instantiatesUri",
        "doNotPerform",
        "orderDetail",
        "quantityQuantity",
        "quantityRatio",
        "quantityRange",
        "locationCode",
        "locationReference",
        "occurrenceTiming",
        "diagnosis",
        "animal",
    }
)


def last_part(url: str) -> str:
    """The name of an extension; of one from elsewhere the whole url, which is on no list."""
    return next((url.removeprefix(each) for each in _URLS if url.startswith(each)), url)
