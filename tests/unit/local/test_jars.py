"""What the lock does not promise does not run."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signaalbrug.local import jars
from signaalbrug.local.errors import LocalServerError, WrongHash
from signaalbrug.local.jars import Jar, cache_folder, fetch, read_lock
from signaalbrug.local.kafka import DEPLOY, LOCK
from signaalbrug.local.state import CHECKOUT

CONTENT = b"what the lock promises"
JAR = Jar(hashlib.sha256(CONTENT).hexdigest(), "nl.example", "bridge", "1.0")


def serving(content: bytes) -> jars.Download:
    def download(jar: Jar, folder: Path) -> Path:
        file = folder / jar.name
        file.write_bytes(content)
        return file

    return download


def refusing(jar: Jar, folder: Path) -> Path:
    raise AssertionError("nothing should be downloaded")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_downloaded_jar_with_another_hash_is_refused_and_removed(tmp_path: Path) -> None:
    with pytest.raises(WrongHash) as refused:
        fetch([JAR], tmp_path, download=serving(b"something else"))

    assert "bridge-1.0.jar" in str(refused.value)
    assert JAR.sha256 in str(refused.value)
    assert hashlib.sha256(b"something else").hexdigest() in str(refused.value)
    assert files(tmp_path) == []


def test_a_cached_jar_that_was_changed_is_refused_removed_and_fetched_the_next_time(tmp_path: Path) -> None:
    (path,) = fetch([JAR], tmp_path, download=serving(CONTENT))
    path.write_bytes(b"changed afterwards")

    with pytest.raises(WrongHash):
        fetch([JAR], tmp_path, download=refusing)

    assert not path.exists()
    assert fetch([JAR], tmp_path, download=serving(CONTENT)) == (path,)
    assert path.read_bytes() == CONTENT


def test_a_jar_in_the_cache_is_not_downloaded_again(tmp_path: Path) -> None:
    fetch([JAR], tmp_path, download=serving(CONTENT))

    assert fetch([JAR], tmp_path, download=refusing) == (tmp_path / JAR.path,)


def test_a_download_that_times_out_is_tried_again_in_a_clean_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaalbrug.local.jars.time.sleep", lambda seconds: None)
    attempts: list[Path] = []

    def at_the_third(jar: Jar, folder: Path) -> Path:
        assert files(folder) == []
        attempts.append(folder)
        (folder / jar.name).write_bytes(CONTENT[: len(attempts)])
        if len(attempts) < 3:
            raise TimeoutError
        return serving(CONTENT)(jar, folder)

    assert fetch([JAR], tmp_path, download=at_the_third) == (tmp_path / JAR.path,)
    assert len(attempts) == 3


def test_a_download_that_keeps_failing_names_the_jar_and_the_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaalbrug.local.jars.time.sleep", lambda seconds: None)

    def never(jar: Jar, folder: Path) -> Path:
        raise ConnectionError

    with pytest.raises(LocalServerError, match=r"bridge-1\.0\.jar could not be fetched(.|\n)*repair: "):
        fetch([JAR], tmp_path, download=never)
    assert files(tmp_path) == []


def test_two_that_fetch_the_same_jar_at_once_both_get_it_whole(tmp_path: Path) -> None:
    together = threading.Barrier(2, timeout=10)

    def at_the_same_time(jar: Jar, folder: Path) -> Path:
        together.wait()
        return serving(CONTENT)(jar, folder)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(fetch, [JAR], tmp_path, None, at_the_same_time) for _ in range(2)]

    assert [one.result() for one in both] == [(tmp_path / JAR.path,)] * 2
    assert files(tmp_path) == [tmp_path / JAR.path]


def test_progress_counts_every_jar(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    fetch([JAR], tmp_path, lambda *step: seen.append(step), serving(CONTENT))

    assert seen == [(1, 1, "bridge-1.0.jar")]


@pytest.mark.parametrize("line", ["abc  a:b:1", f"{'0' * 64}  a:b", f"{'0' * 64}  a::1", f"{'0' * 64}"])
def test_a_lock_line_that_is_no_jar_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "jars.lock").write_text(line)

    with pytest.raises(LocalServerError, match=re.escape(repr(line))):
        read_lock(tmp_path / "jars.lock")


def test_a_coordinate_may_name_packaging_and_classifier(tmp_path: Path) -> None:
    (tmp_path / "jars.lock").write_text(f"{'0' * 64}  nl.example:bridge:tar.gz:all:1.0\n")

    (jar,) = read_lock(tmp_path / "jars.lock")

    assert jar.path == Path("maven/nl/example/bridge/1.0/bridge-1.0-all.tar.gz")


def test_every_kafka_jar_of_the_lock_has_one_version() -> None:
    locked = read_lock(LOCK)

    assert len(locked) == 46
    assert len({jar.path for jar in locked}) == 46
    assert {jar.version for jar in locked if jar.group == "org.apache.kafka"} == {"4.3.1"}


def test_the_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    assert cache_folder({"SIGNAALBRUG_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder({}) == Path.home() / ".cache" / "signaalbrug"


def hosts(sources: Iterable[Path]) -> set[str]:
    return {host for file in sources for host in re.findall(r"https?://([^/\s\"'{}:]+)", file.read_text())}


def test_no_file_of_ours_names_a_registry_host(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text('CENTRAL = "https://registry.example/maven"')

    assert hosts([tmp_path / "bad.py"]) == {"registry.example"}
    assert hosts([*(CHECKOUT / "signaalbrug" / "local").glob("*.py"), *DEPLOY.iterdir()]) <= {"127.0.0.1"}
