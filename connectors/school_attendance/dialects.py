"""The two ways in which a melding is written: what each calls a field, and which words it has for a choice.

Source  formats.md 1.2-1.4; besluit/velden.csv, where a field of a group is written here as `group: field`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.csv_rows import Profile
from connectors.school_attendance.codes import (
    KIND_OF_CHOICE,
    KIND_OF_CODE,
    VERSION_OF_CHOICE,
    VERSION_OF_CODE,
)
from schemas.vocabulary import SignalKind, VersionKind


@dataclass(frozen=True, slots=True)
class Dialect:
    """Names of fields, and the words of the two choices; `school_number` is the same field as `bsn` in the CSV."""

    number: str
    bsn: str
    school_number: str
    nobody: str
    kind: str
    begin: str
    end: str
    status: str
    reason: str
    changed_on: str
    changed_at: str
    area: str
    area_prefix: str
    kinds: Mapping[str, SignalKind]
    versions: Mapping[str, VersionKind]


@dataclass(frozen=True, slots=True)
class Written:
    """One melding as it is written: its dialect, and the text of each field that we may take."""

    dialect: Dialect
    texts: Mapping[str, str] = field(repr=False)


XML = Dialect(
    number="NummerMeldingRelatiefVerzuim",
    bsn="BSN",
    school_number="Onderwijsnummer",
    nobody="IdentificatieOnderwijsontvanger",
    kind="Verzuimsoort",
    begin="DatumBeginVerzuim",
    end="DatumEindeVerzuim",
    status="StatusMeldingRelatiefVerzuim",
    reason="RedenMeldingAfgesloten",
    changed_on="DatumLaatsteMutatie",
    changed_at="TijdstipLaatsteMutatie",
    area="CodeUitvoerderVSV",
    area_prefix="00",
    kinds=KIND_OF_CODE,
    versions=VERSION_OF_CODE,
)

_PERSON = "Persoonsgebonden nummer leerling / deelnemer"
CSV = Dialect(
    number="Meldingsnummer",
    bsn=_PERSON,
    school_number=_PERSON,
    nobody=_PERSON,
    kind="Vermoedelijke soort verzuim",
    begin="Begindatum verzuim",
    end="Einddatum verzuim",
    status="Status melding",
    reason="Reden melding afgesloten",
    changed_on="Datum laatste mutatie",
    changed_at="Tijdstip laatste mutatie",
    area="Gemeentecode",
    area_prefix="",
    kinds={**KIND_OF_CHOICE, **KIND_OF_CODE},
    versions=VERSION_OF_CHOICE,
)

_REPORTER = ("Naam", "Functie", "Telefoonnummer", "E-mail")
_ADDRESS = (
    "Straat",
    "Huisnummer",
    "Huisletter",
    "Huisnummer toevoeging",
    "Postcode",
    "Locatie aanduiding",
    "Plaatsnaam",
)
#: What the Besluit lets a school or municipality write and nobody behind this connector may read.
DROPPED = frozenset(
    {
        "Vermoedelijke reden verzuim",
        "Alle lessen gemist",
        "Door school ondernomen actie",
        "Actie door gemeente gewenst",
        "Toelichting als antwoord op vorige vraag: nee",
        "Naam leslocatie",
        "Telefoonnummer ouder of leerling / deelnemer",
        "Toelichting afsluiting melding",
        "Verzuimspecificatie: Verzuimdagen",
        "Verzuimspecificatie: Verzuimuren",
        "BRIN",
        *(f"Gegevens melder: {each}" for each in _REPORTER),
        *(f"Gemeentelijke contactpersoon: {each}" for each in _REPORTER),
        *(f"Afwijkend adres leerling / deelnemer: {each}" for each in _ADDRESS),
    }
)
PROFILE = Profile(
    required=frozenset({CSV.number, CSV.bsn, CSV.begin, CSV.end, CSV.kind}),
    optional=frozenset({CSV.status, CSV.reason, CSV.changed_on, CSV.changed_at, CSV.area}),
    dropped=DROPPED,
    separator=";",
)
