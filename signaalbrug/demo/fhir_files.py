"""General practices' deliveries: FHIR R4 Bundles of referrals with the consents they stand on."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from signaalbrug.demo.rows import Referral

_NAMING = "http://fhir.nl/fhir/NamingSystem/"
PRACTICE = {"system": f"{_NAMING}agb-z", "value": "01999999"}


def rows_of(referral: Referral) -> list[dict[str, Any]]:
    """The ServiceRequest and its Consent, or only that it was taken back.

    The doctor's words are sent along, and must be dropped.
    """
    if referral.withdrawn_at is not None:
        return [_consent(referral)]
    return [_service_request(referral), *([_consent(referral)] if referral.consent_until else [])]


def _service_request(referral: Referral) -> dict[str, Any]:
    reason = {"coding": [_coding("http://hl7.org/fhir/sid/icpc-1-nl", referral.reason or "")]}
    request = {
        "resourceType": "ServiceRequest",
        "id": referral.id,
        "meta": {"lastUpdated": _moment(referral.referred_at)},
        "status": referral.status,
        "intent": "order",
        "category": [{"coding": [_coding("urn:signaalbrug:rol-huisarts", referral.role)]}],
        "code": {"text": "Welzijn op Recept"},
        "subject": {"identifier": _bsn(referral)},
        "requester": {"identifier": PRACTICE},
        "authoredOn": _moment(referral.referred_at),
        "note": [{"text": f"{referral.person.given} vertelt dat er thuis van alles speelt"}],
    }
    request |= {"reasonCode": [reason]} if referral.reason else {}
    return request | (
        {"supportingInfo": [{"reference": f"Consent/{referral.id}"}]} if referral.consent_until else {}
    )


def _consent(referral: Referral) -> dict[str, Any]:
    assert referral.consent_until is not None
    gone = referral.withdrawn_at
    terminology = "http://terminology.hl7.org/CodeSystem/"
    receiver = {"coding": [_coding(f"{terminology}v3-ParticipationType", "IRCP")]}
    return {
        "resourceType": "Consent",
        "id": referral.id,
        "meta": {"lastUpdated": _moment(gone or referral.referred_at)},
        "status": "active" if gone is None else "inactive",
        "scope": {"coding": [_coding(f"{terminology}consentscope", "patient-privacy")]},
        "category": [{"coding": [_coding("http://loinc.org", "64292-6")]}],
        "patient": {"identifier": _bsn(referral)},
        "dateTime": _moment(referral.referred_at),
        "provision": {
            "type": "permit",
            "period": {
                "start": referral.referred_at.date().isoformat(),
                "end": referral.consent_until.isoformat(),
            },
            "actor": [{"role": receiver, "reference": {"display": "Wijkteam Waterrijk"}}],
            "purpose": [_coding("urn:signaalbrug:doel", "vroege-ondersteuning")],
        },
    }


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _bsn(referral: Referral) -> dict[str, str]:
    return {"system": f"{_NAMING}bsn", "value": referral.person.bsn}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def delivery(rows: Sequence[dict[str, Any]], delivered_at: datetime) -> bytes:
    """One file.

    Source  formats.md 3.6
    """
    content = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _moment(delivered_at),
        "entry": [{"resource": row} for row in rows],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
