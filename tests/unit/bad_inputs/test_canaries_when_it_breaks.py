"""No value is told when the vault, the broker, the books or our own code fails halfway."""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog

from connectors.connector import Connector
from connectors.intake import take_in
from connectors.sources import SOURCES
from connectors.threads import Process
from connectors.vault.api import VaultDown, VaultRefused
from schemas.events.delivery import Quarantined
from tests.support.deliveries import CONNECTORS, Door, Stopped, number
from tests.unit.bad_inputs.heard import CANARY, TRACES, leaks, left_by, listening, spoken
from tests.unit.bad_inputs.places import filled, places, samples
from tests.unit.intake.gate import Gate


def _whole(source: str) -> bytes:
    return filled(samples(source)[-1].read_bytes(), CANARY)


@dataclass
class Failing:
    """A vault that answers the first *answers* calls."""

    vault: Any
    answers: int
    error: Exception

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.vault, name)

        def answered(*given: Any) -> Any:
            self.answers -= 1
            if self.answers < 0:
                raise self.error
            return call(*given)

        return answered


def death(door: Door, source: str, content: bytes) -> str:
    """What the end of it says, if it did not come through."""
    try:
        door.send(source, content)
    except (VaultDown, VaultRefused, Stopped) as error:
        return spoken(error)
    return ""


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("error", [VaultDown(), VaultRefused("ceiling")], ids=["down", "refused"])
def test_a_vault_that_fails_anywhere_is_told_without_a_value(source: str, error: Exception) -> None:
    raised = 0
    for content in _two(source):
        for answers in range(6):
            door = Door()
            door.vault = Failing(door.vault, answers, error)
            with listening() as heard:
                said = death(door, source, content)
            raised += bool(said)
            assert leaks(said + left_by(door) + heard.all(), TRACES) == []
    assert raised >= 6


def _two(source: str) -> Iterator[bytes]:
    """A file whose rows are refused, and one with a value that a row is accepted with."""
    yield _whole(source)
    free = {"ID", "kenmerk", "id", "meldingnummer", "Meldingsnummer", "nummer", "text", "Functie"}
    yield next(each for each in places(source) if each.path[-1] in free).with_value(CANARY)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_at_any_publication_is_told_without_a_value(source: str, after: bool) -> None:
    died = 0
    for content in _two(source):
        for call in range(1, 4):
            door = Door()
            door.log.dies_at, door.log.after = call, after
            with listening() as heard:
                said = death(door, source, content)
            died += bool(said)
            assert leaks(said + left_by(door) + heard.all(), TRACES) == []
    assert died >= 5


def _of_the_database(_: object) -> Any:
    """As PostgreSQL says it, with the value in its text."""
    raise psycopg.errors.UniqueViolation(f"DETAIL: Key (name)=({CANARY}) already exists.")


def _of_a_parser(_: object) -> Any:
    raise ValueError(f"could not convert string to float: {CANARY!r}") from KeyError(number(777))


def _taking(connector: Connector, content: bytes, door: Door) -> Callable[[], None]:
    def take() -> None:
        take_in(connector, io.BytesIO(content), len(content), door.effects())

    return take


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("mistake", [_of_the_database, _of_a_parser])
def test_a_mistake_of_ours_whose_text_holds_a_value_ends_the_process_and_is_not_told(
    source: str, mistake: Callable[[object], Any]
) -> None:
    """What stands in the text of somebody else's exception stays there: a process says its type alone."""
    for broken in ("normalise", "publish"):
        door, stop = Door(), threading.Event()
        connector = CONNECTORS[source]
        if broken == "normalise":
            connector = replace(connector, normalise=lambda row, _: mistake(row))
        else:
            door.log.publish = mistake  # type: ignore[method-assign, assignment]
        content = samples(source)[-1].read_bytes()
        with listening() as heard:
            process = Process(structlog.get_logger(), stop)
            process.run("intake", _taking(connector, content, door))
        assert stop.is_set() and '"failed"' in heard.output.getvalue(), "it did end"
        assert leaks(heard.all() + left_by(door), TRACES) == []


@pytest.mark.parametrize("source", SOURCES)
def test_the_drop_folder_and_the_parser_of_its_own_tell_no_value(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gate = Gate(tmp_path)
    files = [*_two(source), *(path.read_bytes()[:-20] + CANARY.encode() for path in samples(source)[-1:])]
    for n, content in enumerate(files):
        gate.put(source, content, f"{CANARY}-{n}")
        gate.let_in(source)
    assert not gate.lying(source, "in") and gate.door.log.events(Quarantined)
    assert leaks(gate.told() + left_by(gate.door) + "".join(capfd.readouterr()), TRACES) == []
