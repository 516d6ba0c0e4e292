"""CSV files that must not get through, or must, row by row of bad_inputs.md A1-A12."""

import io
import tracemalloc
from dataclasses import replace

import pytest

from connectors.connector import Refused
from connectors.csv_rows import walk
from connectors.intake import Taken
from connectors.school_attendance.dialects import CSV, PROFILE
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NUMBERS, Door
from tests.unit.school_attendance.meldingen import csv_file, csv_row

SCHOOL = "school_attendance"
GOOD = csv_file(csv_row())
HEADER, _, _ = GOOD.partition(b"\r\n")
ROWS = [csv_row(number=f"90{n}", bsn=NUMBERS[n]) for n in range(3)]


def send(content: bytes) -> Taken:
    return Door().send(SCHOOL, content)


def refused_whole(content: bytes) -> Refusal:
    """Why the file was refused; asserts that nothing of it was used and that the next good file comes through."""
    door = Door()
    taken = door.send(SCHOOL, content)
    assert taken.status == "refused" and not door.log.events(Signal)
    assert door.send(SCHOOL, GOOD).accepted == 1
    return taken.refused[0].reason


def refused_rows(content: bytes) -> list[tuple[int, Refusal]]:
    return [(each.row, each.reason) for each in send(content).refused]


@pytest.mark.parametrize("content", [HEADER, HEADER + b"\r\n", b"\xef\xbb\xbf" + HEADER + b"\n\n \n"])
def test_a1_a_header_alone_is_empty(content: bytes) -> None:
    assert refused_whole(content) is Refusal.EMPTY


def test_a2_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert send(b"\xef\xbb\xbf" + GOOD).accepted == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp500"])
def test_a3_another_encoding(encoding: str) -> None:
    assert refused_whole(GOOD.decode().encode(encoding)) in {Refusal.ENCODING, Refusal.CONTROL_CHARACTER}


def test_a3_a_wrong_byte_among_the_rows_is_named_by_its_row() -> None:
    many = csv_file(*(csv_row(number=f"90{n}") for n in range(1_000)))
    (no,) = send(many.replace(b"\r\n90950;", b"\r\n90950\xff;")).refused
    assert (no.row, no.reason) == (0, Refusal.ENCODING) and no.field is not None and no.field.startswith("rij[")


@pytest.mark.parametrize("separator", [b",", b"\t", b"|"])
def test_a4_another_separator_is_not_guessed(separator: bytes) -> None:
    assert refused_whole(GOOD.replace(b";", separator)) is Refusal.SEPARATOR


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a5_an_unclosed_quote_swallows_no_row(row: int) -> None:
    lines = csv_file(*ROWS).split(b"\r\n")
    lines[row + 1] = lines[row + 1].replace(b"V3", b'"V3')
    assert refused_whole(b"\r\n".join(lines)) is Refusal.QUOTE


def test_a5_a_text_of_two_lines_is_no_row() -> None:
    long = csv_row() | {"Vermoedelijke reden verzuim": "eerste regel\ntweede regel"}
    assert refused_whole(csv_file(long)) is Refusal.QUOTE


def test_a5_a_quote_that_is_closed_is_no_part_of_the_text() -> None:
    quoted = GOOD.replace(b"2026-03-20", b'"2026-03-20"').replace(b"999000401", b'"999000401"')
    assert send(quoted).accepted == 1


@pytest.mark.parametrize("change", [b";", b";;;", b";x"])
def test_a6_too_many_fields_refuse_the_row_alone(change: bytes) -> None:
    lines = csv_file(*ROWS).split(b"\r\n")
    lines[2] += change
    content = b"\r\n".join(lines)
    assert refused_rows(content) == [(2, Refusal.FIELD_COUNT)] and send(content).accepted == 2


def test_a6_too_few_fields_refuse_the_row_alone() -> None:
    content = csv_file(*ROWS).replace(b";2026-03-20;V3\r\n", b"\r\n", 1)
    assert refused_rows(content) == [(1, Refusal.FIELD_COUNT)] and send(content).accepted == 2


