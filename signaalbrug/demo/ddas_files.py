"""Debt services' deliveries in DDAS vroegsignalering v1.2 JSON."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from signaalbrug.demo.people import MUNICIPALITY
from signaalbrug.demo.rows import Arrears

ORGANISATION = {
    "naam": "Gemeente Waterrijk, team Vroegsignalering",
    "kvk-nummer": "00000000",
    "contactpersonen": [
        {
            "naam": "T. Ester",
            "telefoonnummer": "0990000000",
            "email": "vroegsignalering@waterrijk.example",
            "functietitel": "Coördinator",
        }
    ],
}


def row_of(arrears: Arrears) -> dict[str, Any]:
    """One vroegsignaal."""
    return {
        "ID": arrears.id,
        "client": {"burgerservicenummer": arrears.person.bsn},
        "signaalpartner": {"type": arrears.partner},
        "crisissignaal": arrears.crisis,
        "warmeOverdracht": False,
        "bedrag": arrears.amount,
        "ontstaansdatum": arrears.arose_on.isoformat(),
        "signaaldatum": arrears.signalled_on.isoformat(),
        "status": "Nog niet opgepakt",
    }


def delivery(
    rows: Sequence[dict[str, Any]], today: date, delivered_at: datetime, municipality: str = MUNICIPALITY
) -> bytes:
    """One file.

    Source  formats.md 2.2
    """
    content = {
        "codeGegevensleverancier": "WATERRIJK-VS",
        "startdatumLevering": (today - timedelta(days=365)).isoformat(),
        "einddatumLevering": today.isoformat(),
        "aanleverdatumEnTijd": delivered_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "leveringen": [
            {
                "teller": 1,
                "gemeentecode": municipality,
                "aanleverendeOrganisatie": ORGANISATION,
                "vroegsignalen": list(rows),
                "vroegsignaalzaken": [],
            }
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
