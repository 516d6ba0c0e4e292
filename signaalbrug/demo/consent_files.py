"""The consent register's deliveries: JSON lines, one statement a line."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from signaalbrug.demo.rows import Statement

KINDS = {"given": "gegeven", "withdrawn": "ingetrokken", "objected": "bezwaar"}
SOURCES = {"school_attendance": "school", "debt_services": "schuldhulp", None: "alle"}
GIVEN_BY = {"self": "zelf", "representative": "vertegenwoordiger", "both": "beiden"}


def line_of(statement: Statement) -> dict[str, Any]:
    """One statement."""
    line = {
        "id": statement.id,
        "burgerservicenummer": statement.person.bsn,
        "verklaring": KINDS[statement.kind],
        "bron": SOURCES[statement.source],
        "doel": "correlatie",
        "geldigVanaf": statement.valid_from.isoformat(),
        "gegevenDoor": GIVEN_BY[statement.given_by],
        "vastgelegdOp": statement.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return line | ({"geldigTot": statement.valid_until.isoformat()} if statement.valid_until else {})


def delivery(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """One file."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
