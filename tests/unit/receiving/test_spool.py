"""Bytes on their way to a file: unpacked piece by piece, under a ratio and a size; gone when nobody took them."""

import gzip
import hashlib
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.receiving.spool import MOST_RATIO, Gzip, Mispacked, Spooled, TooLarge, spooling


def unpacked(packed: bytes, piece: int) -> bytes:
    unpacking, plain = Gzip(), b""
    for at in range(0, len(packed), piece):
        plain += b"".join(unpacking.take(packed[at : at + piece]))
    unpacking.end()
    return plain


@given(st.binary(max_size=20_000), st.integers(1, 5_000))
def test_what_was_packed_comes_out_however_it_is_cut(content: bytes, piece: int) -> None:
    assert unpacked(gzip.compress(content), piece) == content


@given(st.binary(max_size=2_000), st.integers(1, 500), st.integers(1, 8))
def test_a_member_that_misses_its_end_is_refused(content: bytes, piece: int, lost: int) -> None:
    with pytest.raises(Mispacked):
        unpacked(gzip.compress(content)[:-lost], piece)


@pytest.mark.parametrize("behind", [b"x", gzip.compress(b"nog een")])
def test_what_stands_behind_the_member_is_refused(behind: bytes) -> None:
    with pytest.raises(Mispacked):
        unpacked(gzip.compress(b"een") + behind, 4)


def test_a_bomb_is_stopped_before_it_is_unpacked() -> None:
    packer, given_ = zlib.compressobj(9, zlib.DEFLATED, 31), 0
    bomb = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(50)) + packer.flush()
    plain = Gzip().take(bomb)
    with suppress(TooLarge):
        while True:
            given_ += len(next(plain))
    assert given_ <= MOST_RATIO * len(bomb) < 50_000_000


def test_a_file_is_gone_afterwards_unless_somebody_moved_it(tmp_path: Path) -> None:
    with spooling(tmp_path, 100) as spooled:
        spooled.write(b"inhoud")
        spooled.settle()
        assert spooled.path.read_bytes() == b"inhoud"
        assert (spooled.sha256, spooled.size) == (hashlib.sha256(b"inhoud").digest(), 6)
    assert list(tmp_path.iterdir()) == []
    with spooling(tmp_path, 100) as spooled:
        spooled.settle()
        spooled.path.rename(tmp_path / "gehouden")
    assert [each.name for each in tmp_path.iterdir()] == ["gehouden"]


def test_one_byte_too_many_is_not_written(tmp_path: Path) -> None:
    spooled = Spooled(tmp_path / "a", 4)
    spooled.write(b"1234")
    with pytest.raises(TooLarge):
        spooled.write(b"5")
    spooled.settle()
    assert (tmp_path / "a").read_bytes() == b"1234"


def test_a_name_that_is_taken_or_a_link_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elders")
    with pytest.raises(FileExistsError):
        Spooled(tmp_path / "link", 4)
    assert not (tmp_path / "elders").exists()
