"""A row read again from the bytes that were kept of it says the same: what redrive relies on."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.school_attendance
from connectors.connector import RawRecord, Refused
from connectors.school_attendance.codes import KIND_OF_CHOICE, KIND_OF_CODE, VERSION_OF_CHOICE, VERSION_OF_CODE
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NOW, NUMBERS, duo_file, melding
from tests.unit.school_attendance.meldingen import SCHOOL_NUMBER, csv_file, csv_row

SCHOOL = CONNECTORS["school_attendance"]
TODAY = NOW.date()
SAMPLES = Path(connectors.school_attendance.__file__).parent / "samples"
DAYS = st.dates(min_value=TODAY.replace(year=2024), max_value=TODAY).map(str) | st.sampled_from(["", "gisteren"])
PERSONS = st.sampled_from([*NUMBERS, SCHOOL_NUMBER, "123456789"])


def rows(content: bytes) -> Iterator[RawRecord | Refused]:
    return SCHOOL.read(io.BytesIO(content))


def read_again(row: RawRecord) -> None:
    """Assert that the row's own bytes give the row, its number, and the same draft or refusal."""
    again = SCHOOL.again(row.row, row.raw)
    assert again == row
    assert SCHOOL.normalise(again, TODAY) == SCHOOL.normalise(row, TODAY)


@pytest.mark.parametrize(
    "path", [path for kind in ("accepted", "refused") for path in sorted((SAMPLES / kind).iterdir())], ids=str
)
def test_every_row_of_every_sample_is_read_again_as_it_was(path: Path) -> None:
    for row in rows(path.read_bytes()):
        if isinstance(row, RawRecord):
            read_again(row)
        elif row.raw:
            again = SCHOOL.again(row.row, row.raw)
            assert again == row


@settings(max_examples=200, deadline=None)
@given(
    number=st.text("0123456789-AZaz ", max_size=45),
    kind=st.sampled_from([*KIND_OF_CODE, "V1", "x & <y>"]),
    status=st.sampled_from([*VERSION_OF_CODE, "D", ""]),
    bsn=PERSONS,
    begin=DAYS,
    end=DAYS,
    prefix=st.sampled_from(["", "vsv"]),
)
def test_any_xml_row_with_whatever_namespaces(prefix: str, **said: str) -> None:
    row = melding(
        said["number"],
        said["bsn"],
        said["kind"].replace("&", "&amp;").replace("<", "&lt;"),
        **{"begin": said["begin"] or "x", "end": said["end"], "status": said["status"]},
    )
    if prefix:
        row = row.replace("</", f"\0{prefix}:").replace("<", f"<{prefix}:").replace("\0", "</")
    content = duo_file(row).replace(
        b"DC0011LeveringMeldingRelatiefVerzuim>",
        b'DC0011LeveringMeldingRelatiefVerzuim xmlns="urn:een" xmlns:vsv="urn:twee" xmlns:los="urn:drie">',
        1,
    )
    (read,) = rows(content)
    assert isinstance(read, RawRecord)
    read_again(read)


@settings(max_examples=200, deadline=None)
@given(
    number=st.text("0123456789-AZaz ", max_size=45),
    kind=st.sampled_from([*KIND_OF_CHOICE, *KIND_OF_CODE, "V1", 'x; "y"']),
    status=st.sampled_from([*VERSION_OF_CHOICE, "D"]),
    bsn=PERSONS,
    begin=DAYS,
    end=DAYS,
)
def test_any_csv_row(**said: str) -> None:
    (read,) = rows(csv_file(csv_row(**said)))
    assert isinstance(read, RawRecord)
    read_again(read)


@pytest.mark.parametrize("kept", [b"", b"[]", b"[1]", b"5", b'{"Meldingsnummer": 5}', b'{"a": {"b": "c"}}', b"{"])
def test_bytes_that_are_no_kept_row_are_refused(kept: bytes) -> None:
    again = SCHOOL.again(7, kept)
    assert isinstance(again, Refused) and again.row == 7
    assert again.reason in {Refusal.SYNTAX, Refusal.EMPTY}


@pytest.mark.parametrize(
    "kept",
    [b"<Selectieperiode/>", b"<x/>", b"<Verzuimgeval>", b"<Verzuimgeval/></a>", b"<Verzuimgeval/><Verzuimgeval/>"],
)
def test_xml_that_is_no_kept_row_is_refused(kept: bytes) -> None:
    again = SCHOOL.again(7, kept)
    assert isinstance(again, Refused) and again.row == 7


def test_elements_without_any_namespace_and_with_one_are_the_same_melding() -> None:
    (plain,) = rows(duo_file(melding()))
    (spaced,) = rows(duo_file(melding()).replace(b"Verzuim>", b'Verzuim xmlns="urn:een">', 1))
    assert isinstance(plain, RawRecord) and isinstance(spaced, RawRecord)
    assert SCHOOL.normalise(plain, TODAY) == SCHOOL.normalise(spaced, TODAY)
