"""Veilig Thuis's deliveries: JSON, one list of hand-overs, each with all that it is about."""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from signaalbrug.demo.rows import Handover

ADULT = 18
#: Source  Wmo 2015 art. 5.3.1
INFORM_WITHIN = timedelta(weeks=4)


def row_of(handover: Handover) -> dict[str, Any]:
    """One hand-over; everybody in it keeps the number of their place."""
    told_by = (handover.handed_on + INFORM_WITHIN).isoformat()
    row = {
        "meldingnummer": handover.number,
        "vervolg": "02",
        "vervolgOnderzoek": ["01"],
        "datumOverdracht": handover.handed_on.isoformat(),
        "grondslag": "Wmo2015-4.1.1-2-d",
        "betrokkeneGeinformeerd": handover.informed,
        "belEerst": not handover.informed,
        "bronBeschermd": True,
        "betrokkenen": [_person(number, handover) for number in range(1, len(handover.people) + 1)],
        "gewijzigdOp": handover.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "vtContact": "Veilig Thuis Waterrijk, dossierhouder van dienst",
    }
    return row if handover.informed else row | {"informerenUiterlijk": told_by}


def _person(number: int, handover: Handover) -> dict[str, Any]:
    who = handover.people[number - 1]
    role = "ouder" if who.age_on(handover.handed_on) >= ADULT else "kind"
    row = {"nummer": number, "burgerservicenummer": who.bsn, "rol": role}
    return row | {"ingetrokken": True} if who in handover.gone else row


def delivery(handovers: Sequence[Handover]) -> bytes:
    """One file."""
    return json.dumps([row_of(each) for each in handovers], ensure_ascii=False, indent=1).encode()
