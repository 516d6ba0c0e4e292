"""DDAS vroegsignalering v0.9: names changed since, a client with names, objects that the schema leaves open.

Source  VNG-Realisatie/ddas-vroegsignalering v0.9; a test compares the verdicts
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.debt_services import model
from connectors.debt_services.model import Email, Part, Partner, PartOfDay, Reference, unique
from connectors.moments import Day

Status = Literal[
    "Inwoner is overleden",
    "Niet opgepakt: andere reden",
    "Niet opgepakt: herhaalde melding",
    "Niet opgepakt: onterecht signaal",
    "Nog niet opgepakt",
    "Persoon is geen inwoner (meer) in de gemeente",
]
Result = Literal[
    "(Budget)advies en/of quick fix",
    "Definitief geen contact kunnen krijgen",
    "Geen reactie na eerder contact",
    "Inwoner al bekend bij schuldhulpverlening",
    "Inwoner heeft al een ander lopend traject",
    "Inwoner heeft zelf al betaald/betalingsregeling getroffen",
    "Inwoner hoeft geen hulp vanuit vroegsignalering",
    "Inwoner is overleden",
    "Niet opgepakt: andere reden",
    "Niet opgepakt: herhaalde melding",
    "Niet opgepakt: onterecht signaal",
    "Persoon is geen inwoner (meer) in de gemeente",
    "Vervolghulp en/of verwijzing financieel",
    "Vervolghulp en/of verwijzing niet financieel",
    "Verwijzing zonder contact",
]
Contact = Literal["Administratief", "Brief", "Huisbezoek", "Kaartje", "Mail", "Overige", "SMS/Whatsapp", "Telefoon"]


class OpenPart(BaseModel):
    """Strict about what it knows; the schema lets a sender add more, which is not looked into and not kept."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, given: Any) -> Any:
        if isinstance(given, dict) and any(given.get(name, "") is None for name in names_of(cls)):
            raise ValueError("null")
        return given


def names_of(part: type[BaseModel]) -> frozenset[str]:
    """The names that the format has for the fields of this part."""
    return frozenset(field.alias or name for name, field in part.model_fields.items())


class Client(OpenPart):
    burgerservicenummer: str | None = Field(default=None, alias="Burgerservicenummer")
    voorletters: str | None = Field(default=None, alias="Voorletters")
    voorvoegsel: str | None = Field(default=None, alias="Voorvoegsel")
    achternaam: str | None = Field(default=None, alias="Achternaam")
    geboortedatum: Day | None = Field(default=None, alias="Geboortedatum")
    straatnaam: str | None = Field(default=None, alias="Straatnaam")
    postcode: str | None = Field(default=None, alias="Postcode")
    huisnummer: str | None = Field(default=None, alias="Huisnummer")
    huisnummertoevoeging: str | None = Field(default=None, alias="Huisnummertoevoeging")
    plaatsnaam: str | None = Field(default=None, alias="Plaatsnaam")


class Signaalpartner(OpenPart):
    type: Partner | None = None


class Vroegsignaal(model.Vroegsignaal):
    client: Client  # type: ignore[assignment]
    signaalpartner: Signaalpartner  # type: ignore[assignment]
    status: Status | None = None


class Contactpoging(OpenPart):
    soort: Contact | None = None
    bereikt: bool | None = None
    datum: Day | None = None
    dagdeel: PartOfDay | None = None


class Vroegsignaalzaak(OpenPart):
    resultaat: Result | None = None
    matchingsdatum: Day | None = None
    startdatum_matchtingperiode: Day | None = None
    datum_opgepakt: Day | None = None
    einddatum_matchingperiode: Day | None = None
    vroegsignalen: Annotated[list[Reference], Field(min_length=1), BeforeValidator(unique)] | None = None
    contactpogingen: list[Contactpoging] | None = None


class Contactpersoon(OpenPart):
    naam: str | None = None
    telefoonnummer: str | None = None
    email: Email | None = None
    functietitel: str | None = None


class AanleverendeOrganisatie(OpenPart):
    naam: str | None = None
    kvk_nummer: str | None = Field(default=None, alias="kvk-nummer")
    contactpersoonen: Annotated[list[Contactpersoon], Field(min_length=1), BeforeValidator(unique)] | None = None


class Levering(Part):
    """One levering without its long lists, which are read one by one."""

    teller: int
    gemeentecode: str
    aanleverende_organisatie: AanleverendeOrganisatie
