"""Fetch each locked jar by itself and let nothing run that is not exactly what the lock promises."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from signaalbrug.local.errors import LocalServerError, WrongHash

SIDE_BY_SIDE = 6
ATTEMPTS = 4
TIMEOUT_SECONDS = 30

Progress = Callable[[int, int, str], None]  # done, total, file name


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven component, with the hash it must have."""

    sha256: str
    group: str
    artifact: str
    version: str
    packaging: str = "jar"
    classifier: str = ""

    @property
    def name(self) -> str:
        """The file name that Maven gives it."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.{self.packaging}"

    @property
    def path(self) -> Path:
        """Where it lies below a cache folder."""
        return Path("maven", *self.group.split("."), self.artifact, self.version, self.name)


Download = Callable[[Jar, Path], Path]  # the jar, an empty folder of its own; the file in it


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder shared by all checkouts of this user."""
    return Path(environ.get("SIGNAALBRUG_CACHE") or Path.home() / ".cache" / "signaalbrug").expanduser()


def read_lock(lock: Path) -> tuple[Jar, ...]:
    """Every jar of a lock file, in the order of its lines.

    Raises  LocalServerError for a line that is not `sha256  group:artifact[:packaging[:classifier]]:version`
    """
    lines = [line for line in lock.read_text(encoding="ascii").splitlines() if line and line[0] != "#"]
    return tuple(_parse(line, lock) for line in lines)


def fetch(
    jars: Sequence[Jar],
    cache: Path,
    progress: Progress | None = None,
    download: Download | None = None,
) -> tuple[Path, ...]:
    """The paths of the jars, verified, in the given order; what the cache lacks is downloaded.

    Raises  WrongHash, LocalServerError
    """
    obtain = download or _with_jgo
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        waiting = {pool.submit(_obtain, jar, cache, obtain): jar for jar in jars}
        try:
            for done, finished in enumerate(as_completed(waiting), start=1):
                finished.result()
                if progress:
                    progress(done, len(jars), waiting[finished].name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(cache / jar.path for jar in jars)


def verify(file: Path, sha256: str) -> None:
    """Refuse and remove a file whose content is not the promised one.

    Raises  WrongHash
    """
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        file.unlink(missing_ok=True)
        raise WrongHash(
            f"{file.name} has sha256 {found}, the lock says {sha256}; the file was removed",
            "run the same command again; if it stays, trust neither the source nor the lock",
        )


def _parse(line: str, lock: Path) -> Jar:
    sha256, _, coordinate = line.partition("  ")
    parts = coordinate.strip().split(":")
    if len(sha256) != 64 or not 3 <= len(parts) <= 5 or not all(parts):
        raise LocalServerError(f"{lock.name} has a line that is no jar: {line!r}", f"git checkout {lock}")
    group, artifact, *optional, version = parts
    return Jar(sha256, group, artifact, version, *optional)


def _obtain(jar: Jar, cache: Path, download: Download) -> None:
    target = cache / jar.path
    if target.exists():
        verify(target, jar.sha256)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="partial-", dir=cache))
    try:
        file = _patiently(jar, own, download)
        verify(file, jar.sha256)
        file.replace(target)  # two processes may fetch at once: both put the same verified bytes there
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _patiently(jar: Jar, own: Path, download: Download) -> Path:
    for attempt in range(1, ATTEMPTS + 1):
        folder = own / str(attempt)  # a broken download leaves half a file behind
        folder.mkdir()
        try:
            return download(jar, folder)
        except OSError as failure:  # time-outs and broken connections; a plain "no" is a RuntimeError of jgo
            if attempt == ATTEMPTS:
                raise LocalServerError(
                    f"{jar.name} could not be fetched in {ATTEMPTS} attempts ({type(failure).__name__})",
                    "check the network and the mirror in jgo.conf, then run the same command again",
                ) from failure
            time.sleep(2 ** (attempt - 1))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _with_jgo(jar: Jar, folder: Path) -> Path:
    try:
        from jgo.config import GlobalSettings
        from jgo.maven import MavenContext, PythonResolver
    except ImportError as missing:
        raise LocalServerError("the Python package jgo is missing", "make setup") from missing
    context = MavenContext(resolver=PythonResolver(), repo_cache=folder, timeout=TIMEOUT_SECONDS)
    context.remote_repos.update(GlobalSettings.load().repositories)  # the machine's own mirror wins
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    try:  # this one file; never its dependencies, which jgo would choose differently than the lock
        return component.artifact(classifier=jar.classifier, packaging=jar.packaging).resolve()
    except RuntimeError as refused:
        raise LocalServerError(f"{jar.name} is not to be had: {refused}", "make setup") from refused
