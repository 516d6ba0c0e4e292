"""A half-taken file that is taken again asks nothing of the vault for what was planned before."""

import pytest

from connectors.bsn import Bsn
from connectors.vault.api import Principal
from connectors.vault.desk import Ceilings
from connectors.vault.memory import MemoryVault
from schemas.events.account import ProcessingLine
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.identity import PersonPseudonym
from tests.support.deliveries import NUMBERS, Door, Log, Stopped, arrears, consent_file, ddas_file, statement

ERASED, KEPT = NUMBERS[0], NUMBERS[1]
FILES = {
    "debt_services": ddas_file(arrears("VS-1", ERASED), arrears("VS-2", KEPT)),
    "consent_register": consent_file(statement("TS-1", ERASED), statement("TS-2", KEPT)),
}


def in_the_vault(door: Door, number: str) -> PersonPseudonym | None:
    return door.store.serving(Principal.RIGHTS).find_to_erase(Bsn(number))


def erase(door: Door, number: str) -> PersonPseudonym:
    """As the rights desk and the follower of intake do between them."""
    person = in_the_vault(door, number)
    assert person is not None
    door.store.serving(Principal.RIGHTS).erase(person)
    door.books.forget(person)
    return person


@pytest.mark.parametrize("source", FILES)
def test_a_person_erased_between_plan_and_publication_does_not_come_back(source: str) -> None:
    door = Door()
    door.log = Log(dies_at=2)
    with pytest.raises(Stopped):
        door.send(source, FILES[source])
    erased, kept = erase(door, ERASED), in_the_vault(door, KEPT)
    door.send(source, FILES[source])
    assert (in_the_vault(door, ERASED), in_the_vault(door, KEPT)) == (None, kept)
    said = [each.person for kind in (Signal, Consent, ProcessingLine) for each in door.log.events(kind)]
    assert said == [kept, kept] and erased.encode() not in door.log.everything()


@pytest.mark.parametrize("source", FILES)
def test_what_was_planned_before_is_not_charged_again(source: str) -> None:
    door = Door(vault=MemoryVault(ceilings=Ceilings(daily=2)).serving(Principal.INTAKE))
    door.log = Log(dies_at=2)
    with pytest.raises(Stopped):
        door.send(source, FILES[source])
    assert door.send(source, FILES[source]).accepted == 2


def test_no_withdrawal_names_a_person_who_was_erased_since_it_was_planned() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears("VS-1", ERASED)))
    door.log = Log(dies_at=2)
    moved = ddas_file(arrears("VS-1", KEPT), stated="2026-04-03T08:00:00Z")
    with pytest.raises(Stopped):
        door.send("debt_services", moved)
    erased = erase(door, ERASED)
    door.send("debt_services", moved)
    assert [each.person for each in door.log.events(Signal)] == [in_the_vault(door, KEPT)]
    assert erased.encode() not in door.log.everything()
