"""A parser may die of a file: the file is refused, intake lives, and the next file comes through."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
from connectors.connector import Delivered, Refused
from connectors.sandbox import ParserFailed, Sandbox
from connectors.sources import SOURCES
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, arrears, ddas_file, number
from tests.unit.intake import crashing
from tests.unit.intake.gate import Gate, counted, warm_sandbox

HERE = Path(connectors.__file__).parent
DEBT = "debt_services"
GOOD = ddas_file(arrears())


@pytest.fixture
def hostile(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A child whose parsers do what the file says."""
    made = Sandbox((sys.executable, crashing.__file__), silence_s=getattr(request, "param", 20.0))
    made.start()
    yield made
    made.close()


SAMPLES = sorted(path for source in SOURCES for path in (HERE / source / "samples").rglob("*") if path.is_file())


@pytest.mark.parametrize("source", SOURCES)
def test_what_the_child_reads_is_what_would_be_read_here(source: str) -> None:
    here, there = CONNECTORS[source], warm_sandbox().guarding(CONNECTORS[source])
    ours = [path for path in SAMPLES if path.is_relative_to(HERE / source)]
    assert len(ours) > 5
    for path in ours:
        content = path.read_bytes()
        said = here.delivered(io.BytesIO(content))
        expected = Refused(0, said.reason, said.field) if isinstance(said, Refused) else said
        with path.open("rb") as file:
            assert there.delivered(file) == expected, path.name
            assert list(there.read(file)) == list(here.read(io.BytesIO(content))), path.name


def test_bytes_without_a_file_can_be_read_too() -> None:
    there = warm_sandbox().guarding(CONNECTORS[DEBT])
    assert there.delivered(io.BytesIO(GOOD)) == CONNECTORS[DEBT].delivered(io.BytesIO(GOOD))


@pytest.mark.parametrize(
    ("death", "hostile"),
    [
        (crashing.SEGFAULT, 20.0),
        (crashing.HUNGRY, 20.0),
        (crashing.LOOPS, 20.0),
        (crashing.SLEEPS, 4.0),
        (crashing.RAISES, 20.0),
        (crashing.SENDS, 20.0),
        (crashing.WRITES, 20.0),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
    indirect=["hostile"],
)
def test_a_file_that_ends_its_parser_twice_is_refused_and_the_next_comes_through(
    death: bytes, hostile: Sandbox, tmp_path: Path
) -> None:
    gate, before = Gate(tmp_path, hostile), counted("parser_failed")
    gate.put(DEBT, death, "a")
    gate.let_in(DEBT)
    assert counted("parser_failed") == before + 1
    assert len(gate.lying(DEBT, "refused")) == 1 and not gate.lying(DEBT, "in")
    ended = time.monotonic()
    gate.put(DEBT, GOOD, "b")
    gate.let_in(DEBT)
    assert len(gate.lying(DEBT, "done")) == 1 and len(gate.door.log.events(Signal)) == 1
    waited_for = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # others use the machine too
    assert time.monotonic() - ended < 5 * waited_for


def test_a_parser_cannot_put_a_byte_on_the_disk(hostile: Sandbox, tmp_path: Path) -> None:
    crashing.WRITTEN.unlink(missing_ok=True)
    gate = Gate(tmp_path, hostile)
    gate.put(DEBT, crashing.WRITES)
    gate.let_in(DEBT)
    assert crashing.WRITTEN.read_bytes() == b""
    crashing.WRITTEN.unlink()


def test_a_parser_that_dies_amid_the_rows_leaves_the_file_to_wait(hostile: Sandbox, tmp_path: Path) -> None:
    gate = Gate(tmp_path, hostile)
    gate.put(DEBT, ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(800))))
    gate.let_in(DEBT)
    assert gate.lying(DEBT, "in") == ["levering"]
    assert [each.row for each in gate.door.log.events(Signal)] == list(range(1, 501))
    gate.guarded_by(warm_sandbox(), CONNECTORS)
    gate.intake._parked_until_s.clear()
    gate.let_in(DEBT)
    rows = [each.row for each in gate.door.log.events(Signal)]
    assert rows == list(range(1, 801)), "taken up where it was, nothing twice"
    assert len(gate.lying(DEBT, "done")) == 1


