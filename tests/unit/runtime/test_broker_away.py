"""A worker that starts while the broker goes away waits for it, and one that cannot go on says why."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from schemas.following import CannotContinue
from schemas.sealing import new_pair
from schemas.transport import Cluster
from signaalbrug.local.ports import free_ports
from streams.runtime import faust_delivery, worker
from streams.topology import PERSON


class Held:
    """What a worker holds, as far as a delivery knows."""

    ended: object = None

    def end(self, ended: object) -> None:
        self.ended = ended


async def _delivered(tries: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Held, int]:
    """Deliver from a port at which nobody listens, and be told to stop after so many tries."""
    held, stop, made = Held(), asyncio.Event(), [0]
    make = faust_delivery._app

    def counted(*given: Any) -> Any:
        made[0] += 1
        if made[0] == tries:
            asyncio.get_running_loop().call_soon(stop.set)
        return make(*given)

    monkeypatch.setattr(faust_delivery, "_app", counted)
    monkeypatch.setattr(faust_delivery, "AGAIN_AFTER_S", 0.01)
    nobody: Any = Cluster(f"127.0.0.1:{free_ports(1)[0]}")
    holding: Any = held
    given: Any = {"prefix": "", "state": folder, "session_s": 2.0}
    await asyncio.wait_for(faust_delivery.deliver_by_faust(PERSON, nobody, holding, stop, **given), 60)
    return held, made[0]


def test_faust_is_begun_again_until_the_broker_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, tries = asyncio.run(_delivered(3, tmp_path, monkeypatch))
    assert tries == 3 and held.ended is None


def test_a_worker_that_cannot_go_on_before_it_delivers_ends_with_6(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: Any) -> bool:
        raise CannotContinue(
            "consent.v1", 0, "het topic heeft 4 partities, de instelling zegt 8", "signaalbrug doctor"
        )

    monkeypatch.setattr(worker, "await_topics", refused)
    key = tmp_path / "quarantine.pub"
    key.write_text(new_pair()[1])
    environment = {
        "SIGNAALBRUG_BROKER": "127.0.0.1:9",
        "SIGNAALBRUG_OPERATIONS_PORT": "0",
        "SIGNAALBRUG_QUARANTINE_KEY": str(key),
        "SIGNAALBRUG_STATE": str(tmp_path),
    }
    assert worker.serve(environment, "person") == 6
    assert "4 partities" in capsys.readouterr().err
