"""An erasure is on the log before the mapping is gone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.rights_desk import NoNumber, erase_by_number, erase_person
from connectors.vault.api import Principal, VaultDown, VaultRefused
from schemas.codec import Codec
from schemas.events.register import PersonLifecycle
from schemas.record import OutRecord, Recorder
from tests.unit.vault.contract import ANNA, digits, known, looked_up
from tests.unit.vault.test_memory import InMemory

CODEC = Codec()
LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_erased_is_published_and_then_the_mapping_is_destroyed() -> None:
    vaults, log = InMemory(), list[OutRecord]()
    (anna,) = known(vaults, ANNA)
    erase_person(anna, vaults.serving(Principal.RIGHTS), log.extend, Recorder(CODEC), LATE)
    (record,) = log
    assert record.value is not None
    said = CODEC.decode(record.topic, record.value)
    assert isinstance(said, PersonLifecycle)
    assert (said.person, said.happened_on) == (anna, date(2026, 3, 2))
    registers = vaults.serving(Principal.REGISTERS)
    assert registers.find_many(looked_up(vaults).id, [ANNA]) == [None]


def test_when_the_log_does_not_take_it_the_mapping_stays_and_it_can_be_asked_again() -> None:
    vaults = InMemory()
    (anna,) = known(vaults, ANNA)

    def failing(_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        erase_person(anna, vaults.serving(Principal.RIGHTS), failing, Recorder(CODEC), LATE)
    assert known(vaults, ANNA) == [anna]


def test_nobody_but_the_rights_desk_erases() -> None:
    vaults = InMemory()
    (anna,) = known(vaults, ANNA)
    said: list[OutRecord] = []
    for principal in set(Principal) - {Principal.RIGHTS}:
        with pytest.raises(VaultRefused):
            erase_person(anna, vaults.serving(principal), said.extend, Recorder(CODEC), LATE)
        with pytest.raises(VaultRefused):
            erase_by_number(digits(ANNA), vaults.serving(principal), said.extend, Recorder(CODEC), LATE)
    assert known(vaults, ANNA) == [anna]
    assert said == [], "it was on the log before the vault had been asked"


def test_by_number_a_crash_between_log_and_vault_is_repaired_by_asking_again() -> None:
    vaults, log = InMemory(), list[OutRecord]()
    (anna,) = known(vaults, ANNA)

    class Dying:
        def __getattr__(self, name: str) -> Any:
            if name == "erase":
                raise VaultDown
            return getattr(vaults.serving(Principal.RIGHTS), name)

    with pytest.raises(VaultDown):
        erase_by_number(digits(ANNA), Dying(), log.extend, Recorder(CODEC), LATE)  # type: ignore[arg-type]
    done = erase_by_number(digits(ANNA), vaults.serving(Principal.RIGHTS), log.extend, Recorder(CODEC), LATE)
    assert done is not None and done.on == date(2026, 3, 2)
    assert len(log) == 2 and log[0].key == log[1].key and log[0].value == log[1].value
    assert anna not in repr(done) and digits(ANNA) not in repr(done)
    desk = vaults.serving(Principal.RIGHTS)
    assert erase_by_number(digits(ANNA), desk, log.extend, Recorder(CODEC), LATE) is None
    assert len(log) == 2


def test_what_is_no_number_is_refused_without_being_repeated() -> None:
    with pytest.raises(NoNumber) as refused:
        erase_by_number("999990018", InMemory().serving(Principal.RIGHTS), lambda _: None, Recorder(CODEC), LATE)
    assert str(refused.value) == ""
