"""A15: an archive is unpacked one level, within its bounds, or used for nothing."""

import contextlib
import gzip
import io
import tracemalloc
from pathlib import Path

import pytest

from connectors import archives
from connectors.archives import BadArchive, is_archive, unpacked
from schemas.events.signal import Signal
from tests.support.deliveries import NUMBERS, arrears, ddas_file
from tests.unit.intake.gate import Gate, counted
from tests.unit.intake.packing import HOSTILE, zipped

DEBT = "debt_services"
GOOD, OTHER = ddas_file(arrears("VS-1")), ddas_file(arrears("VS-2", NUMBERS[1]))


def contents(packed: bytes, folder: Path) -> list[bytes]:
    with unpacked(io.BytesIO(packed), len(packed), folder) as entries:
        return [each.read() for each in entries]


@pytest.mark.parametrize(
    "made", [lambda: zipped({"a": GOOD, "b": OTHER}), lambda: zipped({"a": GOOD, "b": OTHER}, 0)]
)
def test_every_entry_of_a_zip_is_given(made: object, tmp_path: Path) -> None:
    assert callable(made)
    assert contents(made(), tmp_path) == [GOOD, OTHER]
    assert list(tmp_path.iterdir()) == [], "what is unpacked has no name"


def test_a_gzip_has_one_entry(tmp_path: Path) -> None:
    assert contents(gzip.compress(GOOD), tmp_path) == [GOOD]


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_archive_is_refused_before_an_entry_is_given(attack: str, tmp_path: Path) -> None:
    packed = HOSTILE[attack](GOOD)
    assert is_archive(io.BytesIO(packed)), "else it is refused as a file that cannot be read"
    with pytest.raises(BadArchive):
        contents(packed, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", range(0, 400, 7))
@pytest.mark.parametrize("packed", [zipped({"a": GOOD, "b": OTHER}), gzip.compress(GOOD)], ids=["zip", "gzip"])
def test_no_byte_that_is_wrong_gives_anything_but_the_content_or_a_refusal(
    packed: bytes, cut: int, tmp_path: Path
) -> None:
    changed = bytearray(packed)
    changed[(cut * 37) % len(packed)] ^= 0x55
    with contextlib.suppress(BadArchive):
        assert set(contents(bytes(changed), tmp_path)) <= {GOOD, OTHER}


def test_all_entries_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_IN_ALL", len(GOOD) + len(OTHER) - 1)
    for packed in (zipped({"a": GOOD, "b": OTHER}), gzip.compress(GOOD + OTHER)):
        with pytest.raises(BadArchive):
            contents(packed, tmp_path)


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    packed = [HOSTILE[name](GOOD) for name in ("zip bomb", "gzip bomb", "100,000 entries that say ten")]
    tracemalloc.start()
    for each in packed:
        with pytest.raises(BadArchive):
            contents(each, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000


def test_each_entry_is_a_delivery_of_its_own(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.put(DEBT, zipped({"J. Jansen.json": GOOD, "b": OTHER}))
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 2
    assert len({each.receipt for each in gate.door.log.events(Signal)}) == 2
    assert len(gate.lying(DEBT, "done")) == 1 and "Jansen" not in gate.told()


def test_what_came_in_an_archive_is_known_when_it_comes_alone(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.put(DEBT, gzip.compress(GOOD))
    gate.let_in(DEBT)
    gate.put(DEBT, GOOD)
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 1 and len(gate.lying(DEBT, "done")) == 1


def test_an_archive_with_a_file_that_is_refused_lies_with_what_is_refused(tmp_path: Path) -> None:
    gate, before = Gate(tmp_path), counted("syntax")
    gate.put(DEBT, zipped({"a": GOOD, "b": b"{"}))
    gate.let_in(DEBT)
    assert len(gate.door.log.events(Signal)) == 1, "the other was in order"
    assert len(gate.lying(DEBT, "refused")) == 1 and counted("syntax") == before + 1
