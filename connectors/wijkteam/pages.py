"""From what a wijkteam worker may see (frozen view models) to Dutch HTML, through one Jinja environment."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args
from urllib.parse import urlencode

from connectors.wijkteam.templates.environment import BRONNEN, render
from connectors.wijkteam.timeline import NARROW, WIDE, Timeline, timeline

Urgency = Literal["vandaag", "deze_week", "volgen"]
Hidden = Literal["ingetrokken", "wordt_bijgewerkt"]
State = Literal["open", "wordt_verwerkt", "opgepakt", "afgesloten", "niet_doorgevoerd"] | Hidden
Tile = Literal["open", "vandaag", "niet_opgepakt", "opgepakt"]
Day = date  # in a class with a field of that name
WITHOUT_CONTENT: frozenset[State] = frozenset(get_args(Hidden))


@dataclass(frozen=True, slots=True)
class Gebruiker:
    """Who is logged in, and for which team."""

    name: str
    team: str
    municipality: str


@dataclass(frozen=True, slots=True)
class Kader:
    """What every page has around it; `csrf` is for the forms that are not about one alert."""

    user: Gebruiker | None
    today: date
    csrf: str
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Kaart:
    """One alert in the list; `sources` are keys of BRONNEN."""

    alert_id: str
    kenmerk: str
    title: str
    urgency: Urgency
    sources: tuple[str, ...]
    area_name: str
    state: State
    since: date
    respond_before: date | None
    taken_by: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Lijn:
    """One signal that counted, with the ground on which it may be seen; `source` is a key of BRONNEN.

    `marks` say in words what to heed, `inform_by` by when the person must have been told of the signal.
    """

    date: date
    source: str
    domain: str
    ground: str
    marks: tuple[str, ...] = ()
    inform_by: Day | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A role to call, never a person."""

    organisation: str
    role: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Persoon:
    """A member of the household without a name; no token means it cannot be asked yet."""

    token: str | None
    label: str


@dataclass(frozen=True, slots=True)
class LogRegel:
    """Who did what and when (`at` with a zone)."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One alert in full; `not_used` are labels of sources, `outcomes` are (code, label)."""

    kaart: Kaart
    revision: int
    why: str
    rule_name: str
    rule_version: str
    lines: tuple[Lijn, ...]
    not_used: tuple[str, ...]
    window_start: date
    window_end: date
    contacts: tuple[Contact, ...]
    persons: tuple[Persoon, ...]
    log: tuple[LogRegel, ...]
    outcomes: tuple[tuple[str, str], ...]
    refused_reason: str | None
    csrf: str
    visible_until: date | None = None

    @property
    def heed(self) -> tuple[tuple[str, str | date], ...]:
        """What must be heeded before anybody acts, each once: (source, what), or (source, the day to inform by)."""
        said: list[tuple[str, str | date]] = [(line.source, mark) for line in self.lines for mark in line.marks]
        said += [(line.source, line.inform_by) for line in self.lines if line.inform_by is not None]
        return tuple(dict.fromkeys(said))


@dataclass(frozen=True, slots=True)
class Filter:
    """What the worker filters on; empty means everything."""

    tegel: Tile = "open"
    zoek: str = ""
    urgentie: Urgency | Literal[""] = ""
    bron: str = ""

    def query(self, **more: str | None) -> str:
        """This filter as a query string, with more parameters behind it."""
        pairs = {"tegel": self.tegel, "zoek": self.zoek, "urgentie": self.urgentie, "bron": self.bron} | more
        return urlencode({name: value for name, value in pairs.items() if value})


@dataclass(frozen=True, slots=True)
class Tellingen:
    """The numbers on the tiles."""

    open: int
    vandaag: int
    niet_opgepakt: int
    opgepakt: int


