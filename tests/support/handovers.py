"""Hand-overs as Veilig Thuis writes them."""

import json
from typing import Any

from tests.support.deliveries import NUMBERS


def person(bsn: str | None = NUMBERS[1], **changes: Any) -> dict[str, Any]:
    """One of those a hand-over is about."""
    who = {"burgerservicenummer": bsn, "rol": "kind"} | changes
    return {name: value for name, value in who.items() if value is not None}


def handover(*persons: Any, **changes: Any) -> dict[str, Any]:
    """One hand-over; None takes a field away."""
    row = {
        "meldingnummer": "ML90001",
        "vervolg": "02",
        "vervolgOnderzoek": ["01"],
        "datumOverdracht": "2026-03-12",
        "grondslag": "Wmo2015-4.1.1-2-d",
        "betrokkeneGeinformeerd": False,
        "informerenUiterlijk": "2026-04-09",
        "bronBeschermd": True,
        "betrokkenen": list(persons) or [person()],
    }
    return {name: value for name, value in (row | changes).items() if value is not None}


def handover_file(*handovers: Any) -> bytes:
    """One object, or a list of them."""
    return json.dumps(handovers[0] if len(handovers) == 1 else handovers, ensure_ascii=False).encode()
