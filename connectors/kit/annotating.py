"""The sender's own file with a column of what is wrong, or a list beside it; the file itself is never touched."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from connectors.formats import format_of
from connectors.kit.advice import WHAT_TO_DO
from connectors.kit.checking import Fault, Report
from connectors.kit.reports import place

COLUMN = "fouten"
_CHECKED, _LIST = ".gecontroleerd.csv", ".fouten.csv"
_HEAD = ("rij", "veld", "code", "wat", "wat te doen")
#: A cell that begins so is a formula to a spreadsheet.  Source  bad_inputs.md A10; ASVS 1.2.10
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
_MOST_NAMES = 1_000


class NoPlace(Exception):
    """Beside the file nothing can be written."""


def harmless(cell: str) -> str:
    """The cell as a spreadsheet shows it and does not run it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def annotate(path: Path, file: BinaryIO, report: Report) -> Path:
    """Write a CSV with its own column of faults, of another format a list of them; returns where.

    Raises  NoPlace
    """
    file.seek(0)
    column = format_of(file) == "csv" and not report.whole_refused
    out, target = _new_beside(path, _CHECKED if column else _LIST)
    with out:
        if column:
            _rows_with_column(file, out, report)
        else:
            csv.writer(out, delimiter=";").writerows([_HEAD, *map(_line, report.faults)])
    return target


def _new_beside(path: Path, suffix: str) -> tuple[TextIO, Path]:
    """A file that was not there before, for its owner alone; it may hold what the sender's file holds."""
    for number in range(1, _MOST_NAMES):
        target = path.with_name(path.stem + (f"-{number}" if number > 1 else "") + suffix)
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError:
            break
        return os.fdopen(descriptor, "w", encoding="utf-8-sig", newline=""), target
    raise NoPlace


def _rows_with_column(file: BinaryIO, out: TextIO, report: Report) -> None:
    """Every line of the sender, cell by cell, and behind it what is wrong with it."""
    of_row = defaultdict[int, list[Fault]](list)
    for fault in report.faults:
        of_row[fault.row].append(fault)
    file.seek(0)
    lines = (each for each in file.read().decode("utf-8-sig").split("\n") if each.strip())
    cells = _cells(lines)
    write = csv.writer(out, delimiter=";").writerow
    names = next(cells)
    write([*map(harmless, names), COLUMN])
    for row, read in enumerate(cells, 1):
        missing = [""] * (len(names) - len(read))
        write([*map(harmless, read), *missing, _said(of_row, row)])


def _cells(lines: Iterator[str]) -> Iterator[Sequence[str]]:
    for line in lines:
        try:
            yield next(csv.reader([line.removesuffix("\r")], delimiter=";"))
        except csv.Error:
            yield []  # a field that no reader takes: the fault stands in its row, the content in the file


def _said(of_row: Mapping[int, Sequence[Fault]], row: int) -> str:
    said = (f"{each.field or ''}: {each.reason.value}".removeprefix(": ") for each in of_row.get(row, ()))
    advice = dict.fromkeys(WHAT_TO_DO[each.reason] for each in of_row.get(row, ()))
    return " | ".join([*said, *advice])


def _line(fault: Fault) -> Sequence[str]:
    where = str(fault.row) if fault.row else place(fault)
    return (where, fault.field or "", fault.reason.value, fault.reason.label, WHAT_TO_DO[fault.reason])
