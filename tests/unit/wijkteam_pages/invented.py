"""Invented view models: no household, team or number here exists."""

from dataclasses import replace
from datetime import UTC, date, datetime

from lxml import html

from connectors.wijkteam import pages
from connectors.wijkteam.pages import (
    Contact,
    Detail,
    Filter,
    Gebruiker,
    Gegevens,
    Identiteit,
    Kaart,
    Kader,
    Lijn,
    LogRegel,
    Persoon,
    Regel,
    State,
    Tellingen,
    Werkvoorraad,
)

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 8, 41, tzinfo=UTC)
USER = Gebruiker("Sanne Bouazza", "Wijkteam Noord", "Gemeente Waterrijk")
KADER = Kader(USER, TODAY, "csrf-kader")
KAART = Kaart(
    alert_id="a48213",
    kenmerk="WN-48213",
    title="Schoolverzuim en betalingsachterstand",
    urgency="vandaag",
    sources=("school_attendance", "debt_services"),
    area_name="Molenbuurt",
    state="open",
    since=date(2026, 11, 20),
    respond_before=date(2026, 11, 24),
    taken_by=None,
    is_new=True,
)
DETAIL = Detail(
    kaart=KAART,
    revision=3,
    why="In 60 dagen kwamen 2 signalen binnen uit 2 domeinen.",
    rule_name="School en schulden",
    rule_version="2026.3",
    lines=(
        Lijn(date(2026, 11, 8), "debt_services", "Financiën", "Vroegsignalering schulden"),
        Lijn(date(2026, 10, 31), "school_attendance", "Onderwijs", "Leerplicht"),
    ),
    not_used=("Huisarts", "Veilig Thuis"),
    window_start=date(2026, 9, 23),
    window_end=TODAY,
    contacts=(Contact("De Vuurtoren", "zorgcoördinator", "010 000 00 01", "zorg@school.example"),),
    persons=(Persoon("token-1", "Persoon 1"), Persoon(None, "Persoon 2")),
    log=(LogRegel(AT, "S. Bouazza", "Geopend"),),
    outcomes=(("contact_made", "Contact gelegd"), ("no_follow_up", "Geen opvolging nodig")),
    refused_reason=None,
    csrf="csrf-detail",
    visible_until=date(2027, 2, 22),
)
WORK = Werkvoorraad((KAART,), Tellingen(6, 2, 1, 3), Filter(), None, AT, "volgende")
REVEALED = Gegevens(KAART, "Persoon 1", "Gesprek plannen", AT, Identiteit("Voorbeeld Persoon", 1984, "Dijk 1"))
RULE = Regel("School en schulden", "2026.3", date(2026, 9, 1), "Twee domeinen in 60 dagen.", ("Een voorbeeld.",))


def in_state(state: State, detail: Detail = DETAIL) -> Detail:
    """The same alert in another state."""
    return replace(detail, kaart=replace(detail.kaart, state=state))


def with_selected(detail: Detail) -> str:
    """The inbox with this alert both in the list and beside it."""
    return pages.werkvoorraad_page(KADER, replace(WORK, kaarten=(detail.kaart,), selected=detail))


def every_page() -> dict[str, str]:
    """Each page once, by name."""
    return {
        "werkvoorraad": pages.werkvoorraad_page(KADER, WORK),
        "werkvoorraad met keuze": with_selected(DETAIL),
        "lege werkvoorraad": pages.werkvoorraad_page(KADER, replace(WORK, kaarten=())),
        "signalering": pages.signalering_page(KADER, DETAIL),
        "bijgewerkt": pages.signalering_page(KADER, in_state("wordt_bijgewerkt")),
        "gegevens": pages.gegevens_page(KADER, REVEALED),
        "geen gegevens": pages.gegevens_page(KADER, replace(REVEALED, identity=None)),
        "afgehandeld": pages.afgehandeld_page(KADER, ((KAART, "Hulp aanvaard", TODAY),)),
        "uitleg": pages.uitleg_page(KADER, (RULE,)),
        "toegankelijkheid": pages.toegankelijkheid_page(KADER, "hulp@waterrijk.example"),
        "login": pages.login_page(replace(KADER, user=None), failed=True),
        "fout": pages.fout_page(KADER, 409, "a48213"),
    }


def parsed(page: str) -> html.HtmlElement:
    """The page as a tree."""
    return html.document_fromstring(page)


def text(page: str) -> str:
    """What a person reads in the main part, with single spaces."""
    return " ".join(parsed(page).xpath("string(//main)").split())
