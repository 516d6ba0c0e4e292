"""The consent register's deliveries: JSON lines, one statement a line."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from signaalbrug.demo.people import Custody
from signaalbrug.demo.rows import Statement

ADULT = 18
KINDS = {"given": "gegeven", "withdrawn": "ingetrokken", "objected": "bezwaar"}
SOURCES = {"school_attendance": "school", "debt_services": "schuldhulp", None: "alle"}
#: With gezamenlijk gezag both parents declare.
GIVEN_BY = {
    ("self", False): "zelf",
    ("representative", False): "vertegenwoordiger",
    ("representative", True): "beide_vertegenwoordigers",
    ("both", False): "beiden",
    ("both", True): "zelf_en_beide_vertegenwoordigers",
}
GEZAG = {Custody.ONE: "eenhoofdig", Custody.BOTH: "gezamenlijk", Custody.NONE: "niet_te_bepalen"}


def line_of(statement: Statement) -> dict[str, Any]:
    """One statement."""
    who = statement.person
    jointly = statement.given_by != "self" and who.custody is Custody.BOTH
    line = {
        "id": statement.id,
        "burgerservicenummer": who.bsn,
        "verklaring": KINDS[statement.kind],
        "bron": SOURCES[statement.source],
        "doel": "correlatie",
        "geldigVanaf": statement.valid_from.isoformat(),
        "gegevenDoor": GIVEN_BY[statement.given_by, jointly],
        "vastgelegdOp": statement.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if who.age_on(statement.recorded_at.date()) < ADULT:
        line |= {"geboortedatum": who.born.isoformat(), "gezag": GEZAG[who.custody]}
    return line | ({"geldigTot": statement.valid_until.isoformat()} if statement.valid_until else {})


def delivery(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """One file."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
