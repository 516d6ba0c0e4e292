"""`signaalbrug source status`: what became of each row of one delivery, for the source that delivered it.

At the municipality it reads the trail; a source elsewhere asks the HTTPS front, which reads the same.
Exit codes: 0 every row has a fate, 3 some are under way, 4 this source has no such delivery.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from connectors.kit.advice import WHAT_TO_DO
from schemas.codec import Codec
from schemas.events.delivery import Delivery, Quarantined, RefusedRow
from schemas.vocabulary import DeliveryKind, OutcomeKind, Reason, Refusal, Stage
from streams.trail.fates import Fate, fates
from streams.trail.kept import Held, Kept
from streams.trail.reading import delivered

FINE, NOT_YET, UNKNOWN = 0, 3, 4
#: What a row can be beside the outcomes of a signal, in words for people.
_AT_THE_DOOR: Mapping[str, str] = {
    "refused": "geweigerd",
    "duplicate": "zegt niets nieuws",
    "recorded": "vastgelegd als verklaring",
    "under_way": "wordt verwerkt",
}
MOST_ON_SCREEN = 200


@dataclass(frozen=True, slots=True)
class RowFate:
    """What became of one row (0 is the whole file): a closed word and a closed reason, never whom it is about."""

    row: int
    outcome: str
    reason: str | None = None
    field: str | None = None
    what_to_do: str | None = None

    @property
    def said(self) -> str:
        """The outcome as one says it."""
        return _AT_THE_DOOR.get(self.outcome) or OutcomeKind(self.outcome).label

    @property
    def why(self) -> str | None:
        """The reason as one says it."""
        if self.reason is None:
            return None
        return Refusal(self.reason).label if self.outcome == "refused" else Reason(self.reason).label


@dataclass(frozen=True, slots=True)
class Status:
    """A delivery and its rows; until it is closed nothing is known of them."""

    source: str
    receipt: str
    closed_at: datetime | None = None
    count: int = 0
    rows: tuple[RowFate, ...] = ()

    @property
    def code(self) -> int:
        """How the command ends."""
        done = self.closed_at is not None and all(each.outcome != "under_way" for each in self.rows)
        return FINE if done else NOT_YET


def told(source: str, receipt: str, kept: Sequence[Kept]) -> Status | None:
    """The status from records of the trail; None when this source has no such delivery."""
    deliveries = [each.event for each in kept if isinstance(each.event, Delivery) and each.event.receipt == receipt]
    if not any(each.source == source for each in deliveries):
        return None
    closed = next((each for each in deliveries if each.kind is DeliveryKind.CLOSED), None)
    if closed is None:
        return Status(source, receipt)
    found = {each.row: _refused(each) for each in closed.refused}
    found |= {row: RowFate(row, "duplicate") for row in closed.duplicates}
    found |= _accepted(receipt, kept)
    if not closed.refused or closed.refused[0].row != 0:
        found |= {row: RowFate(row, "under_way") for row in range(1, closed.rows + 1) if row not in found}
    return Status(source, receipt, closed.closed_at, closed.rows, tuple(found[row] for row in sorted(found)))


def _refused(refused: RefusedRow) -> RowFate:
    return RowFate(refused.row, "refused", refused.reason.value, refused.field, WHAT_TO_DO[refused.reason])


def _accepted(receipt: str, kept: Sequence[Kept]) -> Mapping[int, RowFate]:
    """The rows that reached the log, each by what became of its signal."""
    became, found = fates(kept), dict[int, RowFate]()
    for record in kept:
        if record.receipt != receipt or record.row is None:
            continue
        node, _, id = record.name.node.partition("/")
        if isinstance(record.event, Quarantined):
            if record.event.stage in (Stage.DECODE, Stage.DECIDE):
                found[record.row] = _refused(RefusedRow(record.row, record.event.reason, record.event.field))
        elif node == "signal" and record.held is not Held.TOMBSTONE and record.row not in found:
            found[record.row] = _of_signal(record, became.get(id))
        elif node == "consent" and record.row not in found:
            found[record.row] = RowFate(record.row, "recorded")
    return found


def _of_signal(record: Kept, fate: Fate | None) -> RowFate:
    row = record.row or 0
    if fate is not None and fate.version != record.name.rev:
        return RowFate(row, OutcomeKind.SUPERSEDED.value, Reason.NEWER_VERSION.value)
    if fate is None or fate.kind is None:
        return RowFate(row, "under_way")
    return RowFate(row, fate.kind.value, fate.reason.value if fate.reason else None)


def read_from(connection: psycopg.Connection[Any], codec: Codec, receipt: str) -> Sequence[Kept]:
    """Everything in the trail that one needs to know of a delivery, and nothing of another's."""
    rows = list(delivered(connection, codec, "where node = %s or receipt = %s", f"delivery/{receipt}", receipt))
    nodes = {each.name.node for each in rows if each.name.node.startswith("signal/")}
    wanted = sorted(nodes | {each.replace("signal/", "outcome/", 1) for each in nodes})
    known = {each.at: each for each in rows}
    known |= {each.at: each for each in delivered(connection, codec, "where node = any(%s)", wanted)}
    return [known[at] for at in sorted(known)]


