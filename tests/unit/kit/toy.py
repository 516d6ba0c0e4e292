"""A connector of one's own for JSON lines, whole or broken in one place, with its samples in a folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from connectors import json_lines
from connectors.bsn import Bsn
from connectors.connector import Connector, RawRecord, Refused, SignalDraft
from connectors.kit.subject import Subject
from connectors.manifest import Manifest
from schemas.vocabulary import Refusal, SignalKind, Source, VersionKind

LARGEST = 1_000_000
GOOD: dict[str, Any] = {"id": "T-1", "bsn": "999990019", "op": "2026-03-02", "gewijzigd": 1, "toelichting": "niets"}
REASONS = ("empty", "encoding", "size", "syntax", "field_missing", "bsn_invalid", "date_invalid")


def normalise(record: RawRecord, today: date) -> SignalDraft | Refused:
    """As a connector should."""
    said = record.content
    if (
        not isinstance(said, dict)
        or not isinstance(said.get("id"), str)
        or not isinstance(said.get("gewijzigd"), int)
    ):
        return Refused(record.row, Refusal.FIELD_MISSING, "id", record.raw)
    bsn = Bsn.parse(str(said.get("bsn", "")))
    if bsn is None:
        return Refused(record.row, Refusal.BSN_INVALID, "bsn", record.raw)
    try:
        day = date.fromisoformat(str(said.get("op")))
    except ValueError:
        return Refused(record.row, Refusal.DATE_INVALID, "op", record.raw)
    return SignalDraft(
        whom=bsn,
        source_id=said["id"],
        source=Source.DEBT_SERVICES,
        kind=VersionKind.REPORTED,
        signal_kind=SignalKind.ARREARS_RENT,
        observed_on=day,
        ended_on=None,
        crisis=False,
        mutated_at=datetime(2026, 3, 2, tzinfo=UTC).replace(hour=abs(said["gewijzigd"]) % 24),
    )


def whole() -> Connector:
    """A connector that keeps every promise."""
    return Connector(
        name="toy",
        largest_file=LARGEST,
        suffixes=(".jsonl",),
        delivered=partial(json_lines.delivered, LARGEST),
        read=partial(json_lines.read, LARGEST),
        normalise=normalise,
        again=json_lines.again,
    )


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def samples(folder: Path) -> Path:
    """Two files that follow each other, and one for each reason."""
    accepted, refused = folder / "accepted", folder / "refused"
    accepted.mkdir(parents=True)
    refused.mkdir()
    (accepted / "eerste.jsonl").write_bytes(lines(GOOD, GOOD | {"id": "T-2", "bsn": "999990020"}))
    (accepted / "tweede.jsonl").write_bytes(lines(GOOD | {"gewijzigd": 2, "op": "2026-03-03"}))
    content = {
        "empty": b"\n",
        "encoding": b"\xff\xfe{}",
        "size": lines(GOOD | {"toelichting": "x" * 70_000}),
        "syntax": b"{\n",
        "field_missing": lines({"bsn": "999990019"}),
        "bsn_invalid": lines(GOOD | {"bsn": "1"}),
        "date_invalid": lines(GOOD | {"op": "gisteren"}),
    }
    for reason in REASONS:
        (refused / f"{reason}.jsonl").write_bytes(content[reason])
    return folder


MANIFEST = Manifest(
    name="toy",
    largest_file=LARGEST,
    suffixes=(".jsonl",),
    takes=frozenset({"id", "bsn", "op", "gewijzigd"}),
    drops=frozenset({"toelichting"}),
    refuses=frozenset(map(Refusal, REASONS)),
)


@dataclass(frozen=True)
class Broken:
    """One thing done wrongly, and the promise that must find it."""

    check: str
    what: str
    spoil: Callable[[Subject], Subject]


def connector(**changes: Any) -> Callable[[Subject], Subject]:
    """Another connector: each change is made from the whole one."""
    return lambda subject: replace(subject, connector=replace(subject.connector, **changes))
