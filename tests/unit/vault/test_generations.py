"""Keys in generations: a file of either shape, and a vault that is told to use others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError

from connectors.vault.api import Principal, VaultDown
from connectors.vault.keys import Generation, KeyRing, Keys, UnusableSecrets
from connectors.vault.memory import MemoryVault
from tests.support.brp_people import described
from tests.unit.vault.contract import ANNA, BRAM, opened

OLD = Keys.fresh()
NEW = Keys.fresh()
BOTH = replace(OLD, index={**OLD.index, 2: NEW.index[1]}, sealing={**OLD.sealing, 2: NEW.sealing[1]})


def write(path: Path, keys: Keys) -> Path:
    path.write_text(keys.as_json())
    path.chmod(0o600)
    return path


def test_a_file_of_before_there_were_generations_is_read_as_the_first(tmp_path: Path) -> None:
    names = {"index": OLD.index[1], "sealing": OLD.sealing[1], "sources": OLD.sources}
    path = tmp_path / "keys"
    path.write_text(json.dumps({name: key.hex() for name, key in names.items()}))
    path.chmod(0o400)
    read = Keys.read(path)
    assert (read.now, read.index_of(ANNA), read.receipts) == (Generation(1, 1), OLD.index_of(ANNA), OLD.index[1])


def test_generations_come_back_as_they_were_written(tmp_path: Path) -> None:
    read = Keys.read(write(tmp_path / "keys", BOTH))
    assert (dict(read.index), dict(read.sealing), read.now) == (BOTH.index, BOTH.sealing, Generation(2, 2))
    without = replace(BOTH, index={2: BOTH.index[2]})
    assert Keys.read(write(tmp_path / "keys", without)).receipts == OLD.index[1]


@pytest.mark.parametrize("content", [{"index.x": "aa" * 32}, {"index.2": OLD.index[1].hex()}, {"index.2": "aa"}])
def test_a_generation_that_is_none_ends_the_start(tmp_path: Path, content: dict[str, str]) -> None:
    path = write(tmp_path / "keys", OLD)
    path.write_text(json.dumps({**json.loads(OLD.as_json()), **content}))
    with pytest.raises(UnusableSecrets):
        Keys.read(path)


def test_a_receipt_is_found_again_whatever_the_index_key() -> None:
    newest = replace(BOTH, now=Generation(2, 2))
    assert newest.index_of_content("x", b"y") == OLD.index_of_content("x", b"y")
    assert newest.index_of(ANNA) != OLD.index_of(ANNA) and newest.earlier_indexes_of(ANNA) == (OLD.index_of(ANNA),)


def test_what_was_sealed_under_an_earlier_key_is_opened_and_under_a_strange_one_not() -> None:
    newest = replace(BOTH, now=Generation(2, 2))
    assert newest.unseal_bsn(OLD.seal_bsn(ANNA)) == ANNA
    with pytest.raises(CryptoError):
        OLD.unseal(newest.seal(b"x"))


def test_a_ring_reads_its_file_again_when_others_are_in_force(tmp_path: Path) -> None:
    ring = KeyRing.read(write(tmp_path / "keys", OLD))
    sealed = replace(BOTH, now=Generation(2, 2)).seal(b"later")
    with pytest.raises(VaultDown):
        ring.follow(Generation(2, 1))
    only_new = replace(BOTH, index={2: BOTH.index[2]}, sealing={2: BOTH.sealing[2]})
    write(tmp_path / "keys", only_new)
    assert ring.unseal(sealed) == b"later"
    assert ring.keys.now == Generation(1, 1)
    followed = ring.follow(Generation(2, 2))
    assert followed.earlier_indexes_of(ANNA) == (OLD.index_of(ANNA),)
    (tmp_path / "keys").chmod(0o644)
    with pytest.raises(VaultDown):
        ring.follow(Generation(3, 3))


def test_a_ring_without_a_file_has_what_it_has() -> None:
    ring = KeyRing(OLD)
    with pytest.raises(CryptoError):
        ring.unseal(NEW.seal(b"x"))
    with pytest.raises(VaultDown):
        ring.follow(Generation(2, 2))


class InMemory:
    def __init__(self) -> None:
        self.vault = MemoryVault(keys=BOTH)

    def serving(self, principal: Principal):  # type: ignore[no-untyped-def]
        return self.vault.serving(principal)

    def reveal_lines(self) -> list[tuple[str, str, str, str]]:
        return []

    def identity_lines(self) -> list[tuple[str, str, str]]:
        return []


def test_a_person_keeps_one_pseudonym_when_other_keys_come_into_force() -> None:
    vaults = InMemory()
    intake, receipt = vaults.serving(Principal.INTAKE), opened(vaults)
    before = intake.pseudonymise_many(receipt.id, [ANNA])
    assert intake.identify_many(receipt.id, [described()]) == [None]
    vaults.vault.store.generation = Generation(2, 2)
    assert intake.pseudonymise_many(receipt.id, [ANNA, BRAM, ANNA])[::2] == before * 2
    assert intake.identify_many(receipt.id, [described()]) == [None]
    assert len(vaults.serving(Principal.IDENTITY).identity_questions()) == 1
    assert opened(vaults).key == receipt.key
    vaults.vault.store.generation = Generation(9, 9)
    with pytest.raises(VaultDown):
        intake.pseudonymise_many(receipt.id, [ANNA])