def show(status: Status | None, as_json: bool) -> int:
    """Print it; returns the exit code."""
    if status is None:
        print("Deze bron heeft geen levering met dit ontvangstnummer.")
        return UNKNOWN
    if as_json:
        print(json.dumps(as_plain(status), indent=2, ensure_ascii=False))
    else:
        _print(status)
    return status.code


def as_plain(status: Status) -> Mapping[str, Any]:
    """What JSON can say."""
    return {
        "bron": status.source,
        "ontvangstnummer": status.receipt,
        "gesloten_op": status.closed_at.isoformat() if status.closed_at else None,
        "rijen": status.count if status.closed_at else None,
        "telling": _counted(status.rows),
        "per_rij": [_plain(each) for each in status.rows],
    }


def from_plain(said: Mapping[str, Any]) -> Status:
    """The status that `as_plain` told, at the other end of a connection.

    Raises  KeyError, TypeError, ValueError when it is none
    """
    closed = said["gesloten_op"]
    rows = tuple(
        RowFate(int(each["rij"]), each["uitkomst"], each["reden"], each["veld"], each["wat_te_doen"])
        for each in said["per_rij"]
    )
    for each in rows:
        _ = each.said, each.why  # a word that this release does not know is said now, not halfway a table
    at = None if closed is None else datetime.fromisoformat(closed)
    return Status(said["bron"], said["ontvangstnummer"], at, int(said["rijen"] or 0), rows)


def _counted(rows: Iterable[RowFate]) -> Mapping[str, int]:
    return dict(sorted(Counter(each.outcome for each in rows).items()))


def _plain(row: RowFate) -> Mapping[str, Any]:
    return {
        "rij": row.row,
        "uitkomst": row.outcome,
        "reden": row.reason,
        "veld": row.field,
        "uitleg": ": ".join(filter(None, (row.said, row.why))),
        "wat_te_doen": row.what_to_do,
    }


def _print(status: Status) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console = console if console.is_terminal else Console(width=160)
    if status.closed_at is None:
        console.print("De levering is ontvangen en wordt verwerkt.")
        return
    console.print(Text(f"{_rows(status.count)}: {_sentence(status.rows)}", style="bold"))
    table = Table(header_style="bold")
    for name in ("Rij", "Uitkomst", "Reden", "Veld", "Wat te doen"):
        table.add_column(name, overflow="fold")
    for each in status.rows[:MOST_ON_SCREEN]:
        where = str(each.row) if each.row else "hele bestand"
        cells = (where, each.said, each.why or "", each.field or "", each.what_to_do or "")
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(status.rows) > MOST_ON_SCREEN:
        console.print(f"… en nog {_rows(len(status.rows) - MOST_ON_SCREEN)}; --json geeft alles.")


def _rows(count: int) -> str:
    return "1 rij" if count == 1 else f"{count} rijen"


def _sentence(rows: Sequence[RowFate]) -> str:
    counted = Counter(each.said for each in rows)
    return ", ".join(f"{count} {said}" for said, count in counted.most_common())
