"""One melding written both ways under the same names of fields, and what `normalise` makes of it."""

import io
from collections.abc import Callable

import pytest

from connectors.connector import Draft, Feedback, RawRecord, Refused, SignalDraft
from connectors.school_attendance import dialects
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NOW, duo_file, melding
from tests.unit.school_attendance.meldingen import csv_file, csv_row

SCHOOL = CONNECTORS["school_attendance"]
TODAY = NOW.date()

Write = Callable[..., bytes]


def xml(**changes: str) -> bytes:
    """A melding as XML, by the same names as `csv_row` has."""
    text = duo_file(melding()).decode()
    ends = "</MeldingRelatiefVerzuim>"
    for name, value in changes.items():
        element = getattr(dialects.XML, name)
        head, found, tail = text.partition(f"<{element}>")
        if found:
            text = head + found + value + tail[tail.index("<") :]
        else:
            text = text.replace(ends, f"<{element}>{value}</{element}>{ends}")
    return text.encode()


def csv_melding(**changes: str) -> bytes:
    return csv_file(csv_row(**changes))


BOTH = pytest.mark.parametrize("write", [xml, csv_melding], ids=["xml", "csv"])


def said(content: bytes) -> Draft | Feedback | Refused:
    (row,) = SCHOOL.read(io.BytesIO(content))
    assert isinstance(row, RawRecord)
    return SCHOOL.normalise(row, TODAY)


def drafted(content: bytes) -> SignalDraft:
    draft = said(content)
    assert isinstance(draft, SignalDraft)
    return draft


def refused(content: bytes) -> tuple[Refusal, str | None]:
    no = said(content)
    assert isinstance(no, Refused)
    return no.reason, no.field
