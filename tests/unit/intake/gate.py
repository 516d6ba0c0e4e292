"""The drop folder of the real intake, with its real sandbox, and no server behind it."""

import atexit
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY

from connectors.connector import Connector
from connectors.files import prepare
from connectors.intake_process import Intake, IntakeSettings
from connectors.sandbox import Sandbox, sandbox_of
from connectors.sources import SOURCES
from schemas.transport import Cluster
from tests.support.deliveries import CODEC, PUBLIC, Door

LATER_S = 2.0


@cache
def warm_sandbox() -> Sandbox:
    """One child for all tests of this process."""
    made = sandbox_of("9990")
    atexit.register(made.close)
    return made


class Lines:
    """What intake logs, as text."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def _keep(self, event: str, **fields: object) -> None:
        self.said.append(f"{event} {fields}")

    info = warning = error = _keep


class Gate:
    """`let_in` looks at the folder of one source twice, as the process does between two polls."""

    def __init__(self, folder: Path, sandbox: Sandbox | None = None, **settings: Any) -> None:
        prepare(folder / "drop", SOURCES)
        (folder / "key").write_text(PUBLIC)
        self.drop, self.door, self.lines = folder / "drop", Door(), Lines()
        given = IntakeSettings(
            vault_socket=folder / "no.sock",
            vault_token="none",
            database="none",
            drop=self.drop,
            quarantine_key=folder / "key",
            settle_seconds=0.0,
            **settings,
        )
        self.intake = Intake(given, Cluster("127.0.0.1:9"), CODEC, self.lines)
        self.guarded_by(sandbox or warm_sandbox(), self.intake._connectors)

    def guarded_by(self, sandbox: Sandbox, connectors: Mapping[str, Connector]) -> None:
        self.intake._sandbox = sandbox
        self.intake._connectors = {name: sandbox.guarding(each) for name, each in connectors.items()}

    def into(self, source: str) -> Path:
        return self.drop / source / "in"

    def put(self, source: str, content: bytes, name: str = "levering") -> Path:
        path = self.into(source) / name
        path.write_bytes(content)
        return path

    def let_in(self, source: str) -> None:
        for _ in range(2):
            self.intake._folder(source, self.door.effects(), threading.Event())

    def lying(self, source: str, part: str) -> list[str]:
        return sorted(path.name for path in (self.drop / source / part).iterdir())

    def told(self) -> str:
        """Every line of the log, every metric with its labels, every name that we gave, every byte that left."""
        names = [path.name for part in ("done", "refused") for path in self.drop.glob(f"*/{part}/*")]
        metrics = [str(sample.labels) for metric in REGISTRY.collect() for sample in metric.samples]
        return "\n".join([*self.lines.said, *names, *metrics, self.door.log.everything().decode("latin-1")])


def counted(code: str) -> float:
    """How often this reason was counted."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "signaalbrug_quarantined_total" and sample.labels["code"] == code
    )
