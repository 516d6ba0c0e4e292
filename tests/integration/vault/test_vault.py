"""The vault as it runs: its own PostgreSQL, its socket, its logs."""

from __future__ import annotations

import base64
import stat
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from connectors.vault.api import Principal, VaultDown
from connectors.vault.client import VaultClient
from connectors.vault.ddl import ROLES
from connectors.vault.ddl import install as vaults_own
from signaalbrug.local.databases import prepare
from signaalbrug.local.processes import wait_until
from signaalbrug.local.servers import Servers
from tests.support.brp_people import WHO, nameless, written
from tests.support.vault_process import RunningVault, program, running_vault
from tests.unit.vault.contract import (
    ANNA,
    CEILING,
    NOORD,
    VaultContract,
    asked_about,
    bsns,
    digits,
    known,
    looked_up,
    opened,
)
from tests.unit.vault.identity_contract import IdentityContract

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def process(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    brp = str(written(tmp_path_factory.mktemp("brp")))
    ceilings = f"small_source={CEILING}"
    with running_vault(servers, SIGNAALBRUG_VAULT_CEILINGS=ceilings, SIGNAALBRUG_BRP=brp) as vault:
        yield vault


@pytest.fixture
def vaults(process: RunningVault) -> RunningVault:
    process.empty()
    return process


class TestVaultBehindItsSocket(VaultContract):
    """The same text as the in-memory twin."""


class TestIdentitiesBehindTheSocket(IdentityContract):
    """Of identities too."""


def test_the_socket_is_for_its_own_user_alone(process: RunningVault) -> None:
    mode = process.socket.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_a_wrong_token_gets_nothing(process: RunningVault) -> None:
    with pytest.raises(Exception, match="unauthenticated"):
        VaultClient(process.socket, "geraden").source_key("debt_services")


def test_its_own_role_can_only_add_to_the_logs(process: RunningVault) -> None:
    with psycopg.connect(process.environment["SIGNAALBRUG_VAULT_DATABASE"], autocommit=True) as role:
        for table in ("reveal_log", "call_log", "identity_log"):
            for statement in (f"select * from {table}", f"delete from {table}", f"update {table} set at = now()"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    role.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            role.execute("create table elders (x text)")
        for statement in ("update person set pseudonym = pseudonym", "update key_generation set one = one"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(statement)


def test_a_killed_vault_is_down_to_its_callers_and_comes_back_with_the_same_answers(vaults: RunningVault) -> None:
    receipt = opened(vaults)
    before = known(vaults, ANNA)
    client = vaults.serving(Principal.INTAKE)
    client.source_key("debt_services")
    vaults.kill()
    with pytest.raises(VaultDown):
        client.source_key("debt_services")
    vaults.start()
    again = opened(vaults)
    assert (again.id, again.key, again.opened_at) == (receipt.id, receipt.key, receipt.opened_at)
    assert client.pseudonymise_many(receipt.id, [ANNA]) == before


def test_a_vault_without_its_database_says_it_is_down_and_recovers(vaults: RunningVault, servers: Servers) -> None:
    before = known(vaults, ANNA)
    client, receipt = vaults.serving(Principal.INTAKE), opened(vaults)
    servers.vault.kill()
    try:
        with pytest.raises(VaultDown):
            client.pseudonymise_many(receipt.id, [ANNA])
    finally:
        servers.vault.restart()

    def answered() -> bool:
        try:
            return client.pseudonymise_many(receipt.id, [ANNA]) == before
        except VaultDown:
            return False

    assert wait_until(answered, 10)


def _start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program("connectors.vault.process"), env=environment, timeout=30, capture_output=True, text=True
    )


def test_it_refuses_to_start_beside_another_database(process: RunningVault) -> None:
    own = process.environment["SIGNAALBRUG_VAULT_DATABASE"]
    refused = _start({**process.environment, "SIGNAALBRUG_DATABASE": own})
    assert refused.returncode == 2 and "SIGNAALBRUG_DATABASE" in refused.stdout
    assert own not in refused.stdout + refused.stderr


def test_it_refuses_a_database_that_is_not_its_alone(servers: Servers, process: RunningVault) -> None:
    def install(connection: psycopg.Connection) -> None:
        vaults_own(connection)
        connection.execute("create table if not exists feed_alert (alert text)")

    urls = prepare(servers.vault, "not_the_vault", ROLES, install)
    refused = _start({**process.environment, "SIGNAALBRUG_VAULT_DATABASE": urls["vault"]})
    assert refused.returncode == 2 and "niet (alleen) die van de kluis" in refused.stdout


def test_a_second_vault_on_the_same_socket_ends_and_the_first_goes_on(vaults: RunningVault) -> None:
    assert _start({**vaults.environment, "SIGNAALBRUG_OPERATIONS_PORT": "0"}).returncode == 3
    assert len(known(vaults, ANNA)) == 1


def _spellings(number: str) -> list[bytes]:
    raw = number.encode()
    encoded = [base64.b64encode(b"\0" * shift + raw)[2 if shift else 0 : -2] for shift in range(3)]
    return [raw, raw.hex().encode(), *encoded]


def test_no_bsn_stands_in_the_database_or_in_any_log(vaults: RunningVault, servers: Servers) -> None:
    persons = bsns(200, 999_500_000)
    pseudonyms = known(vaults, *persons)
    registers = vaults.serving(Principal.REGISTERS)
    registers.find_many(looked_up(vaults).id, persons)
    wijkteam = vaults.serving(Principal.WIJKTEAM)
    token = wijkteam.team_tokens(NOORD, pseudonyms)[0]
    wijkteam.reveal(NOORD, "g.jansen", token, "gesprek")
    question = asked_about(vaults, nameless(born="", school_number="100000001"))
    vaults.serving(Principal.IDENTITY).identity_name(question, "a.desk", WHO["anna"])
    persons.append(WHO["anna"])
    questions = ("identity_question", "identity_log")
    tables = "".join(
        repr(vaults.rows(f"select t::text from {table} t"))
        for table in ("person", "team_token", "receipt", "call_log", "reveal_log", *questions)
    )
    logs = vaults.log.read_bytes() + servers.vault.log.read_bytes()
    everything = tables.encode() + logs
    planted = everything + b" canary " + base64.b64encode(b"x" + digits(persons[0]).encode())
    assert any(spelling in planted for spelling in _spellings(digits(persons[0])))
    for person in persons:
        assert not any(spelling in everything for spelling in _spellings(digits(person)))
    assert all(pseudonym in tables for pseudonym in pseudonyms)
