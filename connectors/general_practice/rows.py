"""From the resources of a delivery to its rows: each ServiceRequest and each Consent, with what it refers to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.connector import RawRecord, Refused
from connectors.general_practice.codes import (
    AGB,
    CATEGORY,
    DISCLOSES,
    PURPOSE,
    PURPOSE_SYSTEMS,
    RECEIVES,
    REFERRAL_CLASS,
    REFERRED_TO,
    ROLE_OF,
    SCOPE,
    Coded,
    reason_in,
    recipient_in,
)
from connectors.general_practice.entries import Packed
from connectors.general_practice.keeping import Fault, Kept
from connectors.general_practice.persons import Births, person_of
from connectors.general_practice.references import Ambiguous, Index
from connectors.general_practice.said import (
    ActorSaid,
    ConsentSaid,
    FaultSaid,
    PersonSaid,
    ProvisionSaid,
    ReferralSaid,
)
from connectors.general_practice.shapes import ROWS
from connectors.json_events import canonical
from connectors.reading import LARGEST_ROW
from schemas.vocabulary import Refusal

_PATIENT, _CONSENT, _ORGANIZATION = frozenset({"Patient"}), frozenset({"Consent"}), frozenset({"Organization"})
_DOCTORS = frozenset({"PractitionerRole", "Practitioner", "Organization"})
_AGREES = {"Patient": "self", "RelatedPerson": "representative"}
_AGREE = frozenset(_AGREES)
#: More statements of one person in one delivery are no consent but a mistake.
_MOST_CONSENTS = 50
#: What a sender can mend at once.
_MOST_FAULTS = 20


def rows_in(packed: Packed) -> Iterator[RawRecord | Refused]:
    """The rows of a delivery, in its order; what is no row and may not be there is a refused one."""
    reader = _Reader(packed)
    row = 0
    for entry in packed.entries:
        if entry.refused is None and entry.kept is not None and entry.kept.kind not in ROWS:
            continue
        row += 1
        if entry.kept is None:
            yield Refused(row, *(entry.refused or (Refusal.FIELD_INVALID, None)))
            continue
        said = reader.said_of(entry.kept)
        if isinstance(said, ReferralSaid) and len(said.consents) > _MOST_CONSENTS:
            yield Refused(row, Refusal.SIZE, "ServiceRequest.supportingInfo")
            continue
        content = {"resourceType": entry.kept.kind} | said.model_dump(mode="json", exclude_defaults=True)
        raw = canonical(content)
        yield RawRecord(row, raw, content) if len(raw) <= LARGEST_ROW else Refused(row, Refusal.SIZE)


class _Reader:
    """Knows every resource of the delivery, and whose consents it holds."""

    def __init__(self, packed: Packed) -> None:
        self._index = Index(packed.entries)
        self._births = Births(entry.kept.content for entry in packed.entries if entry.kept is not None)
        self._stated_at: datetime | None = packed.stated_at
        self._consents: dict[int, ConsentSaid] = {}
        self._about: dict[bytes, list[ConsentSaid]] = {}
        for entry in packed.entries:
            if entry.kept is not None and entry.kept.kind == "Consent":
                said = self._consents[id(entry.kept)] = self._consent(entry.kept)
                self._about.setdefault(_key(said.person), []).append(said)

    def said_of(self, kept: Kept) -> ConsentSaid | ReferralSaid:
        return self._consents[id(kept)] if kept.kind == "Consent" else self._referral(kept)

    def _consent(self, kept: Kept) -> ConsentSaid:
        content, faults = kept.content, list(kept.faults)
        name, own_system = _id(content)
        patient = content.get("patient", {})
        person = self._person(patient, kept, "Consent.patient", faults)
        return ConsentSaid(
            id=name,
            own_system=own_system,
            status=content.get("status", ""),
            privacy=SCOPE in _codes([content.get("scope", {})]),
            disclosure=CATEGORY in _codes(content.get("category", [])),
            person=person,
            born=self._births.of(person),
            performers=[self._agrees(each, patient, kept, faults) for each in content.get("performer", [])],
            dateTime=content.get("dateTime", ""),
            lastUpdated=content.get("meta", {}).get("lastUpdated", ""),
            timestamp=self._stated_at.isoformat() if self._stated_at else "",
            provision=self._provision(content["provision"], kept, faults) if "provision" in content else None,
            faults=_faults(faults),
        )

    def _agrees(self, reference: Any, patient: Any, owner: Kept, faults: list[Fault]) -> Any:
        if reference == patient:
            return "self"
        found = self._found(reference, owner, _AGREE, "Consent.performer", faults)
        kind = found.kind if found is not None else reference.get("type") or _kind_in(reference)
        return _AGREES.get(kind, "other")

    def _provision(self, content: Any, owner: Kept, faults: list[Fault]) -> ProvisionSaid:
        period = content.get("period", {})
        actions, classes = _codes(content.get("action", [])), _codes([{"coding": content.get("class", [])}])
        return ProvisionSaid(
            type=content.get("type", ""),
            start=period.get("start", ""),
            end=period.get("end", ""),
            actors=[self._actor(each, owner, faults) for each in content.get("actor", [])],
            purposes=[
                each.get("system") in PURPOSE_SYSTEMS and each.get("code") == PURPOSE
                for each in content.get("purpose", [])
            ],
            narrowed="narrowed" in content
            or ("action" in content and DISCLOSES not in actions)
            or ("class" in content and REFERRAL_CLASS not in classes),
            provisions=[self._provision(each, owner, faults) for each in content.get("provision", [])],
        )

    def _actor(self, content: Any, owner: Kept, faults: list[Fault]) -> ActorSaid:
        reference = content.get("reference", {})
        found = self._found(reference, owner, _ORGANIZATION, "Consent.provision.actor", faults)
        organization = found.content if found is not None else {}
        identifiers = [reference.get("identifier", {}), *organization.get("identifier", [])]
        names = [organization.get("name") or reference.get("display", "")]
        who = recipient_in([(each.get("system", ""), each.get("value", "")) for each in identifiers], names)
        return ActorSaid(who=who, receives=RECEIVES in _codes([content.get("role", {})]))

    def _referral(self, kept: Kept) -> ReferralSaid:
        content, faults = kept.content, list(kept.faults)
        name, own_system = _id(content)
        person = self._person(content.get("subject", {}), kept, "ServiceRequest.subject", faults)
        category = _concepts(content.get("category", []))
        asked = _concepts([content["code"]]) if "code" in content else None
        return ReferralSaid(
            id=name,
            own_system=own_system,
            status=content.get("status", ""),
            intent=content.get("intent", ""),
            asks="none" if asked is None else "known" if REFERRED_TO & set(asked) else "other",
            roles=sorted({ROLE_OF[each].value for each in category if each in ROLE_OF}),
            reason=reason_in(_codes(content.get("reasonCode", []))),
            authoredOn=content.get("authoredOn", ""),
            lastUpdated=content.get("meta", {}).get("lastUpdated", ""),
            person=person,
            agb=sorted(self._agb(content.get("requester", {}), kept, faults)),
            consents=self._consents_for(kept, person),
            faults=_faults(faults),
        )

    def _consents_for(self, kept: Kept, person: PersonSaid) -> list[ConsentSaid]:
        """The consents that the referral points at, and every other in the delivery about the same person.

        Two versions of one consent stand at one address: both are about the person, and the newest counts.
        """
        named = []
        for reference in kept.content.get("supportingInfo", []):
            found = self._found(reference, kept, _CONSENT, "ServiceRequest.supportingInfo", [])
            if found is not None:
                named.append(self._consents[id(found)])
        theirs = self._about.get(_key(person), []) if person != PersonSaid() else []
        return [*named, *(each for each in theirs[: _MOST_CONSENTS + 1] if each not in named)]

    def _person(self, reference: Any, owner: Kept, place: str, faults: list[Fault]) -> PersonSaid:
        patient = self._found(reference, owner, _PATIENT, place, faults)
        if patient is None:
            return person_of(reference, {})
        faults.extend(patient.faults)
        return person_of(reference, patient.content)

    def _agb(self, reference: Any, owner: Kept, faults: list[Fault]) -> set[str]:
        """Every AGB code of who refers: their own, that of the role, and that of the practice."""
        found = self._found(reference, owner, _DOCTORS, "ServiceRequest.requester", faults)
        content = found.content if found is not None else {}
        codes = {
            each.get("value", "")
            for each in (reference.get("identifier", {}), *content.get("identifier", []))
            if each.get("system") == AGB
        }
        if found is not None:
            faults.extend(found.faults)
        if found is not None and found.kind == "PractitionerRole":
            for name in ("practitioner", "organization"):
                codes |= self._agb(content.get(name, {}), found, faults)
        return codes

    def _found(
        self, reference: Any, owner: Kept, kinds: frozenset[str], place: str, faults: list[Fault]
    ) -> Kept | None:
        try:
            return self._index.find(reference, owner, kinds)
        except Ambiguous:
            faults.append((Refusal.FIELD_INVALID, place))
            return None


def _id(content: Any) -> tuple[str, bool]:
    """The id under which corrections come: one with a system of its own, or that of the resource."""
    for each in content.get("identifier", []):
        if each.get("system") and each.get("value"):
            return f"{each['system']}|{each['value']}", True
    return content.get("id", ""), False


def _codes(concepts: Any) -> list[Coded]:
    return [
        (coding.get("system", ""), coding.get("code", ""))
        for concept in concepts
        for coding in concept.get("coding", [])
    ]


def _concepts(concepts: Any) -> list[Coded]:
    """The codes, and the texts as if they were: only those of our own lists mean anything."""
    texts = [("text", each["text"].strip().casefold()) for each in concepts if "text" in each]
    return [*_codes(concepts), *texts]


def _kind_in(reference: Any) -> str:
    return str(reference.get("reference", "")).rpartition("/")[0].rpartition("/")[2]


def _key(person: PersonSaid) -> bytes:
    return canonical(person.model_dump(mode="json"))


def _faults(faults: list[Fault]) -> list[FaultSaid]:
    """What is not allowed first, then the first of each other reason, then as many as may be of use."""
    unique = list(dict.fromkeys(faults))
    first = {reason: number for number, (reason, _) in reversed(list(enumerate(unique)))}
    order = sorted(
        range(len(unique)),
        key=lambda n: (first[unique[n][0]] != n, unique[n][0] is not Refusal.FIELD_NOT_ALLOWED, n),
    )
    chosen = [unique[n] for n in order[:_MOST_FAULTS]]
    return [FaultSaid.model_validate({"reason": reason.value, "field": place}) for reason, place in chosen]
