"""The one Jinja environment: Dutch dates, addresses of static files, the four sources and their shapes."""

from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.civil import AMSTERDAM

TEMPLATES = Path(__file__).resolve().parent
STATIC = TEMPLATES.parent / "static"


class Bron(NamedTuple):
    """How a source is named and drawn; the drawing itself is in _vormen.html."""

    label: str
    shape: Literal["cirkel", "vierkant", "ruit", "driehoek", "zeshoek"]


BRONNEN = {
    "school_attendance": Bron("School", "cirkel"),
    "debt_services": Bron("Schuldhulp", "vierkant"),
    "general_practice": Bron("Huisarts", "ruit"),
    "veilig_thuis": Bron("Veilig Thuis", "driehoek"),
    "wijkteam": Bron("Wijkteam", "zeshoek"),
}
COMPONENTS = (
    *("root", "paragraph", "heading-1", "heading-2", "heading-3", "link", "button", "data-badge", "table"),
    *("form-field", "form-label", "textbox", "select", "alert", "skip-link"),
)
VENDORED = ("voorbeeld-theme", *(f"utrecht-{name}" for name in COMPONENTS))
STYLES = (*(f"vendor/{name}.css" for name in VENDORED), "signaalbrug.css")


def render(page: str, **values: object) -> str:
    """The page as HTML; a value that the template misses is a programming error."""
    return environment().get_template(f"{page}.html").render(page=page, **values)


def static(name: str) -> str:
    """The address of a file under static/, which changes when its content does."""
    return f"/static/{name}?v={_version(name)}"


@cache
def environment() -> Environment:
    """Built once; every expression is escaped."""
    built = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    built.filters |= {"datum": _date, "tijd": _time, "segment": _segment}
    built.globals |= {"static": static, "STYLES": STYLES, "BRONNEN": BRONNEN}
    return built


@cache
def _version(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _date(day: date, pattern: str = "d MMM") -> str:
    return format_date(day, pattern, locale="nl")


def _time(at: datetime, pattern: str = "d MMM HH.mm") -> str:
    if at.tzinfo is None:
        raise ValueError("a time on a page needs its zone")
    return format_datetime(at, pattern, tzinfo=AMSTERDAM, locale="nl")


def _segment(text: str, safe: str = "") -> str:
    return quote(text, safe)
