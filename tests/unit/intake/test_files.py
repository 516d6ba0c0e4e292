"""The drop folder: what is taken, what is left alone, and what is never followed."""

import errno
import os
import socket
from pathlib import Path

import pytest

from connectors.files import Candidate, DropFolder, NotRegular, Vanished, prepare

LATER = 4_000_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    prepare(tmp_path, ("debt_services",))
    return tmp_path / "debt_services"


def still(folder: DropFolder) -> list[Candidate]:
    """What stands still over two polls."""
    folder.candidates(LATER)
    return folder.candidates(LATER)


def test_a_file_is_taken_when_two_polls_see_the_same(root: Path) -> None:
    folder = DropFolder(root, 1.0)
    (root / "in/a.json").write_bytes(b"x")
    assert folder.candidates(LATER) == []
    assert len(folder.candidates(LATER)) == 1


def test_a_file_that_still_grows_is_left_alone(root: Path) -> None:
    folder = DropFolder(root, 0.0)
    with (root / "in/a.json").open("ab", buffering=0) as writer:
        for _ in range(5):
            writer.write(b"more")
            assert folder.candidates(LATER) == []
    assert len(folder.candidates(LATER)) == 1


def test_a_file_of_this_moment_settles_first(root: Path) -> None:
    folder = DropFolder(root, 60.0)
    (root / "in/a.json").write_bytes(b"x")
    modified = (root / "in/a.json").stat().st_mtime
    folder.candidates(modified + 59)
    assert folder.candidates(modified + 59) == []
    assert len(folder.candidates(modified + 61)) == 1


@pytest.mark.parametrize("name", [".a.json", "a.json.part", "a.json.tmp"])
def test_what_a_writer_has_not_renamed_yet_is_not_looked_at(root: Path, name: str) -> None:
    (root / "in" / name).write_bytes(b"x")
    assert still(DropFolder(root, 0.0)) == []


@pytest.mark.parametrize(
    "name", ["x..%2fetc%2fpasswd", "C:\\boot.ini", "J. Jansen 999990019.json", "\x1b[31m", "x" * 255, "a\nb"]
)
def test_a13_whatever_a_file_is_called_it_is_put_away_under_a_name_of_ours(root: Path, name: str) -> None:
    (root / "in" / name).write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    assert name not in repr(candidate)
    with folder.opened(candidate) as opened:
        assert opened.file.read() == b"x"
    assert folder.move(candidate, "done", "receipt.json")
    assert [path.name for path in root.rglob("*") if path.is_file()] == ["receipt.json"]


def _link(root: Path, at: Path) -> None:
    (root / "secret").write_bytes(b"x")
    at.symlink_to(root / "secret")


def _second_name(root: Path, at: Path) -> None:
    (root / "secret").write_bytes(b"x")
    os.link(root / "secret", at)


def _socket(root: Path, at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(at.parent)
        server.bind(at.name)


@pytest.mark.parametrize(
    "make",
    [
        _link,
        _second_name,
        lambda root, at: at.symlink_to("/dev/zero"),
        lambda root, at: at.symlink_to("nowhere"),
        lambda root, at: os.mkfifo(at),
        lambda root, at: at.mkdir(),
        _socket,
    ],
    ids=["link", "second name", "link to a device", "broken link", "pipe", "folder", "socket"],
)
def test_a14_what_is_no_regular_file_is_not_followed(
    root: Path, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert callable(make)
    make(root, root / "in/a.json")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    with pytest.raises(NotRegular), folder.opened(candidate):
        raise AssertionError("opened")
    assert folder.move(candidate, "refused", "name")
    assert os.listdir(root / "in") == [] and (
        not (root / "secret").exists() or (root / "secret").read_bytes() == b"x"
    )


def failing_with(code: int) -> object:
    """An `os.open` that fails for a reason of its own."""

    def opened(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return opened


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM, errno.ESTALE])
def test_what_could_not_be_tried_says_nothing_of_the_file(
    root: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    with monkeypatch.context() as down:
        down.setattr(os, "open", failing_with(code))
        with pytest.raises(OSError, check=lambda error: error.errno == code), folder.opened(candidate):
            raise AssertionError("opened")
    (again,) = folder.candidates(LATER)
    with folder.opened(again) as opened:
        assert opened.file.read() == b"x"


@pytest.mark.parametrize("code", [errno.ELOOP, errno.ENXIO, errno.EACCES, errno.EPERM])
def test_what_may_not_or_cannot_be_opened_as_a_file_is_not_regular(
    root: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    monkeypatch.setattr(os, "open", failing_with(code))
    with pytest.raises(NotRegular), folder.opened(candidate):
        raise AssertionError("opened")


def test_a11_a_file_that_vanishes_is_no_error(root: Path) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    (root / "in/a.json").unlink()
    with pytest.raises(Vanished), folder.opened(candidate):
        raise AssertionError("opened")
    assert not folder.move(candidate, "done", "name")


def test_a11_a_file_replaced_before_it_is_opened_waits_for_its_turn(root: Path) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    (root / "other").write_bytes(b"y")
    (root / "other").rename(root / "in/a.json")
    with pytest.raises(Vanished), folder.opened(candidate):
        raise AssertionError("opened")


def test_a11_a_file_replaced_while_it_is_read_is_not_put_away_for_the_other(root: Path) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    with folder.opened(candidate) as opened:
        (root / "other").write_bytes(b"y")
        (root / "other").rename(root / "in/a.json")
        assert opened.file.read() == b"x"
    assert not folder.move(candidate, "done", "receipt.json")
    assert [path.read_bytes() for path in (root / "in").iterdir()] == [b"y"]
    assert list((root / "done").iterdir()) == []


def test_a11_a_file_that_is_written_to_while_it_is_read_has_changed(root: Path) -> None:
    (root / "in/a.json").write_bytes(b"x")
    folder = DropFolder(root, 0.0)
    (candidate,) = still(folder)
    with folder.opened(candidate) as opened:
        assert opened.unchanged()
        with (root / "in/a.json").open("ab") as writer:
            writer.write(b"more")
        assert not opened.unchanged()


def test_raw_deliveries_are_removed_after_three_days(root: Path) -> None:
    (root / "done/a.json").write_bytes(b"x")
    written = (root / "done/a.json").stat().st_ctime
    folder = DropFolder(root, 0.0)
    folder.tidy(written + 71 * 3600)
    assert (root / "done/a.json").exists()
    folder.tidy(written + 73 * 3600)
    assert not (root / "done/a.json").exists()
