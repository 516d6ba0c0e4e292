"""Files that must not get through, row by row of bad_inputs.md A."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.intake import Taken
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import (
    CONNECTORS,
    Door,
    arrears,
    consent_file,
    ddas,
    ddas_file,
    duo_file,
    melding,
    number,
    statement,
)

DEBT, SCHOOL, CONSENT = "debt_services", "school_attendance", "consent_register"
GOOD = {DEBT: ddas_file(arrears()), SCHOOL: duo_file(melding()), CONSENT: consent_file(statement())}
BOM = b"\xef\xbb\xbf"


def reasons(taken: Taken) -> list[tuple[int, Refusal]]:
    return [(each.row, each.reason) for each in taken.refused]


def refused_whole(source: str, content: bytes) -> Refusal:
    """Why the file was refused; asserts that nothing of it was used and that the next good file comes through."""
    door = Door()
    taken = door.send(source, content)
    assert taken.status == "refused" and not door.log.events(Signal)
    assert door.send(source, GOOD[source]).accepted == 1
    return taken.refused[0].reason


@pytest.mark.parametrize("source", [DEBT, SCHOOL, CONSENT])
@pytest.mark.parametrize("content", [b"", BOM, b" \n\n"], ids=["nothing", "only a mark", "only blanks"])
def test_a1_an_empty_file(source: str, content: bytes) -> None:
    assert refused_whole(source, content) is Refusal.EMPTY


def test_a1_an_envelope_without_rows_is_empty_unless_it_says_that_there_is_nothing() -> None:
    without = ddas()
    del without["leveringen"][0]["vroegsignalen"]
    assert refused_whole(DEBT, json.dumps(without).encode()) is Refusal.EMPTY
    assert refused_whole(SCHOOL, duo_file()) is Refusal.EMPTY
    assert Door().send(DEBT, ddas_file()).status == "accepted"


@pytest.mark.parametrize("source", [DEBT, SCHOOL, CONSENT])
def test_a2_a_byte_order_mark_is_taken_off(source: str) -> None:
    assert Door().send(source, BOM + GOOD[source]).accepted == 1


@pytest.mark.parametrize("source", [DEBT, SCHOOL])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a3_another_encoding(source: str, encoding: str) -> None:
    assert refused_whole(source, GOOD[source].decode().encode(encoding)) is Refusal.ENCODING


@pytest.mark.parametrize(
    ("source", "content"),
    [
        (DEBT, ddas_file(arrears("VS-é")).decode().encode("latin-1")),
        (SCHOOL, duo_file(melding(extra="<Toelichting>é</Toelichting>")).decode().encode("latin-1")),
        (SCHOOL, GOOD[SCHOOL].replace(b'"UTF-8"', b'"ISO-8859-1"')),
        (SCHOOL, GOOD[SCHOOL].replace(b'"UTF-8"', b"'UTF-7'")),
        (DEBT, ddas_file(arrears("VS-1")).replace(b"VS-1", b"VS-\xc3")),
        (DEBT, ddas_file(arrears("VS-1")).replace(b"VS-1", b"VS-\\ud800")),
        (DEBT, ddas_file(arrears("VS-1")).replace(b"VS-1", b"VS-\\udc00\\ud800")),
    ],
)
def test_a3_bytes_that_are_no_utf8(source: str, content: bytes) -> None:
    assert refused_whole(source, content) is Refusal.ENCODING


def test_a3_the_place_of_a_wrong_byte_is_named_by_its_row() -> None:
    rows = [arrears(f"VS-{n}", number(n)) for n in range(200)]
    content = ddas_file(*rows).replace(b"VS-150", b"VS-\xff50")
    (refused,) = Door().send(DEBT, content).refused
    assert refused.row == 0 and refused.field is not None and refused.field.startswith("vroegsignalen[")


def test_a3_a_broken_line_of_the_consent_register_is_refused_alone() -> None:
    lines = consent_file(statement("TS-1"), statement("TS-2"), statement("TS-3")).replace(b"TS-2", b"TS-\xff")
    taken = Door().send(CONSENT, lines)
    assert (reasons(taken), taken.accepted) == ([(2, Refusal.ENCODING)], 2)


@pytest.mark.parametrize("source", [DEBT, SCHOOL, CONSENT])
def test_a7_a_file_beyond_the_limit_is_not_even_read(source: str) -> None:
    class Endless(io.BytesIO):
        """Five gigabytes of nothing; reading more than its head fails the test."""

        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.taken += size or 0
            assert size is not None and size > 0 and self.taken <= 2_000_000
            return b"\0" * size

    from connectors.intake import take_in

    taken = take_in(CONNECTORS[source], Endless(), 5_000_000_000, Door().effects())
    assert reasons(taken) == [(0, Refusal.SIZE)]


@pytest.mark.parametrize(
    ("source", "content"),
    [
        (DEBT, ddas_file(arrears("V" * 20_000_000))),
        (DEBT, ddas_file(arrears()).replace(b"640", b"6" * 5_000)),
        (DEBT, ddas_file(arrears()).replace(b'"bedrag": 640', b'"bedrag": [' + b'"x",' * 100_000 + b'"x"]')),
        (SCHOOL, duo_file(melding()).replace(b"<BSN>", b"<BSN " + b"x" * 200_000 + b">")),
    ],
    ids=["field of 20 MB", "number of 5,000 digits", "list of 100,000", "tag of 200 kB"],
)
def test_a7_something_too_large_inside(source: str, content: bytes) -> None:
    assert refused_whole(source, content) is Refusal.SIZE


@pytest.mark.parametrize(
    ("source", "content", "row"),
    [
        (DEBT, ddas_file(arrears("V" * 15_000, naam=["x" * 30_000, "y" * 30_000]), arrears("VS-2")), 1),
        (SCHOOL, duo_file(melding("1"), melding("2", extra=f"<Toelichting>{'x' * 5_000_000}</Toelichting>")), 2),
        (CONSENT, consent_file(statement("TS-1"), statement("T" * 1_000_000)), 2),
    ],
)
def test_a7_a_row_that_is_too_large_is_refused_alone_and_not_kept(source: str, content: bytes, row: int) -> None:
    door = Door()
    taken = door.send(source, content)
    assert (reasons(taken), taken.accepted) == ([(row, Refusal.SIZE)], 1)
    assert max(len(record.value or b"") for record in door.log.records) < 5_000


@pytest.mark.parametrize(
    ("source", "content"),
    [
        (DEBT, ddas_file(*(arrears(f"VS-{n}", number(0)) for n in range(20_000)))),
        (SCHOOL, duo_file(*(melding(str(n)) for n in range(10_000)))),
    ],
)
def test_a7_memory_does_not_grow_with_the_file(source: str, content: bytes) -> None:
    tracemalloc.start()
    try:
        rows = sum(1 for _ in CONNECTORS[source].read(io.BytesIO(content)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows >= 10_000 and peak < 1_500_000 < len(content)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_a7_a_whole_process_stays_small_on_the_largest_file(tmp_path: Path) -> None:
    """The parsers' own memory counts here too: 50,000 rows of XML, 57 MB."""
    large = tmp_path / "large"
    large.write_bytes(
        duo_file(*(melding(str(n), extra=f"<Toelichting>{'x' * 500}</Toelichting>") for n in range(50_000)))
    )
    program = (
        "import re, sys; from connectors.sources import connectors_for\n"
        "rows = sum(1 for _ in connectors_for('9990')['school_attendance'].read(open(sys.argv[1], 'rb')))\n"
        r"print(rows, int(re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    said = subprocess.run([sys.executable, "-c", program, str(large)], capture_output=True, text=True, check=True)
    rows, megabytes = map(int, said.stdout.split())
    assert rows == 50_000 and megabytes < 256


@pytest.mark.parametrize("source", [DEBT, SCHOOL])
@pytest.mark.parametrize("control", [b"\0", b"\x1b[31m", b"\x7f"], ids=["NUL", "escape", "delete"])
def test_a8_a_control_character_in_the_file(source: str, control: bytes) -> None:
    middle = GOOD[source].replace(b"VS-1", b"VS-" + control).replace(b"99XX", b"99" + control)
    assert refused_whole(source, middle) is Refusal.CONTROL_CHARACTER


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\ufeff", "\x85"])
def test_a8_a_character_that_nobody_sees_refuses_the_row(unseen: str) -> None:
    taken = Door().send(DEBT, ddas_file(arrears(f"VS-1{unseen}"), arrears("VS-2")))
    assert (reasons(taken), taken.accepted) == ([(1, Refusal.CONTROL_CHARACTER)], 1)
    number = f"90000{unseen}0123"
    taken = Door().send(SCHOOL, duo_file(melding(number), melding("2")))
    assert (reasons(taken), taken.accepted) == ([(1, Refusal.CONTROL_CHARACTER)], 1)


def test_a8_two_ways_to_write_one_name_are_one_signal() -> None:
    door = Door()
    door.send(DEBT, ddas_file(arrears("caf\u00e9")))
    taken = door.send(DEBT, ddas_file(arrears("cafe\u0301"), stated="2026-04-03T08:00:00Z"))
    assert taken.duplicates == (1,)


@pytest.mark.parametrize("source", [DEBT, SCHOOL])
def test_a11_a_half_written_file_is_used_for_nothing(source: str) -> None:
    for part in (0.3, 0.6, 0.9):
        half = GOOD[source][: int(len(GOOD[source]) * part)]
        assert refused_whole(source, half) is Refusal.SYNTAX


def test_a12_another_file_with_the_same_content_is_the_same_delivery() -> None:
    door = Door()
    first = door.send(DEBT, GOOD[DEBT])
    assert door.send(DEBT, bytes(bytearray(GOOD[DEBT]))).receipt.id == first.receipt.id
    assert door.send(SCHOOL, GOOD[SCHOOL]).receipt.id != first.receipt.id


XML: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "billion laughs": (
        lambda: (
            b'<!DOCTYPE l [<!ENTITY a "ha">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
            + b"]><MeldingRelatiefVerzuim>&j;</MeldingRelatiefVerzuim>"
        ),
        Refusal.DTD,
    ),
    "quadratic blow-up": (
        lambda: b'<!DOCTYPE l [<!ENTITY a "' + b"h" * 100_000 + b'">]><l>' + b"&a;" * 1_000 + b"</l>",
        Refusal.DTD,
    ),
    "external entity": (
        lambda: GOOD[SCHOOL].replace(b"<DC", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><DC', 1),
        Refusal.DTD,
    ),
    "external DTD": (
        lambda: GOOD[SCHOOL].replace(b"<DC", b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><DC', 1),
        Refusal.DTD,
    ),
    "entity without DTD": (lambda: GOOD[SCHOOL].replace(b"99XX", b"&x;"), Refusal.SYNTAX),
    "processing instruction": (lambda: GOOD[SCHOOL].replace(b"<DC", b"<?x y?><DC", 1), Refusal.SYNTAX),
    "nesting 100k": (lambda: b"<DC0011LeveringMeldingRelatiefVerzuim>" + b"<a>" * 100_000, Refusal.DEPTH),
    "nesting 65": (
        lambda: (
            b"<DC0011LeveringMeldingRelatiefVerzuim>"
            + b"<a>" * 64
            + b"</a>" * 64
            + b"</DC0011LeveringMeldingRelatiefVerzuim>"
        ),
        Refusal.DEPTH,
    ),
    "1M attributes": (
        lambda: GOOD[SCHOOL].replace(
            b"<BSN>", b"<BSN " + b" ".join(b'a%d=""' % n for n in range(1_000_000)) + b">"
        ),
        Refusal.SIZE,
    ),
    "129 attributes": (
        lambda: GOOD[SCHOOL].replace(b"<BSN>", b"<BSN " + b" ".join(b'a%d=""' % n for n in range(129)) + b">"),
        Refusal.SIZE,
    ),
    "namespace bomb": (
        lambda: GOOD[SCHOOL].replace(
            b"<BSN>", b"<BSN " + b" ".join(b'xmlns:a%d="x"' % n for n in range(129)) + b">"
        ),
        Refusal.SIZE,
    ),
}


@pytest.mark.parametrize("attack", XML)
def test_a17_a_hostile_xml_is_refused(attack: str) -> None:
    made, reason = XML[attack]
    assert refused_whole(SCHOOL, made()) is reason


def test_a17_xinclude_is_an_unknown_element_and_nothing_is_fetched() -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    taken = Door().send(SCHOOL, duo_file(melding(extra=include), melding("2")))
    assert (reasons(taken), taken.accepted) == ([(1, Refusal.FIELD_NOT_ALLOWED)], 1)


@pytest.mark.parametrize("cut", range(1, 12))
def test_a18_a_doctype_is_seen_wherever_the_reader_cuts(cut: int) -> None:
    padding = b" " * (16_384 - len(b'<?xml version="1.0" encoding="UTF-8"?>\n') - cut)
    content = GOOD[SCHOOL].replace(b"<DC", padding + b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><DC', 1)
    assert refused_whole(SCHOOL, content) is Refusal.DTD


def test_a18_an_entity_never_becomes_empty_text() -> None:
    door = Door()
    content = GOOD[SCHOOL].replace(b"<DC", b'<!DOCTYPE d [<!ENTITY n "V3">]><DC', 1).replace(b">V3<", b">&n;<")
    assert [each.reason for each in door.send(SCHOOL, content).refused] == [Refusal.DTD]


JSON: dict[str, tuple[bytes, Refusal]] = {
    "NaN": (GOOD[DEBT].replace(b"640", b"NaN"), Refusal.NOT_A_NUMBER),
    "Infinity": (GOOD[DEBT].replace(b"640", b"-Infinity"), Refusal.NOT_A_NUMBER),
    "nesting 100k": (GOOD[DEBT].replace(b"640", b"[" * 100_000), Refusal.DEPTH),
    "nesting 70": (GOOD[DEBT].replace(b"640", b"[" * 70 + b"]" * 70), Refusal.DEPTH),
    "5,000 digits": (GOOD[DEBT].replace(b"640", b"9" * 5_000), Refusal.SIZE),
    "an exponent without end": (GOOD[DEBT].replace(b"640", b"1e99999999999999999999"), Refusal.FIELD_INVALID),
    "lone surrogate": (GOOD[DEBT].replace(b"VS-1", b"\\udfff"), Refusal.ENCODING),
    "trailing garbage": (GOOD[DEBT] + b"{}", Refusal.SYNTAX),
    "a comment": (GOOD[DEBT].replace(b"640", b"640 /* x */"), Refusal.SYNTAX),
    "a list": (b"[]", Refusal.FIELD_INVALID),
    "doubled key of the envelope": (
        GOOD[DEBT].replace(b'"teller"', b'"gemeentecode": "9990", "teller"'),
        Refusal.DUPLICATE_KEY,
    ),
    "a raw line end in a text": (GOOD[DEBT].replace(b"VS-1", b"VS\n1"), Refusal.CONTROL_CHARACTER),
}


@pytest.mark.parametrize("attack", JSON)
def test_a19_a_hostile_json_is_refused(attack: str) -> None:
    content, reason = JSON[attack]
    assert refused_whole(DEBT, content) is reason


def test_a19_a_doubled_key_refuses_the_row_and_the_last_does_not_win() -> None:
    content = ddas_file(arrears("VS-1"), arrears("VS-2"))
    doubled = content.replace(b'"crisissignaal": false', b'"crisissignaal": false, "crisissignaal": true', 1)
    taken = Door().send(DEBT, doubled)
    assert (reasons(taken), taken.accepted) == ([(1, Refusal.DUPLICATE_KEY)], 1)


def test_a19_an_exponent_that_fits_is_no_number_of_euros() -> None:
    taken = Door().send(DEBT, GOOD[DEBT].replace(b"640", b"1e999999999"))
    assert reasons(taken) == [(1, Refusal.FIELD_INVALID)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"id": ', Refusal.SYNTAX),
        (b"NaN", Refusal.NOT_A_NUMBER),
        (b'{"id": "a", "id": "b"}', Refusal.DUPLICATE_KEY),
        (b"[" * 100, Refusal.DEPTH),
        (b"5", Refusal.FIELD_INVALID),
        (b"{} {}", Refusal.SYNTAX),
    ],
)
def test_a19_one_broken_line_is_refused_alone(broken: bytes, reason: Refusal) -> None:
    lines = consent_file(statement("TS-1")) + broken + b"\n" + consent_file(statement("TS-3"))
    taken = Door().send(CONSENT, lines)
    assert (reasons(taken), taken.accepted) == ([(2, reason)], 2)
