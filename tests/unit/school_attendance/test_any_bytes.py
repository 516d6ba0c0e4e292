"""Whatever bytes come in, reading, normalising and deriving end in an outcome and raise nothing."""

import io
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

import connectors.school_attendance
from connectors.connector import Delivered, RawRecord, Refused
from connectors.school_attendance.deriving import Derived, Region, SchoolType, derive
from tests.support.deliveries import CONNECTORS, NOW

SCHOOL = CONNECTORS["school_attendance"]
HERE = Path(connectors.school_attendance.__file__).parent
MELDINGEN = [path.read_bytes() for path in sorted((HERE / "samples/accepted").iterdir())]
ABSENCE = [path.read_bytes() for path in sorted((HERE / "deriving/samples/accepted").iterdir())]
#: What stands where it should not: marks of every format, other scripts' digits, a half character, a long stretch.
MARKS = (b"<", b">", b"</", b"<![CDATA[", b"]]>", b"&#0;", b"&x;", b";", b'"', b"\r", b"\n", b"{")
LETTERS = ("２", "é", "e\u0301", "\u202e", "\u2028")
BROKEN = (b"\xff", b"\xed\xa0\x80", b"A" * 70_000)
JUNK = st.binary(max_size=6) | st.sampled_from([*MARKS, *BROKEN, *(each.encode() for each in LETTERS)])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), JUNK), min_size=1, max_size=4)


def edited(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The content with stretches of it replaced."""
    for where, length, junk in edits:
        at = int(where * len(content))
        content = content[:at] + junk + content[at + length :]
    return content


def judged(content: bytes) -> None:
    assert isinstance(SCHOOL.delivered(io.BytesIO(content)), Delivered | Refused)
    for row in SCHOOL.read(io.BytesIO(content)):
        if isinstance(row, RawRecord):
            outcome = SCHOOL.normalise(row, NOW.date())
            again = SCHOOL.again(row.row, row.raw)
            assert isinstance(again, RawRecord) and SCHOOL.normalise(again, NOW.date()) == outcome
        elif row.row and row.raw:
            assert SCHOOL.again(row.row, row.raw) == row


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MELDINGEN), EDITS)
def test_a_damaged_levering_has_an_outcome(content: bytes, edits: list[tuple[float, int, bytes]]) -> None:
    judged(edited(content, edits))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
@example(b"<")
@example(b"\xef\xbb\xbf<MeldingRelatiefVerzuim/>")
@example(b"<DC0011LeveringMeldingRelatiefVerzuim><Verzuimgeval/></DC0011LeveringMeldingRelatiefVerzuim>")
def test_any_bytes_have_an_outcome(content: bytes) -> None:
    judged(content)
    assert isinstance(SCHOOL.again(1, content), RawRecord | Refused)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ABSENCE), EDITS)
def test_a_damaged_absence_file_gives_meldingen_or_says_why_not(
    content: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    found = derive(io.BytesIO(edited(content, edits)), Region.MIDDEN, SchoolType.VO, "99XX", NOW.date())
    assert isinstance(found, Derived) or (found and all(isinstance(each, Refused) for each in found))
