"""`signaalbrug source check`: look at a file without a network, and say everything that is wrong with it.

Exit codes: 0 everything is taken, 1 some rows are refused, 2 the file cannot be read or is refused as a whole.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from connectors.connector import Connector
from connectors.kit.annotating import NoPlace, annotate
from connectors.kit.checking import Report, check
from connectors.kit.dry_run import DryRun
from connectors.kit.fixtures import with_fixtures
from connectors.kit.reports import as_page, as_plain, as_table
from connectors.manifest import label_of
from connectors.sources import SOURCES, connectors_for

ALL, SOME, NONE, MISUSED = 0, 1, 2, 64
_MUNICIPALITY = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked at the command line."""

    source: str
    file: Path
    municipality: str
    as_json: bool = False
    as_html: bool = False
    annotate: bool = False
    fixtures: bool = False


class Ended(Exception):
    """The command cannot go on; its text says why, `code` is how it ends."""

    code: int


class Misused(Ended):
    """The command was asked for something that does not exist; its text says what does."""

    code = MISUSED


class Unreadable(Ended):
    """The file cannot be opened; its text says why."""

    code = NONE


def told(text: str) -> None:
    """Something about the command, not of its answer: on standard error."""
    print(f"signaalbrug: {text}", file=sys.stderr)


def answered(work: Callable[[], int]) -> int:
    """How *work* ends; when it cannot go on, after saying why."""
    try:
        return work()
    except Ended as why:
        told(str(why))
        return why.code


def checked(asked: Asked) -> int:
    """Print what would become of the file; returns the exit code."""
    return answered(lambda: _checked(asked))


def _checked(asked: Asked) -> int:
    connector_of(asked.source, asked.municipality, asked.fixtures)
    with opened(asked.file) as file:
        report = looked_at(asked, file)
        if asked.annotate:
            told(f"geschreven: {_annotated(asked.file, file, report)}")
    _print(asked, report)
    return code_of(report)


def _annotated(path: Path, file: BinaryIO, report: Report) -> Path:
    try:
        return annotate(path, file, report)
    except NoPlace:
        why = "naast het bestand kan niet worden geschreven. Kopieer het naar een map van uzelf en probeer opnieuw."
        raise Misused(why) from None


def code_of(report: Report) -> int:
    """How a check ends."""
    return NONE if report.whole_refused else SOME if report.faults else ALL


def connector_of(source: str, municipality: str, fixtures: bool = False) -> Connector:
    """The connector of this source.

    Raises  Misused
    """
    if source not in SOURCES:
        raise Misused(f"er is geen bron met die naam. Er zijn: {', '.join(sorted(SOURCES))}.")
    if _MUNICIPALITY.fullmatch(municipality) is None:
        raise Misused("de gemeentecode is geen vier cijfers. Schrijf bijvoorbeeld --municipality 9990.")
    if not fixtures:
        return connectors_for(municipality)[source]
    connector = with_fixtures(source, municipality)
    if connector is None:
        raise Misused("van deze bron zijn geen voorbeelden met verzonnen BSN's. Laat --allow-fixture-bsns weg.")
    return connector


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading.

    Raises  Unreadable
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Unreadable("dat bestand is er niet. Controleer de naam en de map.") from None
    except IsADirectoryError:
        raise Unreadable("dat is een map. Geef één bestand.") from None
    except PermissionError:
        raise Unreadable("dat bestand mag u niet lezen. Vraag om leesrechten of kopieer het.") from None
    except (OSError, ValueError):
        raise Unreadable("dat bestand kan niet worden geopend.") from None
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable("dat is geen gewoon bestand.")
        yield file


def looked_at(asked: Asked, file: BinaryIO) -> Report:
    """The report of one file."""
    connector = connector_of(asked.source, asked.municipality, asked.fixtures)
    size = os.fstat(file.fileno()).st_size
    return check(connector, asked.municipality, file, size, DryRun(), datetime.now(UTC))


def _print(asked: Asked, report: Report) -> None:
    if asked.as_json:
        print(json.dumps(as_plain(report), indent=2, ensure_ascii=False))
    elif asked.as_html:
        print(as_page(report, label_of(report.source)))
    else:
        from rich.console import Console

        console = Console()
        wide = console if console.is_terminal else Console(width=160)
        wide.print(as_table(report))
