"""Look at a file as intake would, without a network, and list every fault of every row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO

from connectors.connector import Connector, Draft, Feedback, RawRecord, Refused
from connectors.intake import take_in
from connectors.kit.dry_run import DryRun
from schemas.civil import civil_day
from schemas.vocabulary import Refusal


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: in which row (0 is the file), where in it, and why; never what stood there."""

    row: int
    field: str | None
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Report:
    """What intake would do with a file: rows = accepted + duplicates + refused, unless the whole is refused."""

    source: str
    municipality: str
    checked_at: datetime
    rows: int
    accepted: int
    duplicates: tuple[int, ...]
    described: int
    faults: tuple[Fault, ...]

    @property
    def whole_refused(self) -> bool:
        """Whether nothing of the file would be used."""
        return any(fault.row == 0 for fault in self.faults)

    @property
    def refused(self) -> tuple[int, ...]:
        """The rows that would be refused, each once."""
        return tuple(dict.fromkeys(fault.row for fault in self.faults if fault.row))


class _Noting:
    """A connector that remembers every fault which its rows were found to have."""

    def __init__(self, connector: Connector) -> None:
        self.found: dict[int, Refused] = {}
        self._normalise = connector.normalise
        self.connector = replace(connector, normalise=self._noting)

    def _noting(self, record: RawRecord, today: date) -> Draft | Feedback | Refused:
        said = self._normalise(record, today)
        if isinstance(said, Refused):
            self.found[record.row] = said
        return said


def check(connector: Connector, municipality: str, file: BinaryIO, size: int, run: DryRun, now: datetime) -> Report:
    """Take the file in without anything behind it, and tell what became of its rows."""
    noting = _Noting(connector)
    summary = take_in(noting.connector, file, size, run.effects()).summary
    refused = [Refused(each.row, each.reason, each.field) for each in summary.refused]
    rows, faults = summary.rows, list(refused)
    if summary.whole_refused:
        rows, of_rows = _rows_before_the_end(connector, file, size, civil_day(now))
        faults = [replace(faults[0], field=faults[0].field or (f"rij[{rows + 1}]" if rows else None)), *of_rows]
    return Report(
        source=connector.name,
        municipality=municipality,
        checked_at=now,
        rows=rows,
        accepted=summary.accepted,
        duplicates=summary.duplicates,
        described=run.vault.described,
        faults=tuple(dict.fromkeys(fault for each in faults for fault in _each(each, noting.found.get(each.row)))),
    )


def _each(refused: Refused, noted: Refused | None) -> Iterator[Fault]:
    """The fault that counts, then those beside it."""
    yield Fault(refused.row, refused.field, refused.reason)
    beside = (noted or refused).others
    yield from (Fault(refused.row, field, reason) for reason, field in beside)


def _rows_before_the_end(connector: Connector, file: BinaryIO, size: int, today: date) -> tuple[int, list[Refused]]:
    """How many rows can be read of a file that is refused as a whole, and which of them would be refused too."""
    if size > connector.largest_file:
        return 0, []
    file.seek(0)
    rows, refused = 0, []
    for each in connector.read(file):
        if each.row == 0:
            break
        rows += 1
        said = each if isinstance(each, Refused) else connector.normalise(each, today)
        refused += [said] if isinstance(said, Refused) else []
    return rows, refused
