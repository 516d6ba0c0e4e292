"""The closed lists of this source: every code we understand, and the one thing it means to us.

Source  formats.md 3 and 9; all that is marked [R] is our reading and stands in ADR 0014
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from schemas.vocabulary import LifeDomain, Mark, VersionKind

_NAMING = "http://fhir.nl/fhir/NamingSystem/"
BSN, AGB = f"{_NAMING}bsn", f"{_NAMING}agb-z"
#: [R] No public profile says who refers how, and to what: until one does, these lists are ours.
ROLES, REFERRALS, PURPOSES, RECIPIENTS = (
    f"urn:signaalbrug:{each}" for each in ("rol-huisarts", "verwijzing", "doel", "ontvanger")
)

#: [R] A doctor toward a wijkteam is one of these three.  Source  Dörenberg, NTvG 2017 D1481
ROLE_OF: Mapping[tuple[str, str], Mark] = MappingProxyType(
    {
        (ROLES, "verwijzer"): Mark.DOCTOR_REFERS,
        (ROLES, "expert"): Mark.DOCTOR_ADVISES,
        (ROLES, "informant"): Mark.DOCTOR_INFORMS,
        ("text", "verwijzing sociaal domein"): Mark.DOCTOR_REFERS,
    }
)
#: What is asked for; everything else is a medical order and no business of ours.
REFERRED_TO = frozenset(
    {
        (REFERRALS, "welzijn-op-recept"),
        (REFERRALS, "sociaal-domein"),
        ("text", "welzijn op recept"),
        ("text", "verwijzing sociaal domein"),
    }
)
STATUS_OF: Mapping[str, VersionKind] = MappingProxyType(
    {
        "active": VersionKind.REPORTED,
        "completed": VersionKind.REPORTED,
        # [R] On hold must lead nobody to a door; active again is a correction.
        "on-hold": VersionKind.WITHDRAWN,
        "revoked": VersionKind.WITHDRAWN,
        "entered-in-error": VersionKind.WITHDRAWN,
    }
)
#: Not (yet) a statement of the doctor.
STATUS_REFUSED = frozenset({"draft", "unknown"})
ORDERS = frozenset({"order", "original-order"})
OTHER_INTENTS = frozenset(
    {"proposal", "plan", "directive", "reflex-order", "filler-order", "instance-order", "option"}
)

CONSENT_GONE = frozenset({"inactive", "entered-in-error", "rejected"})
CONSENT_NOT_YET = frozenset({"draft", "proposed"})
SCOPE = ("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")
CATEGORY = ("http://loinc.org", "64292-6")
RECEIVES = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
PURPOSE = "vroege-ondersteuning"
#: The second is how formats.md 3.6 writes it.
PURPOSE_SYSTEMS = frozenset({PURPOSES, "urn:example:doel"})
DISCLOSES = ("http://terminology.hl7.org/CodeSystem/consentaction", "disclose")
REFERRAL_CLASS = ("http://hl7.org/fhir/resource-types", "ServiceRequest")

WIJKTEAM, MUNICIPALITY = "wijkteam", "gemeente"
#: [R] A team is called by its kind and a name of its own; a longer sentence is no name.
_TEAM_NAME = re.compile(r"(sociaal )?(wijkteam|buurtteam|gebiedsteam)( [\w.'-]+){0,3}", re.IGNORECASE)
_MUNICIPALITY_NAME = re.compile(r"gemeente( [\w.'-]+){1,4}", re.IGNORECASE)
_AGB_OF_A_DOCTOR = re.compile(r"01[0-9]{6}")

_ICPC_SYSTEMS = frozenset({"http://hl7.org/fhir/sid/icpc-1-nl", "urn:oid:2.16.840.1.113883.2.4.4.31.1"})
_Z_CODE = re.compile(r"(Z(?:0[1-9]|1[0-9]|2[0-9]))(?:\.[0-9]{2})?")
#: [R] The others of chapter Z say nothing narrower than the kind of signal does.  Source  formats.md 9
DOMAIN_OF: Mapping[str, LifeDomain] = MappingProxyType(
    {
        "Z01": LifeDomain.FINANCES,
        "Z03": LifeDomain.HOUSING,
        **dict.fromkeys(("Z05", "Z06", "Z07"), LifeDomain.WORK_AND_ACTIVITIES),
        **dict.fromkeys(("Z12", "Z13", "Z14", "Z15", "Z16", "Z20", "Z21", "Z24"), LifeDomain.SOCIAL_RELATIONS),
    }
)
#: What is left of the reasons of a referral: a life domain, nothing, or that it was none of ours.
NO_REASON, DIAGNOSIS = "none", "diagnosis"

Coded = tuple[str, str]


def reason_in(codes: list[Coded]) -> str:
    """What is left of coded reasons: the first life domain, `none`, or `diagnosis` if one is not of chapter Z."""
    found = NO_REASON
    for system, code in codes:
        social = _Z_CODE.fullmatch(code) if system in _ICPC_SYSTEMS else None
        if social is None:
            return DIAGNOSIS
        domain = DOMAIN_OF.get(social[1])
        if found == NO_REASON and domain is not None:
            found = domain.value
    return found


def recipient_in(identifiers: list[Coded], names: list[str]) -> str:
    """Who receives: `wijkteam`, `gemeente`, or an empty text for anybody else."""
    for kind, name in ((WIJKTEAM, _TEAM_NAME), (MUNICIPALITY, _MUNICIPALITY_NAME)):
        if (RECIPIENTS, kind) in identifiers or any(name.fullmatch(each.strip()) for each in names):
            return kind
    return ""


def is_doctor(agb: str) -> bool:
    """Whether this is the AGB code of a GP or a practice of GPs.  Source  formats.md 3.5: 01 is huisarts"""
    return _AGB_OF_A_DOCTOR.fullmatch(agb) is not None
