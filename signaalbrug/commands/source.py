"""What a source organisation runs: look at a file, deliver it, ask what became of it. In Dutch: they read it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from signaalbrug.refusing import Unwilling


class Exit(IntEnum):
    """How a command of this group ends; 64 and up as in sysexits.h, so that 1 and 2 say nothing but this."""

    FINE = 0
    SOME_REFUSED = 1
    UNREADABLE = 2
    NOT_YET = 3
    UNKNOWN = 4
    USAGE = 64
    UNAVAILABLE = 69
    SOFTWARE = 70


@contextmanager
def _codes_apart() -> Iterator[None]:
    """What was typed wrongly is 64, what cannot be reached 69, a fault of ours 70: 1 and 2 are about the file.

    The text of an unforeseen error may hold a value of the file, so it is not said.
    """
    try:
        yield
    except Unwilling as refused:
        print(f"signaalbrug: {refused}", file=sys.stderr)
        raise typer.Exit(Exit.UNAVAILABLE) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as wrong:
        if hasattr(wrong, "exit_code"):  # typer's own: how it was typed
            wrong.exit_code = Exit.USAGE
            raise
        print(f"signaalbrug: dit is een fout in de software ({type(wrong).__name__}); meld haar.", file=sys.stderr)
        raise typer.Exit(Exit.SOFTWARE) from None


class _Group(TyperGroup):
    """The group, with codes of its own."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _codes_apart():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        with _codes_apart():
            return super().invoke(ctx)


app = typer.Typer(no_args_is_help=True, cls=_Group)

Source = Annotated[str, typer.Argument(metavar="BRON", help="De bron, bijvoorbeeld school_attendance.")]
File = Annotated[Path, typer.Argument(metavar="BESTAND", help="Het bestand.")]
Municipality = Annotated[
    str,
    typer.Option(help="De gemeentecode (vier cijfers) waaraan u levert.", envvar="SIGNAALBRUG_MUNICIPALITY"),
]
Json = Annotated[bool, typer.Option("--json", help="Als JSON, voor een ander programma.")]
Ids = Annotated[list[str], typer.Argument(metavar="KENMERK…", help="De kenmerken van de rijen.")]
HERE = "9990"
SETTING = "SIGNAALBRUG_DELIVER_TO"


@app.callback()
def _group() -> None:
    """Voor wie signalen levert: nakijken, leveren, en zien wat ervan geworden is."""


@app.command()
def check(
    source: Source,
    file: File,
    as_json: Json = False,
    html: Annotated[bool, typer.Option("--html", help="Als pagina, om te bewaren of te printen.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Schrijf naast het bestand een kopie met een kolom fouten.")
    ] = False,
    allow_fixture_bsns: Annotated[
        bool, typer.Option("--allow-fixture-bsns", help="Neem de verzonnen BSN's van officiële voorbeelden aan.")
    ] = False,
    municipality: Municipality = HERE,
) -> None:
    """Kijk een bestand na zonder netwerk: 0 alles in orde, 1 sommige rijen niet, 2 het hele bestand niet."""
    from signaalbrug.source_check import Asked, checked

    raise typer.Exit(checked(Asked(source, file, municipality, as_json, html, annotate, allow_fixture_bsns)))


@app.command()
def deliver(
    source: Source,
    file: File,
    to: Annotated[str | None, typer.Option(help="Leveringsmap of https-adres.", envvar=SETTING)] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wacht op het ontvangstnummer en druk het af.")] = False,
    wait_seconds: Annotated[float, typer.Option(help="Hoe lang wachten.", min=1, max=3600)] = 60,
    nothing_to_report: Annotated[
        bool, typer.Option("--nothing-to-report", help="Het bestand heeft geen rijen: er is niets te melden.")
    ] = False,
    municipality: Municipality = HERE,
) -> None:
    """Kijk een bestand na en lever het: 0 geleverd, 1 geleverd maar sommige rijen niet goed, 2 niet geleverd."""
    from signaalbrug.source_check import Asked
    from signaalbrug.source_deliver import delivered

    asked = Asked(source, file, municipality)
    raise typer.Exit(delivered(asked, to, wait_seconds if wait else 0, nothing_to_report))


@app.command()
def status(
    source: Source,
    receipt: Annotated[str, typer.Argument(metavar="ONTVANGSTNUMMER", help="Wat deliver of de gemeente u gaf.")],
    to: Annotated[
        str | None,
        typer.Option(help="Het https-adres waar u levert; zonder: het spoor op deze machine.", envvar=SETTING),
    ] = None,
    as_json: Json = False,
) -> None:
    """Zeg van elke rij wat ervan geworden is: 0 alles bekend, 3 nog bezig, 4 onbekend."""
    from signaalbrug.commands.asking import asked

    raise typer.Exit(asked(source, receipt, to, as_json))


@app.command()
def new(
    source: Annotated[str | None, typer.Argument(metavar="BRON", help="De bron.")] = None,
    folder: Annotated[Path | None, typer.Argument(metavar="MAP", help="Een map die er nog niet is.")] = None,
    connector: Annotated[
        str | None, typer.Option(help="Voor bouwers: de naam van een nieuwe koppeling; MAP is dan connectors/.")
    ] = None,
) -> None:
    """Maak een map met goede voorbeelden en een beschrijving, of de map van een nieuwe koppeling."""
    from signaalbrug.source_make import made

    raise typer.Exit(made(source, folder, connector))


From = Annotated[Path, typer.Option("--from", help="Het bestand waarin de rijen eerder zijn geleverd.")]
Output = Annotated[Path | None, typer.Option(help="Hoe het nieuwe bestand heet.")]


@app.command()
def correct(source: Source, ids: Ids, file: From, output: Output = None, municipality: Municipality = HERE) -> None:
    """Maak van rijen die u eerder leverde een bestand om te verbeteren: hetzelfde kenmerk, nieuwe inhoud."""
    from signaalbrug.source_make import Chosen, chosen

    raise typer.Exit(chosen(Chosen(source, frozenset(ids), file, output, municipality, withdraw=False)))


@app.command()
def withdraw(
    source: Source, ids: Ids, file: From, output: Output = None, municipality: Municipality = HERE
) -> None:
    """Maak van rijen die u eerder leverde een bestand dat ze intrekt."""
    from signaalbrug.source_make import Chosen, chosen

    raise typer.Exit(chosen(Chosen(source, frozenset(ids), file, output, municipality, withdraw=True)))


@app.command()
def derive(
    source: Source,
    file: File,
    region: Annotated[str, typer.Option(help="noord, midden of zuid (schoolvakanties).")],
    school_type: Annotated[str, typer.Option(help="po of vo.")],
    brin: Annotated[str, typer.Option(help="Het BRIN-nummer van de school.")],
    output: Output = None,
    xml: Annotated[bool, typer.Option("--xml", help="De levering in XML in plaats van CSV.")] = False,
) -> None:
    """Tel op de school verzuim per lesuur tot meldingen van 16 uur in 4 lesweken; de uren blijven daar."""
    from signaalbrug.source_make import derived

    raise typer.Exit(derived(source, file, region, school_type, brin, output, xml))


@app.command()
def certify(source: Source) -> None:
    """Voor bouwers: beproef alle beloften van een koppeling op haar eigen voorbeelden."""
    from signaalbrug.source_make import certified

    raise typer.Exit(certified(source))
