"""What a vroegsignaal says, whichever format it came in, and what that means to us."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from connectors.connector import Arrears, SignalDraft, Whom
from connectors.refusing import Fault, Faulty, Reading
from schemas.vocabulary import Attestation, Mark, Refusal, SignalKind, Source, VersionKind

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
#: Statuses, and results of a zaak.  [R] Nothing (more) is to be done with it: it must lead nobody to a door.
WITHDRAWN = frozenset(
    {
        "Inwoner is overleden",
        "Niet opgepakt: andere reden",
        "Niet opgepakt: herhaalde melding",
        "Niet opgepakt: onterecht signaal",
        "Persoon is geen inwoner (meer) in de gemeente",
    }
)
#: Of these withdrawals this one says only that another id speaks of the same arrears.
REPEATED = "Niet opgepakt: herhaalde melding"
STATUSES = WITHDRAWN | {"Inwoner al bekend bij schuldhulpverlening", "Nog niet opgepakt", "Opgepakt"}
#: Whose claims these are is not said: two of them from one day may be two debts.
_MANY_CREDITORS = "Overige"
_LONGEST_ID = 100
#: Euros; beyond it somebody typed cents, or a telephone number.
_HIGHEST = 10_000_000
#: The Wgs came into force on this day: what is older was never signalled under it.
_FIRST_SIGNALS = date(2012, 7, 1)
_OLDEST_DEBT = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Said:
    """One vroegsignaal in the words of DDAS v1.2; what is not stated is none."""

    source_id: str = field(repr=False)
    partner: str | None
    status: str | None
    signalled_on: date | None
    began_on: date | None
    amount: int | None = field(repr=False)
    crisis: bool
    warm_handover: bool
    attestations: frozenset[Attestation]


@dataclass(frozen=True, slots=True)
class Names:
    """What the fields are called in the format at hand: a fault is told in the sender's own words."""

    source_id: str = "ID"
    partner: str = "signaalpartner.type"
    signalled_on: str = "signaaldatum"
    began_on: str = "ontstaansdatum"
    amount: str = "bedrag"


def identifier(text: str, name: str) -> str:
    """The source's own id, NFC.  Raises Faulty"""
    if not text.strip() or len(text) > _LONGEST_ID:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return unicodedata.normalize("NFC", text)


def draft_of(reading: Reading, said: Said, whom: Whom | None, names: Names, today: date) -> SignalDraft:
    """The signal that is meant.  Raises Faulty"""
    reading.done(_faults(said, names, today))
    assert whom is not None and said.partner is not None and said.signalled_on is not None
    return SignalDraft(
        whom=whom,
        source_id=said.source_id,
        source=Source.DEBT_SERVICES,
        kind=VersionKind.WITHDRAWN if said.status in WITHDRAWN else VersionKind.REPORTED,
        signal_kind=KIND_OF[said.partner],
        observed_on=said.signalled_on,
        ended_on=None,
        crisis=said.crisis,
        mutated_at=None,
        marks=frozenset({Mark.WARM_HANDOVER} if said.warm_handover else ()),
        attestations=said.attestations,
        arrears=_arrears(said),
        repeated=said.status == REPEATED,
    )


def _faults(said: Said, names: Names, today: date) -> Iterator[Fault]:
    """What a schema lets through and nobody can use."""
    if said.partner is None:
        yield Refusal.FIELD_MISSING, names.partner
    if said.signalled_on is None:
        yield Refusal.FIELD_MISSING, names.signalled_on
    days = ((said.signalled_on, _FIRST_SIGNALS, names.signalled_on), (said.began_on, _OLDEST_DEBT, names.began_on))
    for day, earliest, name in days:
        if day is not None and day > today:
            yield Refusal.DATE_IN_FUTURE, name
        if day is not None and day < earliest:
            yield Refusal.DATE_INVALID, name
    if said.amount is not None and not 0 <= said.amount <= _HIGHEST:
        yield Refusal.FIELD_INVALID, names.amount


def _arrears(said: Said) -> Arrears | None:
    """Which debt it is; of one without a day, an amount or a known creditor nobody can say that it is a repeat."""
    if said.began_on is None or said.amount is None or said.partner is None or said.partner == _MANY_CREDITORS:
        return None
    return Arrears(f"{said.partner}/{said.began_on.isoformat()}", said.amount)
