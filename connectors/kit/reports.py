"""A report as JSON, as a page that stands alone, and as a table on the screen; no value of the file is in any."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from connectors.kit.advice import WHAT_TO_DO
from connectors.kit.checking import Fault, Report
from schemas.civil import AMSTERDAM

HERE = Path(__file__).parent
#: What every JSON report fulfils.
SCHEMA = HERE / "report.schema.json"
_PAGE = "report.html.j2"
#: More than this nobody reads from a screen; the other forms hold all.
MOST_ON_SCREEN = 200


def verdict(report: Report) -> str:
    """One word for machines."""
    if report.whole_refused:
        return "geheel_geweigerd"
    return "deels_geweigerd" if report.faults else "aangenomen"


def _are(rows: int) -> str:
    return f"{'is' if rows == 1 else 'zijn'} er {rows}"


def _become(rows: int) -> str:
    return f"{'wordt' if rows == 1 else 'worden'} er {rows}"


def sentence(report: Report) -> str:
    """What would become of the file, as one says it."""
    if report.whole_refused:
        return "Het hele bestand wordt geweigerd; er wordt geen enkele rij gebruikt."
    if not report.rows:
        return "Het bestand is in orde en meldt niets."
    refused = len(report.refused)
    if not refused:
        return "De enige rij is in orde." if report.rows == 1 else f"Alle {report.rows} rijen zijn in orde."
    if report.rows == 1:
        return "De enige rij wordt geweigerd."
    return f"Van {report.rows} rijen {_are(report.rows - refused)} in orde en {_become(refused)} geweigerd."


def notes(report: Report) -> list[str]:
    """What the sender may want to know beside the faults."""
    said = []
    if report.duplicates:
        said.append(
            f"{len(report.duplicates)} × zegt een rij niets nieuws; zij telt mee en wordt niet weer gebruikt."
        )
    if report.described:
        said.append(f"{report.described} × staat er geen BSN; de gemeente zoekt op om wie het gaat.")
    return said


def place(fault: Fault) -> str:
    """Where, for people: the whole file or a row."""
    return f"rij {fault.row}" if fault.row else "hele bestand"


def as_plain(report: Report) -> Mapping[str, Any]:
    """What JSON can say; `report.schema.json` describes it."""
    return {
        "bron": report.source,
        "gemeente": report.municipality,
        "gecontroleerd_op": report.checked_at.isoformat(timespec="seconds"),
        "oordeel": verdict(report),
        "rijen": report.rows,
        "in_orde": 0 if report.whole_refused else report.rows - len(report.refused),
        "dubbele_rijen": list(report.duplicates),
        "zonder_bsn": report.described,
        "geweigerde_rijen": list(report.refused),
        "fouten": [_plain(fault) for fault in report.faults],
    }


def _plain(fault: Fault) -> Mapping[str, Any]:
    return {
        "rij": fault.row,
        "veld": fault.field,
        "code": fault.reason.value,
        "wat": fault.reason.label,
        "wat_te_doen": WHAT_TO_DO[fault.reason],
    }


def as_page(report: Report, label: str) -> str:
    """One HTML file without anything from outside it: to read, to print, to keep."""
    faults = [{"waar": place(fault), **_plain(fault)} for fault in report.faults]
    rendered: str = _template().render(
        said=as_plain(report),
        label=label,
        sentence=sentence(report),
        notes=notes(report),
        faults=faults,
        when=report.checked_at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M"),
    )
    return rendered


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    room = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return room.get_template(_PAGE)


def as_table(report: Report) -> Any:
    """What a rich console prints."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    said = [Text(sentence(report), style="bold"), *map(Text, notes(report))]
    if not report.faults:
        return Group(*said)
    table = Table(show_lines=False, header_style="bold", expand=False)
    for name in ("Waar", "Veld", "Code", "Wat te doen"):
        table.add_column(name, overflow="fold", no_wrap=name == "Waar")
    for fault in report.faults[:MOST_ON_SCREEN]:
        row = (place(fault), fault.field or "–", fault.reason.value, WHAT_TO_DO[fault.reason])
        table.add_row(*map(Text, row))
    left = len(report.faults) - MOST_ON_SCREEN
    more = [Text(f"… en nog {left} fouten; --json en --annotate geven ze alle.")] if left > 0 else []
    return Group(*said, table, *more)
