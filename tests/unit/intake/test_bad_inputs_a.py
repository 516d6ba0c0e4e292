"""Every row of bad_inputs.md A that can come through a drop folder: its outcome, and that nobody is told a value.

Each case: what lies there, what becomes of it, the counter, the next good file, and no canary in anything said.
"""

import gzip
import os
import re
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import tests
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import NUMBERS, arrears, ddas_file, duo_file, melding
from tests.unit.intake.gate import Gate, counted
from tests.unit.intake.packing import HOSTILE
from tests.unit.intake.test_overview import HEADER, overview

DEBT, SCHOOL, CONSENT = "debt_services", "school_attendance", "consent_register"
CANARY = "kanarie-7f3a"
BOM = b"\xef\xbb\xbf"
KIND = "ongeoorloofd verzuim van in totaal zestien uren in vier opeenvolgende lesweken"
LINE = f"999000401;{NUMBERS[1]};2026-03-02;2026-03-20;{KIND}\n".encode()
LINES = HEADER + LINE
GOOD = {DEBT: ddas_file(arrears("GOED", NUMBERS[4])), SCHOOL: duo_file(melding("900000999"))}
Put = Callable[[Path], object]


def file(content: bytes | Callable[[], bytes], name: str = f"{CANARY} {NUMBERS[3]}.dat") -> Put:
    """A file under a name that nobody may repeat."""
    return lambda into: (into / name).write_bytes(content() if callable(content) else content)


def sparse(size: int) -> Put:
    def put(into: Path) -> None:
        with (into / "large").open("wb") as large:
            large.truncate(size)

    return put


def beside(content: bytes, said: bytes) -> Put:
    def put(into: Path) -> None:
        (into / "levering.manifest.json").write_bytes(said)
        (into / "levering").write_bytes(content)

    return put


def second_name(into: Path) -> None:
    (into.parent / "other").write_bytes(GOOD[DEBT])
    os.link(into.parent / "other", into / "levering")


@dataclass(frozen=True)
class Case:
    """A row of the corpus: `rows` signals come through, the rest is refused for `reason`, and lies in `part`."""

    row: str
    what: str
    put: Put
    reason: Refusal | None
    rows: int = 0
    source: str = DEBT

    @property
    def part(self) -> str:
        return "done" if self.rows or self.reason is None else "refused"


def deep(count: int) -> bytes:
    return b"<DC0011LeveringMeldingRelatiefVerzuim>" + b"<a>" * count