@pytest.mark.parametrize("length", [70_000, 5_000_000])
def test_a7_a_row_that_is_too_large_is_refused_alone_and_not_kept(length: int) -> None:
    rows = [ROWS[0], ROWS[1] | {"Vermoedelijke reden verzuim": "x" * length}, ROWS[2]]
    door = Door()
    taken = door.send(SCHOOL, csv_file(*rows))
    assert [(each.row, each.reason) for each in taken.refused] == [(2, Refusal.SIZE)] and taken.accepted == 2
    assert all(not each.sealed for each in door.log.events(Quarantined))


def test_a7_a_header_that_is_too_large() -> None:
    assert refused_whole(b"x" * 70_000 + b"\r\n" + GOOD) is Refusal.SIZE


def test_a7_more_rows_than_a_file_may_have() -> None:
    content = io.BytesIO(HEADER + b"\r\n" + GOOD.partition(b"\r\n")[2] * 11)
    *rows, last = walk(content, 1_000_000, replace(PROFILE, most_rows=10))
    assert len(rows) == 10
    assert isinstance(last, Refused) and (last.row, last.reason) == (0, Refusal.SIZE)


def test_a7_memory_does_not_grow_with_the_file() -> None:
    content = csv_file(*(csv_row(number=str(n)) for n in range(8_000)))
    tracemalloc.start()
    try:
        rows = sum(1 for _ in CONNECTORS[SCHOOL].read(io.BytesIO(content)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 8_000 and peak < 300_000 < len(content)


@pytest.mark.parametrize("control", [b"\0", b"\x1b[31m", b"\x7f", b"\x0b"])
def test_a8_a_control_character_in_the_file(control: bytes) -> None:
    assert refused_whole(GOOD.replace(b"999000401", b"9990" + control)) is Refusal.CONTROL_CHARACTER


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\ufeff", "\x85"])
def test_a8_a_character_that_nobody_sees_refuses_the_row(unseen: str) -> None:
    rows = [ROWS[0], ROWS[1] | {CSV.number: f"90{unseen}1"}, ROWS[2]]
    assert refused_rows(csv_file(*rows)) == [(2, Refusal.CONTROL_CHARACTER)]


@pytest.mark.parametrize("digits", ["٩٩٩٩٩٠٠١٩", "９９９９９００１９"])
def test_a8_a_number_in_another_script_is_no_number(digits: str) -> None:
    assert refused_rows(csv_file(csv_row(bsn=digits))) == [(1, Refusal.BSN_INVALID)]


def test_a9_columns_may_stand_in_any_order() -> None:
    row = csv_row()
    assert send(csv_file(dict(reversed(row.items())))).accepted == 1


def test_a9_a_column_twice_and_a_column_of_ones_own() -> None:
    twice = HEADER + b";" + CSV.end.encode() + b"\r\n" + GOOD.partition(b"\r\n")[2].strip() + b";2026-03-21"
    assert refused_whole(twice) is Refusal.DUPLICATE_COLUMN
    for name in ("Nationaliteit", "Geloof", "Ziekte", "meldingsnummer", "Naam"):
        assert refused_whole(csv_file(csv_row() | {name: "x"})) is Refusal.FIELD_NOT_ALLOWED


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "\t=1", "<script>alert(1)</script>"])
def test_a10_a_formula_or_a_script_is_no_number_of_a_melding(cell: str) -> None:
    ((_, reason),) = refused_rows(csv_file(csv_row(number=cell)))
    assert reason is Refusal.FIELD_INVALID


@pytest.mark.parametrize("cut", range(1, 25))
def test_a11_a_file_that_was_cut_off_in_a_row_is_used_for_nothing(cut: int) -> None:
    content = csv_file(*(row | {CSV.kind: "LRV"} for row in ROWS))
    assert refused_whole(content[:-cut]) is Refusal.SYNTAX


def test_a11_an_end_that_makes_another_kind_of_it_is_found() -> None:
    content = csv_file(csv_row(kind="LRV")).removesuffix(b"RV\r\n")
    assert content.endswith(b";L") and refused_whole(content) is Refusal.SYNTAX
    assert send(content + b"\n").accepted == 1
