"""DDAS vroegsignalering v1.2 as our own model: what the official schema accepts, no more and no less.

Source  VNG-Realisatie/ddas-vroegsignalering v1.2; a test compares the verdicts
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from connectors.json_events import canonical
from connectors.moments import Day, Moment


def unique(items: Any) -> Any:
    """The list of which no two items are equal, before they are read: what is compared is what was received."""
    if isinstance(items, list) and len({canonical(each) for each in items}) != len(items):
        raise ValueError("unique")
    return items


Email = Annotated[str, StringConstraints(pattern="@")]
Partner = Literal[
    "Belastingdienst",
    "CAK Eigen bijdrage",
    "CAK Zorgverzekeringen",
    "Dienst Toeslagen",
    "DUO",
    "Energie",
    "Huur",
    "Hypotheek",
    "Overige",
    "Water",
    "Zorg",
]
Status = Literal[
    "Inwoner al bekend bij schuldhulpverlening",
    "Inwoner is overleden",
    "Niet opgepakt: andere reden",
    "Niet opgepakt: herhaalde melding",
    "Niet opgepakt: onterecht signaal",
    "Nog niet opgepakt",
    "Opgepakt",
    "Persoon is geen inwoner (meer) in de gemeente",
]
Result = Literal[
    "(Budget)advies en/of quick fix",
    "Definitief geen contact kunnen krijgen",
    "Geen reactie na eerder contact",
    "Inwoner al bekend bij schuldhulpverlening",
    "Inwoner heeft al een ander lopend traject",
    "Inwoner heeft zelf al betaald/betalingsregeling getroffen",
    "Inwoner is overleden",
    "Inwoner regelt het zelf/hoeft geen hulp vanuit vroegsignalering",
    "Niet opgepakt: andere reden",
    "Niet opgepakt: herhaalde melding",
    "Niet opgepakt: onterecht signaal",
    "Persoon is geen inwoner (meer) in de gemeente",
    "Vervolghulp en/of verwijzing",
    "Vervolghulp en/of verwijzing financieel",
    "Vervolghulp en/of verwijzing niet financieel",
    "Verwijzing zonder tussenkomst inwoner",
]
Contact = Literal[
    "Administratief",
    "Afspraak op locatie",
    "Brief",
    "Huisbezoek",
    "Kaartje",
    "Mail",
    "Onbekend",
    "Overige",
    "SMS/Whatsapp",
    "Telefoon",
]
PartOfDay = Literal["Ochtend", "Middag", "Avond"]
Gender = Literal["Man", "Vrouw", "Onbekend", "Leeg"]


class Part(BaseModel):
    """Strict, closed, and silent about values; a field may be absent but never null."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, given: Any) -> Any:
        if isinstance(given, dict) and any(value is None for value in given.values()):
            raise ValueError("null")
        return given


class Client(Part):
    burgerservicenummer: Annotated[str, StringConstraints(min_length=9, max_length=9)] | None = None
    geslachtsaanduiding: Gender | None = None
    geboortedatum: Day | None = None
    postcode: str | None = None
    huisnummer: str | None = None
    huisnummertoevoeging: str | None = None

    @model_validator(mode="after")
    def _number_or_address(self) -> "Client":
        number, address = self.burgerservicenummer is not None, {"postcode", "huisnummer"} <= self.model_fields_set
        if (number and len(self.model_fields_set) > 1) or (not number and not address):
            raise ValueError("client")
        return self


class Signaalpartner(Part):
    type: Partner | None = None


class Vroegsignaal(Part):
    ID: str
    client: Client
    signaalpartner: Signaalpartner
    crisissignaal: bool | None = None
    warmeOverdracht: bool | None = None
    bedrag: int | None = None
    ontstaansdatum: Day | None = None
    signaaldatum: Day | None = None
    status: Status | None = None


class Reference(Part):
    ID: str


class Contactpoging(Part):
    soort: Contact | None = None
    bereikt: bool | None = None
    datum: Day | None = None
    dagdeel: PartOfDay | None = None


class Vroegsignaalzaak(Part):
    resultaat: Result | None = None
    matchingsdatum: Day | None = None
    startdatumMatchingperiode: Day | None = None
    datumOpgepakt: Day | None = None
    einddatumMatchingperiode: Day | None = None
    vroegsignalen: Annotated[list[Reference], Field(min_length=1), BeforeValidator(unique)] | None = None
    contactpogingen: list[Contactpoging] | None = None


class Contactpersoon(Part):
    naam: str | None = None
    telefoonnummer: str | None = None
    email: Email | None = None
    functietitel: str | None = None


class AanleverendeOrganisatie(Part):
    naam: str | None = None
    kvk_nummer: str | None = Field(default=None, alias="kvk-nummer")
    contactpersonen: Annotated[list[Contactpersoon], Field(min_length=1), BeforeValidator(unique)] | None = None


class Levering(Part):
    """One levering without its long lists, which are read one by one."""

    teller: int
    gemeentecode: str
    aanleverendeOrganisatie: AanleverendeOrganisatie


class Uitwisselmodel(Part):
    """The envelope without its leveringen."""

    startdatumLevering: Day
    einddatumLevering: Day
    aanleverdatumEnTijd: Moment
    codeGegevensleverancier: str
