"""What a vroegsignaal means to us: kind, day, crisis, and whether it stands; amount and address stay behind."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from pydantic import ValidationError

from connectors.bsn import Bsn
from connectors.connector import RawRecord, Refused, SignalDraft
from connectors.debt_services.model import Vroegsignaal
from connectors.reading import unseen
from connectors.refusing import first_fault
from schemas.vocabulary import Attestation, Refusal, SignalKind, Source, VersionKind

KIND_OF: Mapping[str, SignalKind] = MappingProxyType(
    {
        "Huur": SignalKind.ARREARS_RENT,
        "Hypotheek": SignalKind.ARREARS_MORTGAGE,
        "Energie": SignalKind.ARREARS_ENERGY,
        "Water": SignalKind.ARREARS_WATER,
        "Zorg": SignalKind.ARREARS_HEALTH_INSURANCE,
        "CAK Zorgverzekeringen": SignalKind.ARREARS_HEALTH_INSURANCE,
        "Belastingdienst": SignalKind.ARREARS_TAX,
        "Dienst Toeslagen": SignalKind.ARREARS_TAX,
        "CAK Eigen bijdrage": SignalKind.ARREARS_OTHER,
        "DUO": SignalKind.ARREARS_OTHER,
        "Overige": SignalKind.ARREARS_OTHER,
    }
)

#: [R] The municipality says that nothing (more) is to be done with it: it must lead nobody to a door.
WITHDRAWN = frozenset(
    {
        "Inwoner is overleden",
        "Niet opgepakt: andere reden",
        "Niet opgepakt: herhaalde melding",
        "Niet opgepakt: onterecht signaal",
        "Persoon is geen inwoner (meer) in de gemeente",
    }
)
_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {
        "burgerservicenummer": Refusal.BSN_INVALID,
        "signaaldatum": Refusal.DATE_INVALID,
        "ontstaansdatum": Refusal.DATE_INVALID,
        "geboortedatum": Refusal.DATE_INVALID,
    }
)
_LONGEST_ID = 100
#: [R] A DDAS levering has no fields for them: the agreement with the municipality says that all were met.
ATTESTED_BY_AGREEMENT = frozenset(Attestation) - {Attestation.UNKNOWN}


def normalise(record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft of one vroegsignaal, or why it is none."""
    if unseen(_all_text(record.content)):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        given = Vroegsignaal.model_validate(record.content)
    except ValidationError as invalid:
        reason, field = first_fault(invalid, _SPECIAL)
        return Refused(record.row, reason, field, record.raw)
    refused = _not_for_us(given, today)
    if refused is not None:
        return Refused(record.row, *refused, record.raw)
    return _draft(record, given)


def _not_for_us(given: Vroegsignaal, today: date) -> tuple[Refusal, str] | None:
    """What the schema lets through and we cannot use."""
    if given.client.burgerservicenummer is None:
        return Refusal.BSN_MISSING, "client"
    if given.signaalpartner.type is None:
        return Refusal.FIELD_MISSING, "signaalpartner.type"
    if given.signaaldatum is None:
        return Refusal.FIELD_MISSING, "signaaldatum"
    if date.fromisoformat(given.signaaldatum) > today:
        return Refusal.DATE_IN_FUTURE, "signaaldatum"
    if not given.ID.strip() or len(given.ID) > _LONGEST_ID:
        return Refusal.FIELD_INVALID, "ID"
    return None


def _draft(record: RawRecord, given: Vroegsignaal) -> SignalDraft | Refused:
    bsn = Bsn.parse(given.client.burgerservicenummer or "")
    if bsn is None:
        return Refused(record.row, Refusal.BSN_INVALID, "client.burgerservicenummer", record.raw)
    return SignalDraft(
        whom=bsn,
        source_id=unicodedata.normalize("NFC", given.ID),
        source=Source.DEBT_SERVICES,
        kind=VersionKind.WITHDRAWN if given.status in WITHDRAWN else VersionKind.REPORTED,
        signal_kind=KIND_OF[given.signaalpartner.type or "Overige"],
        observed_on=date.fromisoformat(given.signaaldatum or ""),
        ended_on=None,
        crisis=given.crisissignaal or False,
        mutated_at=None,
        attestations=ATTESTED_BY_AGREEMENT,
    )


def _all_text(content: object) -> str:
    match content:
        case str():
            return content
        case dict():
            return "".join(f"{key}{_all_text(value)}" for key, value in content.items())
        case list():
            return "".join(map(_all_text, content))
        case _:
            return ""
