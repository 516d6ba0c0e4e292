"""The engines that run the plain job: how each is made ready, started, and why one is left out."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers import plain
from signaalbrug.local.errors import LocalServerError
from signaalbrug.local.jars import cache_folder, fetch, read_lock
from signaalbrug.local.kafka import LOCK as BROKER_LOCK
from signaalbrug.local.kafka import java

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JARS = HERE / "jars.lock"
QUIX = HERE / "quix_requirements.lock"
SOURCE = HERE / "java" / "PlainJob.java"
SCHEMAS = {"signal": plain.SIGNAL_SCHEMA, "state": plain.STATE_SCHEMA, "alert": plain.ALERT_SCHEMA}

#: argv of a run: broker, name of the run, an empty folder
Command = Callable[[str, str, Path], Sequence[str]]


class Unavailable(Exception):
    """This engine cannot be had here, and why."""


@dataclass(frozen=True)
class Engine:
    """One engine, ready to be started."""

    name: str
    what: str
    command: Command

    def start(self, broker: str, run: str, folder: Path) -> subprocess.Popen[bytes]:
        """A process that runs the job until it is stopped; its words are in `engine.log`."""
        with (folder / "engine.log").open("wb") as out:
            return subprocess.Popen(
                self.command(broker, run, folder),
                cwd=ROOT,
                env=_environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _cached(kind: str, *contents: bytes) -> Path:
    """A folder of the user's cache that belongs to exactly these contents."""
    named = hashlib.sha256(b"\0".join((sys.version.encode(), *contents))).hexdigest()[:16]
    return cache_folder(os.environ) / "bench" / f"{kind}-{named}"


def native() -> Engine:
    return _ours("native", "transactor, natively delivered", "native")


def faust() -> Engine:
    return _ours("faust", "transactor, delivered by Faust", "faust")


def faust_only() -> Engine:
    """Under load the transactor reads most by itself; here every record comes through Faust."""
    return _ours(
        "faust_only", "transactor that reads nothing itself, delivered by Faust", "faust", "only-delivered"
    )


def _ours(name: str, what: str, *words: str) -> Engine:
    def command(broker: str, run: str, folder: Path) -> Sequence[str]:
        return (sys.executable, "-m", "bench.peers.ours_job", broker, run, str(folder), *words)

    return Engine(name, what, command)


def loop() -> Engine:
    def command(broker: str, run: str, _: Path) -> Sequence[str]:
        return (sys.executable, "-m", "bench.peers.loop_job", broker, run)

    return Engine("loop", "confluent-kafka loop, one transaction per batch", command)


def quix() -> Engine:
    """Quix Streams in an environment of its own, every package checked against its lock.

    Raises  Unavailable
    """
    folder = _cached("quix", QUIX.read_bytes())
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(QUIX))
        (folder / ".installed").touch()

    def command(broker: str, run: str, state: Path) -> Sequence[str]:
        return (str(python), "-m", "bench.peers.quix_job", broker, run, str(state / "state"))

    return Engine("quix", "Quix Streams exactly-once", command)


def streams() -> Engine:
    """Kafka Streams on the Java of this environment, compiled with the machine's javac.

    Raises  Unavailable
    """
    javac = shutil.which("javac")
    if javac is None:
        raise Unavailable("javac is not installed")
    cache = cache_folder(os.environ)
    try:
        jars = fetch([*read_lock(JARS), *read_lock(BROKER_LOCK)], cache)
        run_java = str(java())
    except LocalServerError as missing:
        raise Unavailable(str(missing)) from missing
    folder, classpath = _cached("java", SOURCE.read_bytes(), JARS.read_bytes()), os.pathsep.join(map(str, jars))
    if not (folder / ".compiled").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(javac, "--release", "17", "-cp", classpath, "-d", str(folder), str(SOURCE))
        for name, schema in SCHEMAS.items():
            (folder / f"{name}.avsc").write_text(json.dumps(schema))
        (folder / ".compiled").touch()
    classpath = os.pathsep.join((str(folder), classpath))

    def command(broker: str, run: str, state: Path) -> Sequence[str]:
        return (run_java, "-Xmx1g", "-cp", classpath, "PlainJob", broker, run, str(state / "state"), str(folder))

    return Engine("streams", "Kafka Streams exactly_once_v2, RocksDB", command)


#: In the order of the first round; each next round begins one further.
ENGINES: Mapping[str, Callable[[], Engine]] = {
    "streams": streams,
    "quix": quix,
    "loop": loop,
    "native": native,
    "faust": faust,
    "faust_only": faust_only,
}


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(f"{Path(argv[0]).name} failed: {lines[-1] if lines else done.returncode}")
