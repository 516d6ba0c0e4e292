"""Other keys under load: nobody gets a second pseudonym, and a rotation that was killed goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.bsn import Bsn
from connectors.vault.api import Principal
from connectors.vault.keys import Keys
from connectors.vault.rotating import RotatesAlready, rotate
from schemas.identity import PersonPseudonym
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.servers import Servers
from tests.support.brp_people import WHO, nameless, written
from tests.support.vault_process import RunningVault, running_vault
from tests.unit.vault.contract import NOORD, asked_about, bsns, known, looked_up, opened

pytestmark = pytest.mark.integration
AT_HOME = nameless(born="", postcode="9990AB", house_number="7")


class Killed(Exception):
    """The command died here."""


@pytest.fixture(scope="module")
def process(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    brp = str(written(tmp_path_factory.mktemp("brp")))
    with running_vault(servers, SIGNAALBRUG_BRP=brp) as vault:
        yield vault


@pytest.fixture
def vault(process: RunningVault) -> RunningVault:
    process.empty()
    return process


@pytest.fixture
def owner(process: RunningVault) -> Iterator[psycopg.Connection]:
    server = process.servers.vault
    url = server.url(SUPERUSER, server.password_of(SUPERUSER), process.database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def keys_file(vault: RunningVault) -> Path:
    return Path(vault.environment["SIGNAALBRUG_VAULT_KEYS"])


class Callers:
    """Intakes and registers that go on asking until told to stop; each person has one answer."""

    def __init__(self, vault: RunningVault, persons: list[Bsn]) -> None:
        self.vault, self.persons = vault, persons
        self.seen: dict[Bsn, set[PersonPseudonym]] = {person: set() for person in persons}
        self.turns, self.wrong = 0, list[str]()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(3)]

    def _ask(self, number: int) -> None:
        intake, registers = self.vault.serving(Principal.INTAKE), self.vault.serving(Principal.REGISTERS)
        receipt, lookup = opened(self.vault, f"levering {number}").id, looked_up(self.vault, f"zoek {number}").id
        turn = number
        while not self._stop.is_set():
            some = [self.persons[(turn * 37 + at) % len(self.persons)] for at in range(40)]
            said = intake.pseudonymise_many(receipt, some)
            if registers.resolve_many(lookup, said) != some:
                self.wrong.append("resolved to somebody else")
            if registers.find_many(lookup, some) != said:
                self.wrong.append("found otherwise")
            for person, pseudonym in zip(some, said, strict=True):
                self.seen[person].add(pseudonym)
            turn += 1
            self.turns += 1

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        assert self.turns and not self.wrong

    def asked_again(self) -> None:
        """Wait until something more was asked and answered."""
        before = self.turns
        while self.turns < before + 6 and not self.wrong:
            self._stop.wait(0.02)


@pytest.mark.parametrize("kind", ["index", "sealing"])
def test_another_key_under_load_and_a_kill_halfway_changes_nobody(
    vault: RunningVault, owner: psycopg.Connection, kind: str
) -> None:
    persons = bsns(1_000, 999_300_000)
    before = [each for at in (0, 400) for each in known(vault, *persons[at : at + 400])]
    question = asked_about(vault, AT_HOME)
    receipt, (token, *_) = opened(vault), vault.serving(Principal.WIJKTEAM).team_tokens(NOORD, before[:1])
    mode = keys_file(vault).stat().st_mode
    was = Keys.read(keys_file(vault)).now
    with Callers(vault, persons) as callers:
        batches = 0

        def killed_in_the_middle() -> None:
            nonlocal batches
            batches += 1
            callers.asked_again()
            if batches == 4:
                raise Killed

        with pytest.raises(Killed):
            rotate(kind, keys_file(vault), owner, 100, killed_in_the_middle)
        halfway = Keys.read(keys_file(vault))
        assert len(halfway.index if kind == "index" else halfway.sealing) == 2
        callers.asked_again()
        done = rotate(kind, keys_file(vault), owner, 100, callers.asked_again)
        callers.asked_again()
    assert done.rows >= 400 and done.generation == getattr(was, kind) + 1
    assert all(len(pseudonyms) <= 1 for pseudonyms in callers.seen.values())
    assert known(vault, *persons[:400]) == before[:400] and known(vault, *persons[400:800]) == before[400:]
    assert vault.rows("select count(*) = count(distinct pseudonym) and count(*) <= 1001 from person") == [(True,)]
    after = Keys.read(keys_file(vault))
    assert (set(after.index), set(after.sealing)) == ({after.now.index}, {after.now.sealing})
    assert keys_file(vault).stat().st_mode == mode
    _nothing_else_changed(vault, receipt.key, token, persons[0], question)


def _nothing_else_changed(vault: RunningVault, key: bytes, token: str, person: Bsn, question: str) -> None:
    """Also for a vault that was started anew, with the new keys alone."""
    for _ in range(2):
        assert opened(vault).key == key
        assert vault.serving(Principal.WIJKTEAM).reveal(NOORD, "g.jansen", token, "gesprek") == person
        desk = vault.serving(Principal.IDENTITY)
        assert {each.bsn for each in desk.identity_show(question, "a.desk", "x").candidates} == {
            WHO["sam"],
            WHO["sara"],
        }
        receipt = opened(vault, "nog eens").id
        assert vault.serving(Principal.INTAKE).identify_many(receipt, [AT_HOME]) == [None]
        assert [each.question for each in desk.identity_questions()] == [question]
        vault.kill()
        vault.start()


def test_two_rotations_at_once_are_one(vault: RunningVault, owner: psycopg.Connection) -> None:
    known(vault, *bsns(3))
    server = vault.servers.vault
    url = server.url(SUPERUSER, server.password_of(SUPERUSER), vault.database)

    def another() -> None:
        with psycopg.connect(url, autocommit=True) as second, pytest.raises(RotatesAlready):
            rotate("index", keys_file(vault), second)

    rotate("index", keys_file(vault), owner, 100, another)


def test_a_kill_between_file_and_database_is_gone_on_from(vault: RunningVault, owner: psycopg.Connection) -> None:
    before = known(vault, *bsns(5))
    from dataclasses import replace

    from connectors.vault.rotating import _write

    keys = Keys.read(keys_file(vault))
    newest = max(keys.index)
    _write(keys_file(vault), replace(keys, index={**keys.index, newest + 1: b"n" * 32}))
    vault.kill()
    vault.start()
    assert known(vault, *bsns(5)) == before
    assert rotate("index", keys_file(vault), owner).generation == newest + 1
    assert known(vault, *bsns(5)) == before
    assert Keys.read(keys_file(vault)).index == {newest + 1: b"n" * 32}
