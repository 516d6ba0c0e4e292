"""A wijkteam's own worries at intake, as lines of JSON."""

import json
from collections.abc import Sequence
from typing import Any

from signaalbrug.demo.rows import Worry


def line_of(worry: Worry) -> dict[str, Any]:
    """One worry."""
    return {
        "id": worry.id,
        "burgerservicenummer": worry.person.bsn,
        "gezienOp": worry.seen_on.isoformat(),
        "leefgebied": worry.domain,
        "crisis": False,
        "vastgelegdOp": worry.recorded_at.isoformat(timespec="seconds"),
    }


def delivery(worries: Sequence[Worry]) -> bytes:
    """One file."""
    return b"".join(json.dumps(line_of(each), ensure_ascii=False).encode() + b"\n" for each in worries)
