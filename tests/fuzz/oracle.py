"""What must hold of any bytes at all: read and normalise end, with a closed reason where they say no."""

import io
import re
from datetime import date

from connectors.connector import Delivered, RawRecord, Refused
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS

TODAY = date(2026, 5, 1)
#: A place in a format; a value of somebody's would seldom look like it.
_PLACE = re.compile(r"[\w./\[\] ()?:'&,-]{1,120}")


def tried(source: str, content: bytes, twice: bool = False) -> Refusal | int:
    """Why the whole was refused, else how many rows were drafts.

    Raises  whatever escapes, and AssertionError when an answer is none
    """
    connector, drafts, rows = CONNECTORS[source], 0, 0
    for row in connector.read(io.BytesIO(content)):
        assert row.row in (0, rows + 1), "rows are counted from one"
        if row.row == 0:
            assert isinstance(row, Refused)
            _closed(row)
            if twice:
                again = connector.delivered(io.BytesIO(content))
                assert isinstance(again, Refused) and (again.reason, again.field) == (row.reason, row.field)
            return row.reason
        rows += 1
        outcome = connector.normalise(row, TODAY) if isinstance(row, RawRecord) else row
        if isinstance(outcome, Refused):
            assert outcome.row == row.row
            _closed(outcome)
        else:
            drafts += 1
        if twice and isinstance(row, RawRecord):
            _as_it_was(source, row)
    if twice:
        said = connector.delivered(io.BytesIO(content))
        assert isinstance(said, Delivered) and said.rows == rows
    return drafts


def _closed(refused: Refused) -> None:
    assert type(refused.reason) is Refusal and refused.reason is not Refusal.UNKNOWN
    assert refused.field is None or _PLACE.fullmatch(refused.field), "a place in the format"


def _as_it_was(source: str, row: RawRecord) -> None:
    """What is kept of a row can be read again without an exception: a redrive is no way to crash either."""
    again = CONNECTORS[source].again(row.row, row.raw)
    if isinstance(again, Refused):
        _closed(again)
    else:
        CONNECTORS[source].normalise(again, TODAY)
