"""From the file of a small landlord to the decision: arrears of which one duty was not done are not used."""

import dataclasses

import pytest

from connectors.debt_services.csv_lines import ATTESTED
from schemas.events.account import Outcome
from schemas.events.signal import Signal
from schemas.vocabulary import OutcomeKind, Reason
from tests.support.deliveries import Door
from tests.support.stories import absence, agreed, at, dawn, joined, open_alerts, person, told
from tests.unit.debt_services.files import csv_file

FAMILY = (joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2), absence("kind", on=3))


def delivered(**columns: str) -> Signal:
    """The signal that intake publishes of one line, about the parent in the story."""
    door = Door()
    door.now = at(10)
    door.send("debt_services", csv_file({"signaaldatum": "2026-01-08", "ontstaansdatum": "", **columns}))
    (signal,) = door.log.events(Signal)
    return dataclasses.replace(signal, person=person("ouder"))


def test_arrears_of_which_every_duty_was_done_are_used() -> None:
    assert len(open_alerts(told([*FAMILY, delivered(), dawn(20)]))) == 1


@pytest.mark.parametrize("answer", ["nee", ""])
@pytest.mark.parametrize("column", ATTESTED)
def test_arrears_of_which_one_duty_was_not_done_are_denied(column: str, answer: str) -> None:
    signal = delivered(**{column: answer})
    memory = told([*FAMILY, signal, dawn(20)])
    fates = [each for each in memory.events("outcome.v1") if isinstance(each, Outcome)]
    assert [(each.kind, each.reason) for each in fates if each.signal == signal.signal] == [
        (OutcomeKind.DENIED, Reason.ATTESTATION_MISSING)
    ]
    assert not open_alerts(memory)
