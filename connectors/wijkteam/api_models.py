"""What `/v1` says, in the words of the NL API Design Rules: Dutch names, lowerCamelCase, dates as dates."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from connectors.wijkteam.pages import Detail, Kaart
from connectors.wijkteam.reading import Row
from connectors.wijkteam.showing import refusal_of


class Said(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", hide_input_in_errors=True, frozen=True
    )


class Inloggegevens(Said):
    gebruiker: str = Field(max_length=100)
    wachtwoord: str = Field(max_length=200)


class Sessie(Said):
    token: str = Field(description="Stuur mee als `Authorization: Bearer …`; verloopt na 30 minuten stilte.")


class Samenvatting(Said):
    id: str
    kenmerk: str
    titel: str
    urgentie: str | None
    bronnen: list[str]
    buurt: str | None
    toestand: str
    sinds: date
    reageer_voor: date | None
    opgepakt_door: str | None
    nieuw: bool
    revisie: int


class Lijst(Said):
    signaleringen: list[Samenvatting]
    volgende: str | None


class Signaal(Said):
    datum: date
    bron: str
    domein: str
    grondslag: str
    let_op: list[str] = []
    informeren_voor: date | None = None


class Contactpunt(Said):
    organisatie: str
    rol: str
    telefoon: str | None
    email: str | None


class Betrokkene(Said):
    token: str | None
    aanduiding: str


class Besluit(Said):
    id: str
    soort: str
    toestand: str
    reden: str | None


class Signalering(Samenvatting):
    waarom: str
    regel: str
    regelversie: str
    venster_van: date | None
    venster_tot: date | None
    signalen: list[Signaal]
    niet_gebruikt: list[str]
    contacten: list[Contactpunt]
    betrokkenen: list[Betrokkene]
    besluit: Besluit | None


class Gebeurtenis(Said):
    positie: int
    signalering: str
    revisie: int
    soort: str
    reden: str | None
    tijdstip: datetime


class Gebeurtenissen(Said):
    gebeurtenissen: list[Gebeurtenis]
    volgende: int = Field(description="Geef dit de volgende keer mee als `na`.")


class Afsluiting(Said):
    uitkomst: str = Field(max_length=40)


class Aanvaard(Said):
    toestand: str = "wordt_verwerkt"


class Vraag(Said):
    betrokkene: str = Field(max_length=100, description="Het token van de betrokkene, voor dit wijkteam.")
    reden: str = Field(max_length=400)


class Persoonsgegevens(Said):
    naam: str
    geboortejaar: int
    adres: str | None = Field(description="Leeg als het adres geheim is.")


class Probleem(Said):
    """RFC 9457."""

    type: str = "about:blank"
    status: int
    title: str
    detail: str


def summary(kaart: Kaart, revision: int) -> dict[str, object]:
    """The fields of a card; what may not be seen is empty."""
    shown = bool(kaart.title)
    return {
        "id": kaart.alert_id,
        "kenmerk": kaart.kenmerk,
        "titel": kaart.title,
        "urgentie": kaart.urgency if shown else None,
        "bronnen": list(kaart.sources),
        "buurt": kaart.area_name or None,
        "toestand": kaart.state,
        "sinds": kaart.since,
        "reageer_voor": kaart.respond_before,
        "opgepakt_door": kaart.taken_by,
        "nieuw": kaart.is_new,
        "revisie": revision,
    }


def whole(row: Row, detail: Detail) -> Signalering:
    """One alert in full; what may not be seen is empty."""
    hidden = not detail.kaart.title
    body = row.body or {}
    said = {**summary(detail.kaart, row.revision)}
    decided = row.decided
    words = {None: "wordt_verwerkt", True: "doorgevoerd", False: "niet_doorgevoerd"}
    return Signalering.model_validate(
        said
        | {
            "waarom": detail.why,
            "regel": detail.rule_name,
            "regelversie": detail.rule_version,
            "venster_van": body.get("window_start"),
            "venster_tot": body.get("window_end"),
            "signalen": [
                Signaal(
                    datum=line.date,
                    bron=line.source,
                    domein=line.domain,
                    grondslag=line.ground,
                    let_op=list(line.marks),
                    informeren_voor=line.inform_by,
                )
                for line in detail.lines
            ],
            "niet_gebruikt": list(detail.not_used),
            "contacten": [
                Contactpunt(organisatie=c.organisation, rol=c.role, telefoon=c.phone, email=c.email)
                for c in detail.contacts
            ],
            "betrokkenen": []
            if hidden
            else [Betrokkene(token=p.token, aanduiding=p.label) for p in detail.persons],
            "besluit": None
            if decided is None
            else Besluit(
                id=decided.decision, soort=decided.kind, toestand=words[decided.applied], reden=refusal_of(row)
            ),
        }
    )
