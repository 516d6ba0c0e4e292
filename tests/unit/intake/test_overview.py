"""A24 and A1: what a sender counted beside its file, and what becomes of the file when it does not agree."""

import gzip
import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.manifest_file import LARGEST, UNREADABLE, Sidecar, sidecar_in
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, NUMBERS, Door, arrears, ddas_file
from tests.unit.intake.gate import Gate, counted
from tests.unit.intake.packing import zipped

DEBT, SCHOOL = "debt_services", "school_attendance"
ONE, TWO = ddas_file(arrears("VS-1")), ddas_file(arrears("VS-1"), arrears("VS-2", NUMBERS[1]))
HEADER = (
    b"Meldingsnummer;Persoonsgebonden nummer leerling / deelnemer;Begindatum verzuim;Einddatum verzuim;"
    b"Vermoedelijke soort verzuim\n"
)


def overview(content: bytes, rows: int) -> bytes:
    return json.dumps({"rijen": rows, "sha256": sha256(content).hexdigest()}).encode()


def put(gate: Gate, content: bytes, beside: bytes, source: str = DEBT) -> None:
    gate.put(source, beside, "levering.manifest.json")
    gate.put(source, content)
    gate.let_in(source)


def reasons(gate: Gate) -> list[str]:
    from schemas.events.delivery import Quarantined

    return [each.reason.value for each in gate.door.log.events(Quarantined)]


@pytest.mark.parametrize(
    "content", [TWO, zipped({"a": ONE, "b": ddas_file(arrears("B", NUMBERS[1]))}), gzip.compress(TWO)]
)
def test_a_file_that_agrees_with_its_overview_is_taken_and_both_are_put_away(
    content: bytes, tmp_path: Path
) -> None:
    gate = Gate(tmp_path)
    put(gate, content, overview(content, 2))
    assert len(gate.door.log.events(Signal)) == 2 and not gate.lying(DEBT, "in")
    data, beside = gate.lying(DEBT, "done")
    assert beside == f"{data}.manifest.json"


@pytest.mark.parametrize(
    "content", [TWO, zipped({"a": ONE, "b": ddas_file(arrears("B", NUMBERS[1]))}), gzip.compress(TWO)]
)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda content: overview(content, 3),
        lambda content: overview(content, 1),
        lambda content: overview(content, 0),
        lambda content: overview(content + b" ", 2),
        lambda content: b"",
        lambda content: b"{",
        lambda content: b"[]",
        lambda content: json.dumps({"rijen": 2}).encode(),
        lambda content: json.dumps({"rijen": "2", "sha256": sha256(content).hexdigest()}).encode(),
        lambda content: json.dumps({"rijen": 2, "sha256": "x" * 64}).encode(),
        lambda content: json.dumps({"rijen": 2, "sha256": sha256(content).hexdigest(), "naam": "x"}).encode(),
        lambda content: overview(content, 2) + b" " * LARGEST,
    ],
    ids=["more", "less", "none", "hash", "empty", "broken", "list", "no hash", "text", "no hex", "extra", "large"],
)
def test_a_file_that_disagrees_is_refused_whole_and_nothing_of_it_is_used(
    content: bytes, wrong: object, tmp_path: Path
) -> None:
    assert callable(wrong)
    gate, before = Gate(tmp_path), counted("manifest")
    put(gate, content, wrong(content))
    assert reasons(gate) == ["manifest"] and not gate.door.log.events(Signal)
    assert len(gate.lying(DEBT, "refused")) == 2 and counted("manifest") == before + 1


