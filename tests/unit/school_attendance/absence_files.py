"""What `derive` makes of an absence file of four lesson weeks in March 2026."""

import io
from datetime import date

from connectors.connector import Refused
from connectors.school_attendance.deriving import Derived, Output, Region, SchoolType, derive
from schemas.vocabulary import Refusal
from tests.support.deliveries import NOW
from tests.unit.school_attendance.meldingen import missed, weekdays

TODAY = NOW.date()
#: Four whole lesson weeks.
MARCH = weekdays("2026-03-02", "2026-03-27")
SIXTEEN = [missed("2026-03-09", 480), missed("2026-03-11", 240), missed("2026-03-11", 240, lesson=2)]


def derived(
    content: bytes,
    school_type: SchoolType = SchoolType.PO,
    region: Region = Region.MIDDEN,
    output: Output = Output.CSV,
    today: date = TODAY,
) -> Derived:
    found = derive(io.BytesIO(content), region, school_type, "99XX", today, output)
    assert isinstance(found, Derived), found
    return found


def refused(
    content: bytes, region: Region = Region.MIDDEN, today: date = TODAY
) -> list[tuple[int, Refusal, str | None]]:
    found = derive(io.BytesIO(content), region, SchoolType.PO, "99XX", today)
    assert not isinstance(found, Derived)
    assert all(isinstance(each, Refused) and each.raw == b"" for each in found)
    return [(each.row, each.reason, each.field) for each in found]
