"""Free text, telephones, reporter and address of a melding are nowhere behind the connector, whatever they say."""

import csv
import io
import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.school_attendance
from connectors.connector import RawRecord
from connectors.school_attendance.dialects import DROPPED, PROFILE
from connectors.school_attendance.read import MANIFEST
from schemas.events.delivery import Quarantined
from schemas.sealing import unseal
from tests.support.deliveries import CONNECTORS, NOW, NUMBERS, PRIVATE, Door, duo_file, melding
from tests.unit.school_attendance.meldingen import csv_file, csv_row

SCHOOL = CONNECTORS["school_attendance"]
#: The fields of the Besluit that may be taken; every other one, and the school itself, must fall off.
TAKEN = {
    "Persoonsgebonden nummer leerling / deelnemer",
    "Begindatum verzuim",
    "Einddatum verzuim",
    "Vermoedelijke soort verzuim",
    "Status melding",
    "Reden melding afgesloten",
}
BESLUIT = Path(connectors.school_attendance.__file__).parent / "besluit/velden.csv"
FALLS_OFF = {
    f"{row['groep']}: {row['veld']}" if row["groep"] else row["veld"]
    for row in csv.DictReader(BESLUIT.read_text().splitlines())
} - TAKEN | {"BRIN"}
#: What a good row is, and rows that are refused: also what is kept of those holds nothing that is dropped.
GOOD_AND_BAD = ({}, {"end": "2026-02-30"}, {"bsn": "123456789"}, {"kind": "V1"})


def canary(field: str, number: int) -> str:
    return f"kanarie {number} {field.lower()}"


def xml_row(number: int, changes: dict[str, str], nested: bool) -> str:
    """A Verzuimgeval in which every element that is dropped holds canaries, deep inside when nested."""
    texts = {name: canary(name, number) for name in sorted(MANIFEST.drops)}
    inside = "".join(
        f"<{name}><Diep><Dieper>{text}</Dieper>{text}</Diep></{name}>" if nested else f"<{name}>{text}</{name}>"
        for name, text in texts.items()
    )
    attribute = f'<Onderwijslocatie wat="{canary("attribuut", number)}"/>'
    return melding(f"90000{number}", **{"bsn": NUMBERS[1], **changes}, extra=inside + attribute)


def everything_behind(content: bytes) -> bytes:
    """All that left the connector: records, what was sealed, what was said, the drafts."""
    door = Door()
    taken = door.send("school_attendance", content)
    assert taken.rows == len(GOOD_AND_BAD) and taken.accepted == 1 and len(taken.refused) == 3
    sealed = [unseal(PRIVATE, each.sealed) for each in door.log.events(Quarantined) if each.sealed]
    assert len(sealed) == 3
    drafts = [
        repr(SCHOOL.normalise(row, NOW.date())).encode() + row.raw + repr(row.content).encode()
        for row in SCHOOL.read(io.BytesIO(content))
        if isinstance(row, RawRecord)
    ]
    texts = [
        repr(row.content.texts).encode() for row in SCHOOL.read(io.BytesIO(content)) if isinstance(row, RawRecord)
    ]
    return b"\n".join([door.log.everything(), repr(taken).encode(), *sealed, *drafts, *texts])


@pytest.mark.parametrize("nested", [False, True])
def test_no_element_that_is_dropped_leaves_the_connector(nested: bool, capfd: pytest.CaptureFixture[str]) -> None:
    content = duo_file(*(xml_row(number, changes, nested) for number, changes in enumerate(GOOD_AND_BAD)))
    assert content.count(b"kanarie") >= 4 * len(MANIFEST.drops)
    assert b"kanarie" not in everything_behind(content)
    assert capfd.readouterr() == ("", "")


def test_what_stands_beside_the_fields_falls_off_too() -> None:
    content = duo_file(*(xml_row(number, changes, nested=False) for number, changes in enumerate(GOOD_AND_BAD)))
    spoiled = re.sub(
        rb"<(BSN|Verzuimsoort|Verzuimgeval|MeldingRelatiefVerzuim)>", rb'<\1 wat="kanarie 1">', content
    )
    spoiled = re.sub(rb"(<Verzuimgeval [^>]*>|</BSN>|</[A-Z][a-z]*Verzuim>)", rb"\1kanarie 2", spoiled)
    assert spoiled.count(b"kanarie 1") >= 16 and spoiled.count(b"kanarie 2") >= 16
    assert b"kanarie" not in everything_behind(spoiled)


def test_no_column_that_is_dropped_leaves_the_connector(capfd: pytest.CaptureFixture[str]) -> None:
    rows = [
        csv_row(number=f"90{number}", **changes) | {name: canary(name, number) for name in sorted(FALLS_OFF)}
        for number, changes in enumerate(GOOD_AND_BAD)
    ]
    content = csv_file(*rows)
    assert content.count(b"kanarie") == 4 * len(FALLS_OFF)
    assert b"kanarie" not in everything_behind(content)
    assert capfd.readouterr() == ("", "")


def test_what_falls_off_is_no_more_and_no_less_than_what_is_dropped() -> None:
    assert FALLS_OFF == DROPPED
    assert PROFILE.required | PROFILE.optional > TAKEN


def test_a_canary_in_a_field_that_is_taken_is_found() -> None:
    """The check that must refuse: what is kept of a refused row does hold the fields that are taken."""
    rows = [csv_row(number=f"90{number}", **changes) for number, changes in enumerate(GOOD_AND_BAD)]
    rows[1] = csv_row(number="kanarie-1", end="2026-02-30")
    assert b"kanarie" in everything_behind(csv_file(*rows))


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Cf"], exclude_characters="\u2028\u2029\ufffe\uffff"
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(DROPPED)), TEXT, min_size=1))
def test_a_csv_row_reads_the_same_whatever_stands_in_its_dropped_columns(dropped: dict[str, str]) -> None:
    (plain,) = SCHOOL.read(io.BytesIO(csv_file(csv_row())))
    (filled,) = SCHOOL.read(io.BytesIO(csv_file(csv_row() | dropped)))
    assert filled == plain


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(MANIFEST.drops)), TEXT), min_size=1, max_size=6))
def test_an_xml_row_reads_the_same_whatever_stands_in_its_dropped_elements(dropped: list[tuple[str, str]]) -> None:
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in dropped)
    (plain,) = SCHOOL.read(io.BytesIO(duo_file(melding())))
    (filled,) = SCHOOL.read(io.BytesIO(duo_file(melding(extra=inside))))
    assert filled == plain
