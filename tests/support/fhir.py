"""What a practice sends, in few words; and the same content as FHIR XML."""

import json
from typing import Any
from xml.sax.saxutils import quoteattr

from tests.support.deliveries import NUMBERS

Json = dict[str, Any]
NAMING = "http://fhir.nl/fhir/NamingSystem/"
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"
PRIVACY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
DISCLOSURE = {"coding": [{"system": "http://loinc.org", "code": "64292-6"}]}
RECEIVES = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]}
PURPOSE = {"system": "urn:signaalbrug:doel", "code": "vroege-ondersteuning"}


def bsn(number: str) -> Json:
    return {"identifier": {"system": f"{NAMING}bsn", "value": number}}


def agb(code: str = "01999999") -> Json:
    return {"identifier": {"system": f"{NAMING}agb-z", "value": code}}


def _without_none(content: Json) -> Json:
    return {name: value for name, value in content.items() if value is not None}


def referral(name: str | None = "sr-1", /, number: str = NUMBERS[0], **changes: Any) -> Json:
    """One ServiceRequest; None takes an element away."""
    content = {
        "resourceType": "ServiceRequest",
        "id": name,
        "status": "active",
        "intent": "order",
        "code": {"text": "Welzijn op Recept"},
        "subject": bsn(number),
        "requester": agb(),
        "authoredOn": "2026-03-10T09:12:00+01:00",
    }
    return _without_none(content | changes)


def actor(display: str = "Wijkteam Testwijk") -> Json:
    return {"role": RECEIVES, "reference": {"display": display}}


def provision(**changes: Any) -> Json:
    content = {
        "type": "permit",
        "period": {"start": "2026-03-10", "end": "2026-09-10"},
        "actor": [actor()],
        "purpose": [PURPOSE],
    }
    return _without_none(content | changes)


def consent(name: str | None = "c-1", /, number: str = NUMBERS[0], **changes: Any) -> Json:
    """One Consent; None takes an element away."""
    content = {
        "resourceType": "Consent",
        "id": name,
        "status": "active",
        "scope": PRIVACY,
        "category": [DISCLOSURE],
        "patient": bsn(number),
        "dateTime": "2026-03-10T09:10:00+01:00",
        "provision": provision(),
    }
    return _without_none(content | changes)


def patient(name: str | None = "p-1", /, number: str | None = NUMBERS[0], **changes: Any) -> Json:
    content = {
        "resourceType": "Patient",
        "id": name,
        "identifier": [bsn(number)["identifier"]] if number else None,
        "name": [{"use": "official", "family": "Testman", "given": ["Anna"]}],
        "birthDate": "1984-05-06",
        "address": [{"use": "home", "line": ["Teststraat 12 A"], "city": "Waterrijk", "postalCode": "9999 ZZ"}],
    }
    return _without_none(content | changes)


def doctor() -> list[Json]:
    """A role, the person in it and the practice."""
    return [
        {
            "resourceType": "PractitionerRole",
            "id": "role-1",
            "practitioner": {"reference": "Practitioner/doc-1"},
            "organization": {"reference": "Organization/practice-1"},
        },
        {
            "resourceType": "Practitioner",
            "id": "doc-1",
            "identifier": [{"system": f"{NAMING}big", "value": "19999999901"}, agb("01888888")["identifier"]],
            "name": [{"family": "Testarts"}],
        },
        {
            "resourceType": "Organization",
            "id": "practice-1",
            "identifier": [agb("01777777")["identifier"]],
            "name": "Praktijk Testwijk",
        },
    ]


def entry(resource: Json, full_url: str | None = None) -> Json:
    return _without_none({"fullUrl": full_url, "resource": resource})


def bundle(*resources: Json, **changes: Any) -> Json:
    content = {"resourceType": "Bundle", "type": "message", "entry": [entry(each) for each in resources]}
    return _without_none(content | changes)


def written(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def lines(*resources: Json) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in resources).encode()


def as_xml(resource: Json) -> bytes:
    """The same resource in the other spelling."""
    kind = resource["resourceType"]
    return f'<{kind} xmlns="http://hl7.org/fhir">{_inside(resource)}</{kind}>'.encode()


def _inside(content: Json) -> str:
    parts = []
    for name, value in content.items():
        if name == "resourceType" or name.startswith("_") or name == "url":
            continue
        beside = content.get(f"_{name}")
        values = value if isinstance(value, list) else [value]
        others = beside if isinstance(beside, list) else [beside] * len(values)
        others = [*others, *[None] * (len(values) - len(others))]
        parts += [_element(name, each, other) for each, other in zip(values, others, strict=True)]
    return "".join(parts)


def _element(name: str, value: Any, beside: Any) -> str:
    if isinstance(value, dict) and "resourceType" in value:
        return f"<{name}>{as_xml(value).decode()}</{name}>"
    if isinstance(value, dict):
        url = f" url={quoteattr(value['url'])}" if "url" in value else ""
        return f"<{name}{url}>{_inside(value)}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name} value={quoteattr(text)}>{_inside(beside or {})}</{name}>"