def test_the_same_file_with_a_better_overview_comes_through(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    for rows in (3, 1, 2):
        put(gate, TWO, overview(TWO, rows))
    assert reasons(gate) == ["manifest", "manifest"] and len(gate.door.log.events(Signal)) == 2
    put(gate, TWO, overview(TWO, 2))
    assert len(gate.door.log.events(Signal)) == 2, "and once more it is known"


def test_the_same_wrong_overview_twice_is_one_refusal(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    for _ in range(2):
        put(gate, TWO, overview(TWO, 3))
    assert reasons(gate) == ["manifest"]


@pytest.mark.parametrize("content", [b"", HEADER], ids=["nothing", "only a header"])
def test_a1_nothing_to_report_is_said_by_an_overview_of_no_rows(content: bytes, tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    put(gate, content, overview(content, 0), SCHOOL)
    assert reasons(gate) == [] and len(gate.lying(SCHOOL, "done")) == 2


@pytest.mark.parametrize("content", [b"", HEADER], ids=["nothing", "only a header"])
def test_a1_without_such_an_overview_it_is_empty(content: bytes, tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.put(SCHOOL, content)
    gate.let_in(SCHOOL)
    put(gate, content, overview(content, 1), SCHOOL)
    assert set(reasons(gate)) == {"empty"}


def test_a_file_that_is_refused_for_itself_keeps_its_own_reason(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    put(gate, b"{", overview(b"{", 1))
    assert reasons(gate) == ["syntax"]


@pytest.mark.parametrize("make", [lambda at: at.symlink_to("/etc/passwd"), os.mkfifo, Path.mkdir])
def test_an_overview_that_is_no_file_is_not_followed(make: object, tmp_path: Path) -> None:
    assert callable(make)
    gate = Gate(tmp_path)
    make(gate.into(DEBT) / "levering.manifest.json")
    gate.put(DEBT, TWO)
    gate.let_in(DEBT)
    assert reasons(gate) == ["manifest"]


def test_a_source_that_agreed_to_send_one_is_waited_for_and_then_refused(tmp_path: Path) -> None:
    gate = Gate(tmp_path, overview_required=f"{SCHOOL},{DEBT}")
    path = gate.put(DEBT, TWO)
    gate.let_in(DEBT)
    assert gate.lying(DEBT, "in") == ["levering"] and not gate.door.log.records
    os.utime(path, (0, 0))
    gate.let_in(DEBT)
    assert reasons(gate) == ["manifest"]


def test_one_that_comes_while_it_is_waited_for_is_in_time(tmp_path: Path) -> None:
    gate = Gate(tmp_path, overview_required=DEBT)
    gate.put(DEBT, TWO)
    gate.let_in(DEBT)
    gate.put(DEBT, overview(TWO, 2), "levering.manifest.json")
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 2


def test_an_overview_without_a_file_waits_and_is_tidied_away(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    path = gate.put(DEBT, overview(TWO, 2), "levering.manifest.json")
    gate.let_in(DEBT)
    assert gate.lying(DEBT, "in") == ["levering.manifest.json"] and not gate.door.log.records
    written = path.stat().st_ctime
    gate.intake._folders[DEBT].tidy(written + 71 * 3600)
    assert gate.lying(DEBT, "in")
    gate.intake._folders[DEBT].tidy(written + 73 * 3600)
    assert not gate.lying(DEBT, "in")


def test_a_name_that_leaves_no_room_for_an_overview_has_none(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.put(DEBT, TWO, "x" * 255)
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 2 and len(gate.lying(DEBT, "done")) == 1


def test_the_checker_by_itself() -> None:
    assert sidecar_in(overview(TWO, 2)) == Sidecar(2, sha256(TWO).digest())
    assert sidecar_in(b"\xff") == sidecar_in(b'{"rijen": -1}') == UNREADABLE


def test_a_crash_after_the_opening_is_mended_under_the_same_receipt() -> None:
    import io

    from connectors.intake import take_in
    from tests.support.deliveries import Log, Stopped

    door = Door()
    wrong = Sidecar(3, sha256(TWO).digest())
    door.log = Log(dies_at=2)
    with pytest.raises(Stopped):
        take_in(CONNECTORS[DEBT], io.BytesIO(TWO), len(TWO), door.effects(), sidecar=wrong)
    taken = take_in(CONNECTORS[DEBT], io.BytesIO(TWO), len(TWO), door.effects(), sidecar=wrong)
    assert [(each.row, each.reason, each.field) for each in taken.refused] == [(0, Refusal.MANIFEST, "rijen")]
    assert not door.log.events(Signal)
