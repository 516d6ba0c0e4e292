"""`signaalbrug source deliver`: look at a file, then put it where it is taken in; prints its receipt.

Exit codes: 0 delivered, 1 delivered with rows that are refused, 2 not delivered: nothing of it would be used,
3 delivered and no receipt yet, 64 asked wrongly, 69 the other side does not take it now.
"""

import os
import time
from pathlib import Path
from typing import BinaryIO

from connectors.formats import format_of
from connectors.kit.checking import Report
from connectors.kit.delivering import NoFolder, awaited, folder_of, place
from connectors.kit.pushing import NotDelivered, Way, push
from connectors.kit.reports import notes, sentence
from connectors.kit.reports import place as where_of
from schemas.vocabulary import Refusal
from signaalbrug.source_check import NONE, Asked, Misused, answered, code_of, looked_at, opened, told
from signaalbrug.source_way import Away, way_to

NOT_YET = 3
_SHOWN = 10


def delivered(asked: Asked, to: str | None, wait_s: float, nothing: bool) -> int:
    """Deliver the file; returns the exit code."""

    def opened_and_delivered() -> int:
        with opened(asked.file) as file:
            return _delivered(asked, file, to, wait_s, nothing)

    return answered(opened_and_delivered)


def _delivered(asked: Asked, file: BinaryIO, to: str | None, wait_s: float, nothing: bool) -> int:
    report = looked_at(asked, file)
    if not to:
        raise Misused("zeg waarheen: --to MAP, --to https://… of de instelling SIGNAALBRUG_DELIVER_TO.")
    empty = report.whole_refused and report.faults[0].reason is Refusal.EMPTY
    if empty and not nothing:
        raise Misused("het bestand heeft geen rijen. Is er echt niets te melden? Voeg dan --nothing-to-report toe.")
    _say(report)
    if report.whole_refused and not empty:
        told("niet geleverd. Herstel eerst het bestand; signaalbrug source check zegt wat er te doen is.")
        return NONE
    code = 0 if empty else code_of(report)
    rows, suffix = (0 if empty else report.rows), _suffix(asked.file, file)
    if (way := way_to(os.environ, to)) is not None:
        return _pushed(asked.source, file, rows, suffix, way) or code
    return _placed(asked.source, file, rows, suffix, Path(to), wait_s) or code


def _say(report: Report) -> None:
    for text in (sentence(report), *notes(report)):
        told(text)
    for fault in report.faults[:_SHOWN]:
        told(f"  {where_of(fault)}: {fault.field or '–'} ({fault.reason.value})")
    if len(report.faults) > _SHOWN:
        told("  … en meer: signaalbrug source check geeft alles.")


def _suffix(path: Path, file: BinaryIO) -> str:
    """What the format is called; nothing else of the name goes along."""
    file.seek(0)
    return ".jsonl" if path.suffix.lower() in (".jsonl", ".ndjson") else f".{format_of(file)}"


def _placed(source: str, file: BinaryIO, rows: int, suffix: str, to: Path, wait_s: float) -> int:
    try:
        folder = folder_of(to, source)
        placed = place(file, rows, suffix, folder)
    except NoFolder:
        raise Misused("daar is geen leveringsmap (een map met `in` erin). Vraag de gemeente om het pad.") from None
    except PermissionError:
        raise Away("niet geleverd: in die map mag u niet schrijven. Vraag de gemeente om rechten.") from None
    except OSError:
        raise Away("niet geleverd: de map is niet bereikbaar of vol. Probeer het later opnieuw.") from None
    if wait_s <= 0:
        told("geleverd. Met --wait wacht dit programma op het ontvangstnummer.")
        return 0
    end = time.monotonic() + wait_s
    receipt = awaited(placed, lambda: time.monotonic() > end, time.sleep)
    if receipt is None:
        told("geleverd, maar nog niet verwerkt. Lever niet opnieuw: het bestand blijft staan tot het verwerkt is.")
        return NOT_YET
    print(receipt.id)
    return _refused_there() if receipt.refused else 0


def _refused_there() -> int:
    told("de gemeente weigerde het hele bestand; vraag haar waarom, met dit ontvangstnummer.")
    return NONE


def _pushed(source: str, file: BinaryIO, rows: int, suffix: str, way: Way) -> int:
    try:
        answer = push(way, source, file, rows, suffix)
    except NotDelivered as failed:
        again = " Probeer het straks opnieuw; hetzelfde bestand telt één keer." if failed.again else ""
        raise Away(f"niet aangenomen ({failed.status or 'geen verbinding'}): {failed.what}{again}") from None
    print(answer.receipt)
    return _refused_there() if answer.refused else 0
