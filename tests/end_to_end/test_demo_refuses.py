"""The demonstration is worth something because it can fail: with a planted fault it does not exit with 0."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import Codec
from schemas.events.account import AccessDecision
from schemas.following import Apply, Arrived
from schemas.vocabulary import Purpose
from signaalbrug.commands.demo import demo
from signaalbrug.demo import in_memory, rooms, stories
from signaalbrug.demo.municipality import Waterrijk
from signaalbrug.demo.people import Person
from signaalbrug.leak_stores import logs_store
from signaalbrug.leaks import Store
from signaalbrug.local.state import State, alive
from streams.trail import store

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNAALBRUG_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def losing(lost: Callable[[Arrived], bool]) -> Callable[[Codec], Apply]:
    """A trail on which some records are lost before they are written down."""

    def applying(codec: Codec) -> Apply:
        whole = store.applying(codec)
        return lambda connection, arrived: whole(connection, [one for one in arrived if not lost(one)])

    return applying


def allows_showing(one: Arrived) -> bool:
    return isinstance(one.event, AccessDecision) and one.event.purpose is Purpose.SHOW_TO_TEAM


def test_it_fails_when_an_alert_shows_what_no_decision_allowed(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rooms, "applying", losing(allows_showing))
    assert demo(memory=True, headless=True) == 1
    told = capsys.readouterr().out
    assert "does not hold: I3" in told
    assert "everything holds" not in told


def test_it_fails_when_somebody_can_be_recognised_outside_the_vault(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = in_memory.stores_of

    def with_a_careless_log(*arguments: Any) -> Sequence[Store]:
        careless = state / "careless.log"
        careless.write_text("".join(person.bsn for person in people[:1]))
        return [*whole(*arguments), logs_store("a careless log", [careless])]

    people: list[Person] = []
    town = in_memory.waterrijk

    def remembered(*arguments: Any) -> Waterrijk:
        made = town(*arguments)
        people.extend(made.people)
        return made

    monkeypatch.setattr(in_memory, "waterrijk", remembered)
    monkeypatch.setattr(in_memory, "stores_of", with_a_careless_log)
    assert demo(memory=True, headless=True) == 1
    assert "does not hold: I7" in capsys.readouterr().out


def test_it_fails_when_no_alert_was_made(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone: Sequence[stories.Share] = (stories.Share(stories.absence_alone, 12), stories.Share(stories.one_debt, 12))
    monkeypatch.setattr(stories, "SHARES", alone)
    assert demo(memory=True, headless=True) == 1
    assert "no alert was made" in capsys.readouterr().out
    assert [one.name for one in State(state).started() if alive(one)] == []