R = Refusal
CASES = (
    Case("A1", "an empty file", file(b""), R.EMPTY),
    Case("A1", "only a mark", file(BOM), R.EMPTY),
    Case("A1", "only a header", file(HEADER), R.EMPTY, source=SCHOOL),
    Case("A1", "nothing to report, as counted", beside(HEADER, overview(HEADER, 0)), None, source=SCHOOL),
    Case("A2", "a mark before JSON", file(BOM + GOOD[DEBT]), None, 1),
    Case("A2", "a mark before a header", file(BOM + LINES), None, 1, SCHOOL),
    Case("A3", "UTF-16", file(GOOD[DEBT].decode().encode("utf-16")), R.ENCODING),
    Case("A3", "Latin-1", file(ddas_file(arrears("VS-é")).decode().encode("latin-1")), R.ENCODING),
    Case(
        "A3", "a wrong byte amid the file", file(LINES * 1 + LINE.replace(b"401", b"40\xff")), R.ENCODING, 0, SCHOOL
    ),
    Case("A4", "commas", file(LINES.replace(b";", b",")), R.SEPARATOR, 0, SCHOOL),
    Case("A4", "tabs", file(LINES.replace(b";", b"\t")), R.SEPARATOR, 0, SCHOOL),
    Case("A5", "an unclosed quote", file(LINES + b'"' + LINE + LINE), R.QUOTE, 0, SCHOOL),
    Case("A6", "too few fields", file(LINES + b"1;2\n"), R.FIELD_COUNT, 1, SCHOOL),
    Case("A6", "too many fields", file(LINES + LINE[:-1] + b";x\n"), R.FIELD_COUNT, 1, SCHOOL),
    Case("A7", "5 GB", sparse(5_000_000_000), R.SIZE),
    Case("A7", "a field of 200,000 characters", file(LINES + b"x" * 200_000 + b"\n"), R.SIZE, 1, SCHOOL),
    Case("A7", "a row of 50 MB", file(lambda: LINES + b"x" * 50_000_000 + b"\n"), R.SIZE, 1, SCHOOL),
    Case("A8", "NUL", file(LINES.replace(b"999000401", b"99900\x00401")), R.CONTROL_CHARACTER, 0, SCHOOL),
    Case(
        "A8",
        "a control character",
        file(LINES.replace(b"999000401", b"99900\x1b401")),
        R.CONTROL_CHARACTER,
        0,
        SCHOOL,
    ),
    Case(
        "A8",
        "text that runs to the left",
        file(ddas_file(arrears("VS-\u202e1"), arrears("2"))),
        R.CONTROL_CHARACTER,
        1,
    ),
    Case("A8", "zero width", file(ddas_file(arrears("VS-\u200b1"), arrears("2"))), R.CONTROL_CHARACTER, 1),
    Case("A9", "a doubled column", file(LINES.replace(b"Einddatum", b"Begindatum")), R.DUPLICATE_COLUMN, 0, SCHOOL),
    Case(
        "A9",
        "an unknown column",
        file(LINES.replace(b"verzuim\n", b"verzuim;Religie\n")),
        R.FIELD_NOT_ALLOWED,
        0,
        SCHOOL,
    ),
    Case(
        "A9",
        "an unknown field",
        file(ddas_file(arrears(nationaliteit=CANARY), arrears("2"))),
        R.FIELD_NOT_ALLOWED,
        1,
    ),
    Case("A10", "a formula", file(ddas_file(arrears("=cmd|'/c calc'!A1"))), None, 1),
    Case("A13", "a path as a name", file(GOOD[DEBT], f"{CANARY}..%2f..%2fetc%2fx"), None, 1),
    Case("A13", "a drive", file(GOOD[DEBT], f"C:\\{CANARY}"), None, 1),
    Case("A13", "255 bytes", file(GOOD[DEBT], CANARY + "x" * (255 - len(CANARY))), None, 1),
    Case("A13", "a line end and an escape", file(GOOD[DEBT], f"{CANARY}\n\x1b[31m"), None, 1),
    Case("A13", "no UTF-8", file(GOOD[DEBT], os.fsdecode(b"\xff\xfe" + CANARY.encode())), None, 1),
    Case("A14", "a link", lambda into: (into / CANARY).symlink_to("/etc/passwd"), R.NOT_REGULAR),
    Case("A14", "a second name", second_name, R.NOT_REGULAR),
    Case("A14", "a pipe", lambda into: os.mkfifo(into / CANARY), R.NOT_REGULAR),
    Case("A14", "a device", lambda into: (into / CANARY).symlink_to("/dev/zero"), R.NOT_REGULAR),
    Case("A14", "a folder", lambda into: (into / CANARY).mkdir(), R.NOT_REGULAR),
    *(
        Case("A15", what, file(lambda made=made: made(ddas_file(arrears(CANARY)))), R.ARCHIVE)
        for what, made in HOSTILE.items()
    ),
    Case("A16", "a gzip bomb in the folder", file(lambda: gzip.compress(b"{" * 50_000_000)), R.ARCHIVE),
    Case("A17", "billion laughs", file(b'<!DOCTYPE l [<!ENTITY a "ha">]><a>&a;</a>'), R.DTD, 0, SCHOOL),
    Case("A17", "an instruction", file(GOOD[SCHOOL].replace(b"<DC", b"<?x y?><DC", 1)), R.SYNTAX, 0, SCHOOL),
    Case("A17", "four bytes", file(b"<x/>"), R.SYNTAX, 0, SCHOOL),
    Case(
        "A17", "a prefix nobody declared", file(GOOD[SCHOOL].replace(b"DC0011", b"x:DC0011")), R.SYNTAX, 0, SCHOOL
    ),
    Case("A17", "100,000 deep", file(deep(100_000)), R.DEPTH, 0, SCHOOL),
    Case(
        "A17",
        "129 attributes",
        file(GOOD[SCHOOL].replace(b"<BSN>", b"<BSN " + b" ".join(b'a%d=""' % n for n in range(129)) + b">")),
        R.SIZE,
        0,
        SCHOOL,
    ),
    Case(
        "A18",
        "an entity that would become nothing",
        file(GOOD[SCHOOL].replace(b"<DC", b'<!DOCTYPE d [<!ENTITY n SYSTEM "file:///etc/passwd">]><DC', 1)),
        R.DTD,
        0,
        SCHOOL,
    ),
    Case("A19", "NaN", file(GOOD[DEBT].replace(b"640", b"NaN")), R.NOT_A_NUMBER),
    Case("A19", "100,000 deep", file(GOOD[DEBT].replace(b"640", b"[" * 100_000)), R.DEPTH),
    Case("A19", "5,000 digits", file(GOOD[DEBT].replace(b"640", b"9" * 5_000)), R.SIZE),
    Case("A19", "half a surrogate", file(GOOD[DEBT].replace(b"GOED", b"\\udfff")), R.ENCODING),
    Case("A19", "something behind it", file(GOOD[DEBT] + b"{}"), R.SYNTAX),
    Case(
        "A19",
        "a doubled key",
        file(ddas_file(arrears("1"), arrears("2")).replace(b'"bedrag"', b'"bedrag": 1, "bedrag"', 1)),
        R.DUPLICATE_KEY,
        1,
    ),
    Case("A23", "1,000,000 rows in one file", file(lambda: LINES + LINE * 1_000_000), R.SIZE, 0, SCHOOL),
    Case("A24", "one row more than counted", beside(GOOD[DEBT], overview(GOOD[DEBT], 2)), R.MANIFEST),
    Case("A24", "other bytes than counted", beside(GOOD[DEBT], overview(b"", 1)), R.MANIFEST),
)
#: What is shown below, with a story of its own.
TOLD = frozenset({"A11", "A12", "A23"})
#: What only a server can be sent, with where it is shown.
OVER_HTTP = frozenset({"A16", "A20", "A21", "A22", "A23"})


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row} {case.what}")
def test_a_row_of_the_corpus(case: Case, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    gate = Gate(tmp_path)
    before = counted(case.reason.value) if case.reason else 0.0
    case.put(gate.into(case.source))
    gate.let_in(case.source)
    assert not gate.lying(case.source, "in") and gate.lying(case.source, case.part)
    assert len(gate.door.log.events(Signal)) == case.rows
    if case.reason is not None:
        assert counted(case.reason.value) == before + 1, "counted once, with its code"
    gate.put(
        case.source,
        ddas_file(arrears("NA", NUMBERS[5])) if case.source == DEBT else duo_file(melding("900000888", NUMBERS[5])),
    )
    gate.let_in(case.source)
    assert len(gate.door.log.events(Signal)) == case.rows + 1, "the next good file comes through"
    names = [name for part in ("done", "refused") for name in gate.lying(case.source, part)]
    assert all(re.fullmatch(r"[0-9a-f]{32}(\.[a-z]+)?(\.manifest\.json)?", name) for name in names)
    said = gate.told() + "".join(capfd.readouterr())
    assert not [secret for secret in (CANARY, *NUMBERS, "/etc/passwd") if secret in said]


def test_a11_a_file_that_grows_is_left_and_one_that_vanishes_is_no_error(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    path = gate.put(DEBT, GOOD[DEBT][:50])
    gate.intake._folder(DEBT, gate.door.effects(), threading.Event())
    path.write_bytes(GOOD[DEBT])
    gate.intake._folder(DEBT, gate.door.effects(), threading.Event())
    assert gate.lying(DEBT, "in") and not gate.door.log.records, "between two looks it was another"
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 1
    gate.put(DEBT, GOOD[DEBT], "b.part")
    gate.put(DEBT, GOOD[DEBT], ".b")
    gate.let_in(DEBT)
    assert gate.lying(DEBT, "in") == [".b", "b.part"]


def test_a11_a_file_replaced_while_it_is_read_is_taken_as_it_was_and_the_other_after_it(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.put(DEBT, GOOD[DEBT])
    publish = gate.door.log.publish
    other = tmp_path / "other"
    other.write_bytes(ddas_file(arrears("ANDER", NUMBERS[6])))

    def replaced(records: object) -> None:
        if other.exists():
            other.rename(gate.into(DEBT) / "levering")
        publish(records)  # type: ignore[arg-type]

    gate.door.log.publish = replaced  # type: ignore[assignment, method-assign]
    gate.let_in(DEBT)
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 2 and len(gate.lying(DEBT, "done")) >= 1
    assert not gate.lying(DEBT, "in")


def test_a12_the_content_is_known_again_and_the_name_is_nothing(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    for content, name in (
        (GOOD[DEBT], "a"),
        (GOOD[DEBT], "a"),
        (GOOD[DEBT], "b"),
        (ddas_file(arrears("2", NUMBERS[6])), "a"),
    ):
        gate.put(DEBT, content, name)
        gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 2
    assert len(gate.lying(DEBT, "done")) == 2


def test_a23_ten_thousand_files_at_once_take_no_more_memory_than_ten(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    for n in range(10_000):
        gate.put(DEBT, b"{", f"{n}")
    effects, stop = gate.door.effects(), threading.Event()
    gate.intake._folder(DEBT, effects, stop)
    taken = len(gate.lying(DEBT, "refused"))
    tracemalloc.start()
    gate.intake._folder(DEBT, effects, stop)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert gate.intake._busy, "the rest is taken in the next turns, after the other sources had theirs"
    assert len(gate.lying(DEBT, "in")) == 10_000 - 100 and len(gate.lying(DEBT, "refused")) == taken + 1
    assert most < 16_000_000
    gate.put(SCHOOL, GOOD[SCHOOL])
    gate.let_in(SCHOOL)
    assert len(gate.door.log.events(Signal)) == 1


def test_every_row_of_the_corpus_has_a_test() -> None:
    shown = {case.row for case in CASES} | TOLD
    assert shown | OVER_HTTP == {f"A{n}" for n in range(1, 25)}


@pytest.mark.parametrize("row", sorted(OVER_HTTP))
def test_what_comes_over_http_is_shown_where_the_server_is(row: str) -> None:
    here = Path(__file__)
    found = [
        path
        for path in Path(tests.__file__).parent.rglob("test_*.py")
        if path != here and re.search(rf"\b(def test_{row.lower()}_|{row}\b)", path.read_text())
    ]
    assert found
