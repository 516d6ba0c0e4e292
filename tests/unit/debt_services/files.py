"""Debt-services files in each of their formats, and a row of them normalised by itself."""

import io
import json
from datetime import date
from typing import Any

from connectors.connector import Connector, Feedback, RawRecord, Refused, SignalDraft
from connectors.debt_services.way_in import way_in
from tests.support.deliveries import NUMBERS, ddas

TODAY = date(2026, 5, 1)
CONNECTOR = way_in("9990")
Meant = SignalDraft | Feedback | Refused


def v09(*rows: dict[str, Any], cases: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The same document as `ddas`, in the names of v0.9."""
    document = ddas(*rows)
    (levering,) = document["leveringen"]
    organisation = levering.pop("aanleverendeOrganisatie")
    organisation["contactpersoonen"] = organisation.pop("contactpersonen")
    levering |= {"aanleverende_organisatie": organisation, "vroegsignaalzaken": list(cases)}
    return document


def with_cases(*rows: dict[str, Any], cases: list[dict[str, Any]], **said: Any) -> bytes:
    """A v1.2 document with what became of signals in it."""
    document = ddas(*rows, **said)
    document["leveringen"][0]["vroegsignaalzaken"] = cases
    return json.dumps(document).encode()


LINE = {
    "kenmerk": "H-1",
    "burgerservicenummer": NUMBERS[0],
    "soort": "Huur",
    "bedrag": "640",
    "ontstaansdatum": "2026-01-28",
    "signaaldatum": "2026-03-05",
    "contact_gezocht": "ja",
    "op_schuldhulp_gewezen": "ja",
    "schriftelijk_herinnerd": "ja",
    "doorgeven_aangeboden": "ja",
}


def csv_file(*lines: dict[str, str]) -> bytes:
    """A CSV of lines that are each the ordinary one with changes."""
    rows = [LINE | line for line in lines]
    columns = sorted({name for row in rows for name in row})
    told = [";".join(columns), *(";".join(row.get(name, "") for name in columns) for row in rows)]
    return "".join(f"{line}\r\n" for line in told).encode()


def rows_in(content: bytes, connector: Connector = CONNECTOR) -> list[RawRecord | Refused]:
    return list(connector.read(io.BytesIO(content)))


def meant(content: bytes, connector: Connector = CONNECTOR) -> list[Meant]:
    """What every row of a file means."""
    said: list[Any] = [
        each if isinstance(each, Refused) else connector.normalise(each, TODAY)
        for each in rows_in(content, connector)
    ]
    return said


def only(content: bytes) -> Meant:
    (one,) = meant(content)
    return one


def drafted(content: bytes) -> SignalDraft:
    one = only(content)
    assert isinstance(one, SignalDraft), one
    return one


def refused(content: bytes) -> list[tuple[str, str | None]]:
    """Every fault of the only row."""
    one = only(content)
    assert isinstance(one, Refused), one
    return [(one.reason.value, one.field), *((reason.value, field) for reason, field in one.others)]
