"""Where a PostgreSQL lives, and whose folders it accepts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from signaalbrug.local import cluster
from signaalbrug.local.errors import LocalServerError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="as root alone the files are somebody else's")


def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_is_root", lambda: False)


def test_a_user_has_everything_in_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch)
    found = cluster.locate(tmp_path)

    assert (found.data, found.socket, found.user) == (tmp_path / "data", tmp_path / "socket", None)


def test_a_folder_with_a_long_name_gets_a_socket_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch)
    found = cluster.locate(tmp_path / ("long" * 30))

    assert found.data.is_relative_to(tmp_path)
    assert len(os.fsencode(found.socket / cluster.SOCKET_NAME)) <= cluster.SOCKET_PATH_BYTES


def test_root_gives_every_folder_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_is_root", lambda: True)
    main, vault = cluster.locate(tmp_path / "main"), cluster.locate(tmp_path / "vault")

    assert main.user == vault.user == "nobody"
    assert main.data.parent.parent == vault.data.parent.parent == Path("/var/tmp")
    assert {main.data, main.socket}.isdisjoint({vault.data, vault.socket})


def test_a_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(LocalServerError, match="not a folder of ours alone"):
        cluster._own_folder(folder)


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(LocalServerError, match="not a folder of ours alone"):
        cluster._own_folder(tmp_path / "link")


@as_root
def test_a_folder_somebody_else_made_first_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "guessed"
    folder.mkdir()
    os.chown(folder, 65534, 65534)

    with pytest.raises(LocalServerError, match="not a folder of ours alone"):
        cluster._own_folder(folder)


@as_root
def test_programs_in_a_closed_folder_are_copied_to_where_the_server_can_run_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "state"
    found = cluster.locate(folder)
    monkeypatch.setattr(cluster, "_can_run", lambda file, user: False)
    cluster._own_folder(found.programs.parent)
    try:
        copied = cluster.program(found, "postgres")
        version = subprocess.run(
            [copied, "--version"], user="nobody", capture_output=True, text=True, check=True
        )
        assert version.stdout.startswith("postgres (PostgreSQL) 18")
    finally:
        cluster.remove(folder)
    assert not found.programs.parent.exists()


@as_root
def test_a_program_nobody_may_reach_is_noticed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").write_text("#!/bin/sh\n")
    (closed / "postgres").chmod(0o755)

    assert not cluster._can_run(closed / "postgres", "nobody")
    assert cluster._can_run(Path("/bin/true"), "nobody")
