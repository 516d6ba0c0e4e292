"""No more new signals about one person on one day than was agreed: a machine gone wrong is stopped."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from connectors.intake import Taken, take_in
from connectors.manifest import manifest_of
from connectors.receipts import MemoryBooks
from connectors.sources import SOURCES, connectors_for
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import Refusal
from tests.support.deliveries import (
    CONNECTORS,
    NUMBERS,
    Door,
    Stopped,
    arrears,
    consent_file,
    ddas_file,
    duo_file,
    melding,
    statement,
)

MOST = 3


def send(door: Door, *names: str, source: str = "debt_services", day: int = 2, **said: object) -> Taken:
    """These signals about one person, to a source that may say three things of somebody in a day."""
    rows = [arrears(name, NUMBERS[0], ontstaansdatum=None, bedrag=None, **said) for name in names]
    stated = f"2026-04-{day:02d}T08:00:00Z"
    content = ddas_file(*rows, stated=stated) if source == "debt_services" else duo_file(*(map(melding, names)))
    connector = replace(CONNECTORS[source], most_per_person=MOST)
    return take_in(connector, BytesIO(content), len(content), door.effects())


def beyond(*rows: int) -> tuple[RefusedRow, ...]:
    return tuple(RefusedRow(row, Refusal.CEILING, None) for row in rows)


def test_what_goes_beyond_the_ceiling_is_refused_by_row_and_the_rest_is_taken() -> None:
    door = Door()
    taken = send(door, "A", "B", "C", "D", "E")
    assert (taken.accepted, taken.refused) == (3, beyond(4, 5))
    assert taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused)


def test_the_ceiling_is_over_all_deliveries_of_the_day() -> None:
    door = Door()
    assert send(door, "A", "B").accepted == 2
    assert send(door, "C", "D", day=3).refused == beyond(2)


def test_the_next_day_begins_anew() -> None:
    door = Door()
    send(door, "A", "B", "C")
    assert send(door, "D", day=3).refused == beyond(1)
    door.now += timedelta(days=1)
    assert send(door, "D", day=4).accepted == 1


def test_a_correction_or_withdrawal_never_meets_the_ceiling() -> None:
    door = Door()
    send(door, "A", "B", "C")
    assert send(door, "A", "B", "C", day=3, crisissignaal=True).accepted == 3
    assert send(door, "A", day=4, status="Inwoner is overleden").accepted == 1


def test_what_was_refused_counts_for_nothing() -> None:
    door = Door()
    send(door, "A", "B", "C", "D", "E")
    door.now += timedelta(days=1)
    assert send(door, "D", "E", "F", day=3).accepted == 3


def test_another_source_has_a_ceiling_of_its_own() -> None:
    door = Door()
    send(door, "A", "B", "C")
    assert send(door, "1", "2", "3", source="school_attendance").accepted == 3


def test_a_statement_of_consent_is_no_signal() -> None:
    door = Door()
    rows = [statement(f"TS-{n}", vastgelegdOp=f"2026-01-0{n}T10:00:00Z") for n in range(1, 6)]
    connector = replace(CONNECTORS["consent_register"], most_per_person=1)
    content = consent_file(*rows)
    assert take_in(connector, BytesIO(content), len(content), door.effects()).accepted == 5


@pytest.mark.parametrize("call", range(1, 4))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_counts_nobody_twice(call: int, after: bool) -> None:
    door = Door(MemoryBooks())
    door.log.dies_at, door.log.after = call, after
    with pytest.raises(Stopped):
        send(door, "A", "B", "C", "D")
    door.log.dies_at = None
    assert send(door, "A", "B", "C", "D").refused == beyond(4)
    assert send(door, "E", day=3).refused == beyond(1)


def test_who_is_forgotten_is_forgotten_here_too() -> None:
    door = Door(books := MemoryBooks())
    send(door, "A", "B", "C")
    (person,) = {whose[2] for whose in books._told}
    books.forget(person)
    assert books._told == {}


@pytest.mark.parametrize("source", SOURCES)
def test_every_connector_has_the_ceiling_of_its_manifest(source: str) -> None:
    assert connectors_for("9990")[source].most_per_person == manifest_of(source).most_per_person > 0