@dataclass(frozen=True, slots=True)
class Werkvoorraad:
    """The list, and beside it the alert that was chosen; `next_cursor` asks for the following page."""

    kaarten: tuple[Kaart, ...]
    tellingen: Tellingen
    filter: Filter
    selected: Detail | None
    updated_at: datetime
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Identiteit:
    """What the vault and the BRP answered; a secret address is None."""

    name: str
    birth_year: int
    address: str | None


@dataclass(frozen=True, slots=True)
class Gegevens:
    """The answer to *toon gegevens*; no identity means the vault or the BRP gave none."""

    kaart: Kaart
    person_label: str
    reason: str
    shown_at: datetime
    identity: Identiteit | None


@dataclass(frozen=True, slots=True)
class Regel:
    """A rule in plain Dutch, with its own examples."""

    name: str
    version: str
    since: date
    text: str
    examples: tuple[str, ...]


def werkvoorraad_page(kader: Kader, model: Werkvoorraad) -> str:
    """The inbox, with the chosen alert beside the list."""
    detail = _permitted_detail(model.selected) if model.selected else None
    drawings = _drawings(detail, kader.today) if detail else ()
    shown = replace(model, selected=detail, kaarten=tuple(map(_permitted, model.kaarten)))
    return _render("werkvoorraad", kader, model=shown, detail=detail, drawings=drawings)


def signalering_page(kader: Kader, detail: Detail) -> str:
    """One alert on a page of its own."""
    shown = _permitted_detail(detail)
    return _render("signalering", kader, detail=shown, drawings=_drawings(shown, kader.today))


def gegevens_page(kader: Kader, model: Gegevens) -> str:
    """The answer to *toon gegevens*; send it with no-store."""
    identity = None if model.kaart.state in WITHOUT_CONTENT else model.identity
    return _render("gegevens", kader, model=replace(model, kaart=_permitted(model.kaart), identity=identity))


def afgehandeld_page(kader: Kader, rows: tuple[tuple[Kaart, str, date], ...]) -> str:
    """What this team closed: (card, outcome label, day)."""
    return _render("afgehandeld", kader, rows=[(_permitted(kaart), what, day) for kaart, what, day in rows])


def uitleg_page(kader: Kader, rules: tuple[Regel, ...]) -> str:
    """The rules in force, in plain Dutch."""
    return _render("uitleg", kader, rules=rules)


def toegankelijkheid_page(kader: Kader, contact: str) -> str:
    """The accessibility statement, with the e-mail address for complaints."""
    return _render("toegankelijkheid", kader, contact=contact)


def login_page(kader: Kader, failed: bool = False) -> str:
    """The form to log in, after a failed try with one sentence that does not say what was wrong."""
    return _render("login", kader, failed=failed)


def fout_page(kader: Kader, status: int, alert_id: str | None = None) -> str:
    """What went wrong and what to do now: go back to that alert, or else to the list."""
    return _render("fout", kader, status=status, alert_id=alert_id)


def _permitted(kaart: Kaart) -> Kaart:
    """The card, or what is left of it when its content may not be seen now: the reference and the state."""
    if kaart.state not in WITHOUT_CONTENT:
        return kaart
    left = (kaart.alert_id, kaart.kenmerk)
    return Kaart(*left, "", "volgen", (), "", kaart.state, kaart.since, None, None, False)


def _permitted_detail(detail: Detail) -> Detail:
    if detail.kaart.state not in WITHOUT_CONTENT:
        return detail
    left, day = _permitted(detail.kaart), detail.kaart.since
    return Detail(left, detail.revision, "", "", "", (), (), day, day, (), (), (), (), None, detail.csrf)


def _drawings(detail: Detail, today: date) -> tuple[Timeline, ...]:
    signals = [(line.source, line.date) for line in detail.lines]
    sources = [(code, bron.label not in detail.not_used) for code, bron in BRONNEN.items()]
    window = (detail.window_start, detail.window_end)
    return tuple(timeline(signals, sources, window, today, layout) for layout in (WIDE, NARROW))


def _render(page: str, kader: Kader, **values: object) -> str:
    return render(page, kader=kader, today=kader.today, **values)