def test_a_file_that_waits_for_its_parser_does_not_hold_up_the_others(hostile: Sandbox, tmp_path: Path) -> None:
    gate = Gate(tmp_path, hostile)
    gate.put(DEBT, ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(800))), "a")
    gate.let_in(DEBT)
    gate.put(DEBT, GOOD, "b")
    gate.let_in(DEBT)
    assert gate.lying(DEBT, "in") == ["a"] and len(gate.lying(DEBT, "done")) == 1


def test_a_child_is_used_for_many_files_and_a_dead_one_is_replaced() -> None:
    sandbox = Sandbox((sys.executable, "-m", "connectors.sandbox_child", "9990"))
    guarded = sandbox.guarding(CONNECTORS[DEBT])
    try:
        guarded.delivered(io.BytesIO(GOOD))
        first = sandbox._child
        guarded.delivered(io.BytesIO(GOOD))
        assert first is not None and sandbox._child is first
        first.kill()
        first.wait()
        assert isinstance(guarded.delivered(io.BytesIO(GOOD)), Delivered) and sandbox._child is not first
    finally:
        sandbox.close()


def test_a_reading_that_is_broken_off_ends_its_child() -> None:
    sandbox = Sandbox((sys.executable, "-m", "connectors.sandbox_child", "9990"))
    guarded = sandbox.guarding(CONNECTORS[DEBT])
    try:
        rows = guarded.read(io.BytesIO(GOOD))
        next(rows)
        rows.close()
        assert sandbox._child is None
        assert len(list(guarded.read(io.BytesIO(GOOD)))) == 1
    finally:
        sandbox.close()


def test_a_program_that_is_no_parser_is_a_parser_that_failed() -> None:
    sandbox = Sandbox((sys.executable, "-c", "print('?')"), silence_s=2.0)
    guarded = sandbox.guarding(CONNECTORS[DEBT])
    assert guarded.delivered(io.BytesIO(GOOD)) == Refused(0, Refusal.PARSER_FAILED)
    with pytest.raises(ParserFailed):
        list(guarded.read(io.BytesIO(GOOD)))
    sandbox.close()


def test_the_child_has_no_network_where_the_kernel_lets_it_give_it_up() -> None:
    sandbox = Sandbox((sys.executable, "-m", "connectors.sandbox_child", "9990"))
    try:
        sandbox.guarding(CONNECTORS[DEBT]).delivered(io.BytesIO(GOOD))
        assert sandbox._child is not None
        namespace = os.readlink(f"/proc/{sandbox._child.pid}/ns/net")
        if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True).returncode:
            pytest.skip("this kernel gives no process a network of its own")
        assert namespace != os.readlink("/proc/self/ns/net")
    finally:
        sandbox.close()


def test_the_child_has_no_secret_of_ours_and_may_do_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNAALBRUG_VAULT_TOKEN", "canary")
    sandbox = Sandbox((sys.executable, "-m", "connectors.sandbox_child", "9990"))
    try:
        sandbox.guarding(CONNECTORS[DEBT]).delivered(io.BytesIO(GOOD))
        assert sandbox._child is not None
        about = Path(f"/proc/{sandbox._child.pid}")
        assert b"canary" not in (about / "environ").read_bytes()
        limits = {line[:26].strip(): line[26:].split()[1] for line in (about / "limits").read_text().splitlines()}
        assert limits["Max core file size"] == limits["Max file size"] == "0"
        assert int(limits["Max address space"]) == 512 * 1024 * 1024 and int(limits["Max open files"]) == 32
    finally:
        sandbox.close()
