"""Batches overlap, and yet: plan before publication, publication in order, ticked off when acknowledged."""

import threading
from collections.abc import Sequence

import pytest

from schemas.events.signal import Signal
from schemas.record import OutRecord
from tests.support.deliveries import Door, Log, Stopped, arrears, ddas_file, number

DEBT = "debt_services"
CONTENT = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_700)))


def rows_out(door: Door) -> list[int]:
    return [each.row for each in door.log.events(Signal)]


def test_what_is_ticked_off_was_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    door, ticked = Door(), list[int]()
    published = door.books.published

    def tick(receipt: str, through_row: int) -> None:
        assert rows_out(door)[-1] >= through_row
        ticked.append(through_row)
        published(receipt, through_row)

    monkeypatch.setattr(door.books, "published", tick)
    door.send(DEBT, CONTENT)
    assert ticked == [500, 1_000, 1_500, 1_700] and rows_out(door) == list(range(1, 1_701))


def test_a_batch_is_planned_before_it_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    door, planned = Door(), set[int]()
    plan, publish = door.books.plan, door.log.publish

    def planning(receipt: str, plans: Sequence[object]) -> None:
        plan(receipt, plans)  # type: ignore[arg-type]
        planned.update(each.row for each in plans)  # type: ignore[attr-defined]

    def publishing(records: Sequence[OutRecord]) -> None:
        publish(records)
        assert set(rows_out(door)) <= planned

    monkeypatch.setattr(door.books, "plan", planning)
    monkeypatch.setattr(door.log, "publish", publishing)
    assert door.send(DEBT, CONTENT).accepted == 1_700


def test_the_vault_is_asked_about_the_next_batch_while_one_is_published() -> None:
    door, next_was_asked = Door(), threading.Event()
    vault, publish, asked = door.vault, door.log.publish, list[int]()

    class Watching:
        """The vault, which tells when it is asked a second time."""

        def __getattr__(self, name: str) -> object:
            if name == "pseudonymise_many":
                asked.append(1)
                if len(asked) == 2:
                    next_was_asked.set()
            return getattr(vault, name)

    def waits(records: Sequence[OutRecord]) -> None:
        if any(each.topic.startswith("signal") for each in records):
            assert next_was_asked.wait(60)
        publish(records)

    door.vault = Watching()  # type: ignore[assignment]
    door.log.publish = waits  # type: ignore[method-assign]
    assert door.send(DEBT, CONTENT).accepted == 1_700


def test_no_batch_overtakes_one_that_was_not_acknowledged() -> None:
    door = Door()
    door.log = Log(dies_at=3)
    with pytest.raises(Stopped):
        door.send(DEBT, CONTENT)
    assert rows_out(door) == list(range(1, 501))
    door.send(DEBT, CONTENT)
    assert rows_out(door) == list(range(1, 1_701))
