"""One Apicurio Registry for the tests: the Confluent API of a server that is not ours."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from pathlib import Path

from signaalbrug.local.errors import PortTaken
from signaalbrug.local.jars import Jar, cache_folder, fetch, read_lock
from signaalbrug.local.kafka import DEPLOY, QUICK, java
from signaalbrug.local.ports import HOST, free_ports, is_free
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import Started, write_private

LOCK = DEPLOY / "apicurio.lock"
API = "/apis/ccompat/v7"
HEAP = "512m"
START_SECONDS = 120.0  # 6 s on an idle machine


class Apicurio:
    """One registry and its data; the port stays the same at every start."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self.folder = folder.resolve()
        self._supervisor = supervisor

    @classmethod
    def start(cls, folder: Path, supervisor: Supervisor) -> Apicurio:
        """A running registry on the data of this folder; new when there is none.

        Raises  LocalServerError (Java or the archive is missing), PortTaken, NotReady
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        registry = cls(folder, supervisor)
        registry.restart()
        return registry

    @property
    def url(self) -> str:
        """Where it speaks the Confluent API."""
        return f"http://{HOST}:{self.port}{API}"

    @property
    def port(self) -> int:
        """Its port, chosen at the first start."""
        kept = self.folder / "port.json"
        if not kept.exists():
            write_private(kept, json.dumps(free_ports(1)[0]))
        port: int = json.loads(kept.read_text(encoding="utf-8"))
        return port

    def restart(self) -> Started:
        """Start the stopped or killed registry on the same port and data."""
        name = self.folder.name
        if self._supervisor.state.find(name) is None and not is_free(self.port):
            raise PortTaken(f"port {self.port} of {name} is held by another process", "signaalbrug down")
        home = _unpacked(fetch(read_lock(LOCK), cache_folder(os.environ))[0], read_lock(LOCK)[0])
        data = self.folder / "data"
        settings = {
            "quarkus.http.port": str(self.port),
            "quarkus.http.host": HOST,
            "quarkus.management.port": str(free_ports(1)[0]),
            "quarkus.management.host": HOST,
            "apicurio.storage.kind": "sql",
            "apicurio.storage.sql.kind": "h2",
            "apicurio.datasource.url": f"jdbc:h2:file:{data}",
            "java.io.tmpdir": str(self._own("tmp")),
        }
        options = [f"-D{key}={value}" for key, value in settings.items()]
        return self._supervisor.start(
            name,
            [java(), f"-Xmx{HEAP}", QUICK, *options, "-jar", home / "quarkus-run.jar"],
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(self.folder)},
            log=self.folder / "apicurio.log",
            ready=f"{self.url}/subjects",
            timeout=START_SECONDS,
            cwd=self.folder,
        )

    def stop(self) -> None:
        """Stop it; its data stays."""
        self._supervisor.stop(self.folder.name)

    def kill(self) -> None:
        """End it with SIGKILL; its data stays."""
        self._supervisor.kill(self.folder.name)

    def remove(self) -> None:
        """Stop it and remove its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _own(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def _unpacked(archive: Path, jar: Jar) -> Path:
    """The verified archive's folder; unpacked once, under the hash that it was verified against."""
    home = archive.parent / jar.sha256[:16]
    if not home.exists():
        new = archive.parent / f"unpacking-{os.getpid()}"
        with tarfile.open(archive) as content:
            content.extractall(new, filter="data")
        try:
            new.replace(home)
        except OSError:  # another process was first
            shutil.rmtree(new, ignore_errors=True)
    return next(home.rglob("quarkus-run.jar")).parent
