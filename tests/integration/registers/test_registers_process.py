"""The register's own process: killed between its database and the broker, and while the vault is down."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.bsn import digits_of
from connectors.registers_process import due_before
from connectors.rights_desk import erase_person
from connectors.vault.api import Principal
from schemas.catalogue import Key
from schemas.events.register import Membership
from schemas.identity import HouseholdId, PersonPseudonym
from schemas.record import Recorder
from schemas.transport import Cluster, producer, send
from schemas.vocabulary import MembershipKind
from signaalbrug.local.brp_server import Answer, Folder, Refused, StandIn, serving
from signaalbrug.local.processes import wait_until
from signaalbrug.local.servers import Servers
from tests.support.register_on_postgres import MEMBERSHIPS, absence_of
from tests.support.registers_process import CODEC, Registers
from tests.support.vault_process import RunningVault, running_vault
from tests.support.village import HOUSES, Village

pytestmark = pytest.mark.integration

FAMILIES = [(f"ouder {at} {n}", f"kind {at} {n}", at) for at in HOUSES[:4] for n in range(7)]
PEOPLE = [name for parent, child, _ in FAMILIES for name in (parent, child)]


@pytest.fixture(scope="module")
def vault(servers: Servers) -> Iterator[RunningVault]:
    with running_vault(servers) as vault:
        yield vault


@pytest.fixture
def registers(servers: Servers, cluster: Cluster, vault: RunningVault) -> Iterator[Registers]:
    village = Village()
    for parent, child, at in FAMILIES:
        village.add(parent, at).add(child, at, 2015, parents=[parent])
    folder = Path(tempfile.mkdtemp(prefix="sb-"))
    registers = Registers(servers, cluster, vault, folder, village, {"SIGNAALBRUG_REFRESH_SECONDS": "3600"})
    try:
        yield registers
    finally:
        registers.stop()
        shutil.rmtree(folder, ignore_errors=True)


def today() -> datetime:
    return datetime.now(UTC)


def households(registers: Registers) -> dict[PersonPseudonym, HouseholdId]:
    """Where everybody lives as the log says; nobody lives in two."""
    found: dict[PersonPseudonym, HouseholdId] = {}
    for key, values in registers.log_of(MEMBERSHIPS).items():
        event = CODEC.decode(MEMBERSHIPS, values[-1]) if values[-1] is not None else None
        if isinstance(event, Membership) and event.kind is MembershipKind.MEMBER:
            assert event.person not in found
            assert Key.decode(key) == (event.person, event.household)
            found[event.person] = event.household
    return found


def settled(registers: Registers, count: int) -> bool:
    return wait_until(
        lambda: (
            registers.rows("select count(*) from membership") == [(count,)]
            and registers.rows("select count(*) from outbox") == [(0,)]
        ),
        60,
    )


def test_killed_between_database_and_broker_nothing_is_new_and_nothing_is_missing(registers: Registers) -> None:
    persons = registers.pseudonyms(*PEOPLE)
    registers.publish(*(absence_of(person, today().date(), "verzuim") for person in persons.values()))
    written = []
    for after in (0, 1, 17):
        registers.start_and_be_killed(after)
        assert registers.rows("select count(*) from outbox")[0][0] > 0
        written.append(sorted(registers.rows("select person, household, recorded_at from membership")))
    registers.start()
    assert settled(registers, len(PEOPLE))
    registers.stop()
    assert written[0] and set(written[0]) <= set(written[-1])
    lives = households(registers)
    assert set(lives) == set(persons.values())
    assert all(lives[persons[parent]] == lives[persons[child]] for parent, child, _ in FAMILIES)
    assert len(set(lives.values())) == len(FAMILIES)
    said = registers.log_of(MEMBERSHIPS)
    twice = sum(len(values) - 1 for values in said.values())
    assert twice > 0 and all(len(set(values)) == 1 for values in said.values())
    assert sorted(registers.rows("select person, household from membership")) == sorted(lives.items())
    print(f"registers: {len(lives)} persons, {len(set(lives.values()))} households, 3 kills, {twice} repeats")  # noqa: T201


def test_while_the_vault_is_down_the_cursor_stands_still_and_afterwards_nothing_is_missing(
    registers: Registers, vault: RunningVault
) -> None:
    registers.start()
    assert wait_until(registers.ready, 30)
    mother, child = registers.pseudonyms(*PEOPLE[:2]).values()
    registers.publish(absence_of(mother, today().date(), "verzuim"))
    assert settled(registers, 1)
    cursor = registers.rows("select topic, partition, next_offset from follower_cursor order by 1, 2")
    vault.kill()
    try:
        registers.publish(absence_of(child, today().date(), "verzuim"))
        assert wait_until(lambda: b"VaultDown" in registers.log.read_bytes(), 30)
        assert registers.rows("select topic, partition, next_offset from follower_cursor order by 1, 2") == cursor
        assert registers.rows("select person from membership") == [(mother,)]
        assert not registers.ready(), registers.log.read_text()
    finally:
        vault.start()
    assert settled(registers, 2) and wait_until(registers.ready, 30)
    lives = households(registers)
    assert lives[mother] == lives[child]


def test_an_erased_person_is_tombstoned_on_the_log_and_stays_away(registers: Registers) -> None:
    mother, child = registers.pseudonyms(*PEOPLE[:2]).values()
    registers.start()
    registers.publish(*(absence_of(person, today().date(), "verzuim") for person in (mother, child)))
    assert settled(registers, 2)
    to, recorder = producer(registers.cluster, "rights-desk"), Recorder(CODEC)
    desk = registers.vault.serving(Principal.RIGHTS)
    for _ in range(2):
        erase_person(child, desk, lambda records: send(to, records), recorder, today())
    assert settled(registers, 1)
    registers.publish(absence_of(child, today().date(), "laat"), absence_of(mother, today().date(), "nog een"))
    assert wait_until(lambda: registers.rows("select count(*) from signal") == [(2,)], 30)
    (values,) = [v for key, v in registers.log_of(MEMBERSHIPS).items() if Key.decode(key).owner == child]
    assert values[-1] is None and len(values) == 2
    assert set(households(registers)) == {mother}
    (again,) = registers.pseudonyms(PEOPLE[1]).values()
    assert again != child


def test_it_stops_in_order_and_its_log_holds_no_number(registers: Registers) -> None:
    persons = registers.pseudonyms(*PEOPLE[:20])
    registers.start()
    registers.publish(*(absence_of(person, today().date(), "verzuim") for person in persons.values()))
    assert settled(registers, 20)
    registers.stop()
    written = registers.log.read_text() + registers.servers.main.log.read_text()
    assert '"stopped"' in written and '"code": "0"' in written
    secrets = [digits_of(registers.village.bsn(name)) for name in persons] + list(persons.values())
    assert not any(secret in written for secret in secrets)


@dataclass
class Wavering:
    """A BRP over the network that is away until it is told to come."""

    known: StandIn
    away: bool = True

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self.away:
            raise Refused(503, "notAvailable", "Bronservice BRP is tijdelijk niet beschikbaar.")
        return self.known.answer(path, headers, body)


def test_over_the_network_it_waits_for_the_brp_and_then_misses_nothing(registers: Registers) -> None:
    key = registers.folder / "sleutel"
    key.write_text("sleutel-van-de-proef", encoding="ascii")
    brp = Wavering(StandIn(Folder(registers.folder / "brp"), "sleutel-van-de-proef"))
    with serving(brp) as url:
        settings = {"BRP_URL": url, "BRP_HOMES_URL": url, "BRP_KEY_FILE": str(key)}
        registers.environment.pop("SIGNAALBRUG_BRP")
        registers.environment |= {f"SIGNAALBRUG_{name}": value for name, value in settings.items()}
        registers.start()
        assert wait_until(lambda: b'"started"' in registers.log.read_bytes(), 30)
        persons = registers.pseudonyms(*PEOPLE)
        registers.publish(*(absence_of(person, today().date(), "verzuim") for person in persons.values()))
        assert wait_until(lambda: b"503:notAvailable" in registers.log.read_bytes(), 30)
        assert registers.rows("select count(*) from membership") == [(0,)] and not registers.ready()
        brp.away = False
        assert settled(registers, len(PEOPLE)) and wait_until(registers.ready, 30)
        registers.stop()
    lives = households(registers)
    assert all(lives[persons[parent]] == lives[persons[child]] for parent, child, _ in FAMILIES)
    numbers = [digits_of(registers.village.bsn(name)) for name in persons]
    assert not any(number in registers.log.read_text() for number in numbers)


def test_a_day_begins_at_midnight_in_amsterdam() -> None:
    winter = due_before(datetime(2026, 1, 5, 23, 30, tzinfo=UTC), 0)
    summer = due_before(datetime(2026, 7, 5, 21, 59, tzinfo=UTC), 0)
    assert winter.astimezone(UTC) == datetime(2026, 1, 5, 23, tzinfo=UTC)
    assert summer.astimezone(UTC) == datetime(2026, 7, 4, 22, tzinfo=UTC)
