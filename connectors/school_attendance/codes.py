"""What the choice lists of schools mean to us: which kind of absence, whether a melding still stands.

Source  formats.md 1.1-1.3; Besluit Verzuimmelding, bijlage (besluit/codelijsten.csv); duo.nl; ADR 0012
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.vocabulary import SignalKind, VersionKind

#: The codes of the verzuimregister.  V1 and V2 are of before 2009, when the 16 hours were not yet the rule.
KIND_OF_CODE: Mapping[str, SignalKind] = MappingProxyType(
    {
        "V3": SignalKind.ABSENCE_16H_UNDER_18,
        "V4": SignalKind.ABSENCE_16H_18_PLUS,
        "L": SignalKind.ABSENCE_HOLIDAY,
        "LRV": SignalKind.ABSENCE_LONG,
        "RMC": SignalKind.ABSENCE_RMC,
        "O": SignalKind.ABSENCE_OTHER,
    }
)
HISTORIC = frozenset({"V1", "V2"})

#: The five choices of the Besluit. [R] The register of today has one kind, O, for all that stays below the
#: sixteen hours: absence that begins, and absence that a school worries about. Neither says more here than there.
KIND_OF_CHOICE: Mapping[str, SignalKind] = MappingProxyType(
    {
        "luxe verzuim": SignalKind.ABSENCE_HOLIDAY,
        "beginnend verzuim": SignalKind.ABSENCE_OTHER,
        "signaal verzuim": SignalKind.ABSENCE_OTHER,
        "ongeoorloofd verzuim van in totaal zestien uren in vier opeenvolgende lesweken": (
            SignalKind.ABSENCE_16H_UNDER_18
        ),
        "ongeoorloofd verzuim van 1 maand of langer": SignalKind.ABSENCE_LONG,
    }
)

#: Source  duo.nl, verzuim digitaal melden: for these an end date is an obligation.
END_REQUIRED = frozenset(
    {
        SignalKind.ABSENCE_16H_UNDER_18,
        SignalKind.ABSENCE_16H_18_PLUS,
        SignalKind.ABSENCE_LONG,
        SignalKind.ABSENCE_RMC,
    }
)

#: A melding stays one signal whatever its status. D, overgedragen aan derden, is not here: it was taken out of the
#: register in 2020, because the law does not allow it.
VERSION_OF_CODE: Mapping[str, VersionKind] = MappingProxyType(
    {
        "R": VersionKind.REPORTED,
        "B": VersionKind.REPORTED,
        "K": VersionKind.REPORTED,
        "G": VersionKind.REPORTED,
        "I": VersionKind.WITHDRAWN,
    }
)
#: The same in words; the Besluit and the register write the last but one differently. Empty is what a school sends.
VERSION_OF_CHOICE: Mapping[str, VersionKind] = MappingProxyType(
    {
        "": VersionKind.REPORTED,
        "geregistreerd": VersionKind.REPORTED,
        "in behandeling": VersionKind.REPORTED,
        "ter kennisneming aangenomen": VersionKind.REPORTED,
        "ter kennisgeving aangenomen": VersionKind.REPORTED,
        "afgesloten": VersionKind.REPORTED,
        "ingetrokken": VersionKind.WITHDRAWN,
    }
)
#: Only a melding that is over has a reason why.
OVER = frozenset({"G", "I", "afgesloten", "ingetrokken"})

#: The seven reasons for closing. [R] After the last two there was no unauthorised absence, so nothing stands; and a
#: child that died leads nobody to a door, as with debts (connectors/debt_services).
VERSION_OF_REASON: Mapping[str, VersionKind] = MappingProxyType(
    {
        "terug naar school, opleiding hervat": VersionKind.REPORTED,
        "inschrijving beëindigd, andere opleiding": VersionKind.REPORTED,
        "inschrijving beëindigd, werk": VersionKind.REPORTED,
        "inschrijving beëindigd, overige redenen": VersionKind.REPORTED,
        "inschrijving beëindigd, leerling overleden": VersionKind.WITHDRAWN,
        "geen verzuim, langdurig ziek": VersionKind.WITHDRAWN,
        "geen verzuim, legitiem afwezig": VersionKind.WITHDRAWN,
    }
)
