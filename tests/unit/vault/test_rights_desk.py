"""An erasure is on the log before the mapping is gone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.rights_desk import erase_person
from connectors.vault.api import Principal, VaultRefused
from schemas.codec import Codec
from schemas.events.register import PersonLifecycle
from schemas.record import OutRecord, Recorder
from tests.unit.vault.contract import ANNA, known, looked_up
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
    for principal in set(Principal) - {Principal.RIGHTS}:
        with pytest.raises(VaultRefused):
            erase_person(anna, vaults.serving(principal), lambda _: None, Recorder(CODEC), LATE)
    assert known(vaults, ANNA) == [anna]
