"""The household register told in days: who is published where, who is not, and what if something is down."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg
import pytest

from connectors.brp import BrpDown
from connectors.bsn import digits_of
from connectors.household_register.ddl import ROLES, install
from connectors.household_register.outbox import relay
from connectors.vault.api import Principal, VaultDown
from schemas.catalogue import TOPICS
from schemas.events.account import ProcessingLine
from schemas.events.event import Position
from schemas.events.register import Membership, PersonLifecycle
from schemas.following import Arrived
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord
from schemas.vocabulary import HouseholdRole, LifecycleKind, Protection, VersionKind
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from tests.support.register_on_postgres import MEMBERSHIPS, Register, absence_of
from tests.support.village import HOUSES, TODAY, Village

pytestmark = pytest.mark.integration

RETENTION = timedelta(days=183)


@pytest.fixture(scope="module")
def url(servers: Servers) -> str:
    return prepare(servers.main, "registers_told", ROLES, install)["registers"]


@pytest.fixture
def village() -> Village:
    village = Village().add("moeder", "huis").add("vader", "huis", partners=["moeder"])
    return village.add("kind", "huis", 2014, parents=["moeder", "vader"], custody=["moeder", "vader"])


@pytest.fixture
def register(url: str, village: Village) -> Iterator[Register]:
    register = Register(url, village)
    for table in ("signal", "person", "household_member", "membership", "erased", "outbox", "follower_cursor"):
        register.database.execute(f"delete from {table}")
    yield register
    register.database.close()


def test_mother_and_child_whose_signals_come_at_different_times_are_one_household(register: Register) -> None:
    mother = register.signal("moeder").household("moeder")
    register.refreshed(days=10).signal("kind")
    assert mother is not None and register.household("kind") == mother == register.household("moeder")
    assert register.memberships("kind")[0].role is HouseholdRole.CHILD


def test_of_those_without_a_signal_nothing_is_published_and_only_a_mark_is_kept(register: Register) -> None:
    register.signal("kind")
    child, father = register.person("kind"), register.person("vader")
    assert {key.owner for key in register.on_log()} == {child}
    kept = register.kept()
    assert child in kept and father not in kept
    assert len(register.rows("select mark from household_member")) == 3
    for bsn in register.village.numbers.values():
        digits = digits_of(bsn).encode()
        for spelling in (digits, digits.hex().encode(), base64.b64encode(digits)[:-2]):
            assert spelling.decode() not in kept


def test_every_lookup_leaves_a_processing_line_and_closes_its_receipt(register: Register) -> None:
    register.signal("moeder").signal("kind")
    lines = [each for each in register.on_log("processing.v1").values() if isinstance(each, ProcessingLine)]
    assert {line.person for line in lines} == {register.person("moeder"), register.person("kind")}
    receipts = {each.receipt for each in register.memberships("moeder") + register.memberships("kind")}
    stored = [register.memory.store.receipt(receipt) for receipt in receipts]
    assert all(each and each.source == "household_register" and each.closed_at for each in stored)


def test_a_second_signal_says_nothing_new(register: Register) -> None:
    register.signal("kind")
    before = len(register.published)
    register.signal("kind").signal("kind", called="nog een")
    assert len(register.published) == before


def test_who_moves_out_gets_another_household_and_leaves_the_old_one(register: Register, village: Village) -> None:
    register.signal("vader").signal("kind")
    together = register.household("vader")
    village.says("moeder", partners=[]).says("vader", partners=[])
    village.moves("vader", "kade", TODAY + timedelta(days=1))
    register.refreshed()
    assert register.household("vader") not in (None, together)
    assert [each.role for each in register.memberships("kind")] == [HouseholdRole.CHILD, HouseholdRole.CO_PARENT]
    own, second = register.memberships("kind")
    assert (own.household, second.household) == (together, register.household("vader"))
    assert (own.area, second.area) == ("BU99900101", "BU99900201")


def test_a_household_that_moves_keeps_its_id_in_another_area(register: Register, village: Village) -> None:
    before = register.signal("moeder").signal("kind").household("kind")
    for name in ("moeder", "vader", "kind"):
        village.moves(name, "boerderij", TODAY)
    register.refreshed()
    assert register.household("kind") == register.household("moeder") == before
    assert {each.area for each in register.memberships("moeder")} == {"BU99900201"}


def test_those_who_move_together_carry_one_move_and_are_counted(register: Register, village: Village) -> None:
    register.signal("moeder").signal("kind")
    assert [each.move for name in ("moeder", "kind") for each in register.memberships(name)] == [None, None]
    for name in ("moeder", "vader", "kind"):
        village.moves(name, "boerderij", TODAY)
    register.refreshed()
    (mother,), (child,) = register.memberships("moeder"), register.memberships("kind")
    assert mother.move is not None and mother.move == child.move
    assert (mother.move.movers, mother.move.on) == (2, register.today)
    before = len(register.published)
    assert not [each for each in register.refreshed().published[before:] if each.topic == MEMBERSHIPS]


def test_a_new_signal_about_the_child_brings_the_mothers_move_to_light(
    register: Register, village: Village
) -> None:
    before = register.signal("moeder").household("moeder")
    for name in ("moeder", "vader", "kind"):
        village.moves(name, "boerderij", TODAY)
    register.signal("kind")
    assert register.household("kind") == register.household("moeder") == before
    assert {each.area for each in register.memberships("moeder")} == {"BU99900201"}


def test_who_leaves_the_municipality_leaves_the_household(register: Register, village: Village) -> None:
    register.signal("kind")
    village.says("kind", gemeenteVanInschrijving={"code": "0344"})
    assert register.refreshed().memberships("kind") == []


def test_a_withdrawn_last_signal_is_a_tombstone_and_an_older_version_revives_nobody(register: Register) -> None:
    register.signal("kind").signal("kind", kind=VersionKind.WITHDRAWN, minute=30)
    assert set(register.on_log().values()) == {None}
    register.signal("kind", minute=10)
    assert set(register.on_log().values()) == {None}
    assert register.rows("select * from person") == register.rows("select * from household_member") == []
    assert register.signal("kind", minute=45).household("kind") is not None


def test_one_of_two_signals_withdrawn_changes_nothing(register: Register) -> None:
    before = register.signal("kind").signal("kind", called="ander").household("kind")
    register.signal("kind", kind=VersionKind.WITHDRAWN, minute=30)
    assert register.household("kind") == before is not None


def test_the_register_forgets_on_the_day_retention_ends_and_not_before(register: Register) -> None:
    register.signal("kind")
    assert register.refreshed(days=RETENTION.days - 1).household("kind") is not None
    register.refreshed()
    assert set(register.on_log().values()) == {None}
    for table in ("signal", "person", "membership", "household_member", "outbox"):
        assert register.rows(f"select * from {table}") == []


def test_a_signal_older_than_retention_is_nobodys(register: Register) -> None:
    assert register.signal("kind", on=TODAY - RETENTION).on_log() == {}
    assert register.signal("kind", on=TODAY - RETENTION + timedelta(days=1)).household("kind") is not None


def test_when_the_mothers_signal_ends_the_child_keeps_the_household(register: Register) -> None:
    before = register.signal("moeder", on=TODAY - RETENTION + timedelta(days=1)).household("moeder")
    register.signal("kind").refreshed()
    assert register.household("moeder") is None and register.household("kind") == before


def test_an_erased_person_is_tombstoned_and_no_late_signal_brings_them_back(register: Register) -> None:
    register.signal("moeder").signal("kind")
    child, together = register.person("kind"), register.household("moeder")
    register.erased(child)
    assert [each for key, each in register.on_log().items() if key.owner == child] == [None]
    assert register.household("moeder") == together
    register.arrives(absence_of(child, TODAY, "laat")).refreshed()
    assert [each for key, each in register.on_log().items() if key.owner == child] == [None]
    assert child not in register.kept().replace(repr(register.rows("select t::text from erased t")), "")
    register.refreshed(days=RETENTION.days + 1)
    assert child not in register.kept()


@pytest.mark.parametrize("which", ["vault", "brp"])
def test_while_vault_or_brp_is_down_nothing_is_written_and_nothing_guessed(register: Register, which: str) -> None:
    down = register.vault if which == "vault" else register.village
    register.signal("moeder")
    before, published = register.kept(), len(register.published)
    child = register.person("kind")
    down.down = True
    with pytest.raises((VaultDown, BrpDown)):
        register.arrives(absence_of(child, TODAY, "verzuim"))
    with pytest.raises((VaultDown, BrpDown)):
        register.refreshed()
    assert register.relayed().kept() == before and len(register.published) == published
    down.down = False
    register.arrives(absence_of(child, TODAY, "verzuim"))
    assert register.household("kind") == register.household("moeder") is not None


def test_erased_twice_before_the_broker_heard_of_it_is_still_a_tombstone(register: Register) -> None:
    register.signal("kind")
    child = register.person("kind")
    erased = PersonLifecycle(LifecycleKind.ERASED, child, None, TODAY, register.now())
    for _ in range(2):
        with register.database.transaction():
            again = Arrived(Position("", 0, 0), erased, b"", b"", (), 0)
            register.register.apply_lifecycle(register.database, [again])
    assert set(register.relayed().on_log().values()) == {None}


def test_an_erasure_takes_effect_also_while_the_vault_is_down(register: Register) -> None:
    register.signal("kind")
    child, register.vault.down = register.person("kind"), True
    register.erased(child)
    assert set(register.on_log().values()) == {None}


def test_who_cannot_be_determined_now_stays_where_they_were(register: Register, village: Village) -> None:
    before = register.signal("kind").household("kind")
    village.possible["huis"] = ["kind"]
    assert register.refreshed().household("kind") == before
    assert register.rows("select waits_for from person") == [("incomplete",)]


def test_whom_the_vault_no_longer_knows_stays_unsaid(register: Register) -> None:
    child = register.person("kind")
    register.memory.serving(Principal.RIGHTS).erase(child)
    register.arrives(absence_of(child, TODAY, "verzuim"))
    assert register.on_log() == {}
    assert register.rows("select waits_for from person") == [("unknown_person",)]


def test_people_in_an_institution_wait(register: Register, village: Village) -> None:
    village.many.add("huis")
    assert register.signal("kind").on_log() == {}
    village.many.clear()
    assert register.refreshed().household("kind") is not None


def test_a_death_is_said_once_and_the_household_goes_on(register: Register, village: Village) -> None:
    before = register.signal("vader").signal("kind").household("kind")
    village.says("vader", overlijden={"datum": {"type": "Datum", "datum": "2026-02-28"}})
    register.refreshed().refreshed()
    deaths = [record for record in register.published if record.topic == "person-lifecycle.v1"]
    (said,) = register.on_log("person-lifecycle.v1").values()
    assert len(deaths) == 1 and isinstance(said, PersonLifecycle) and said.kind is LifecycleKind.DIED
    assert register.household("vader") is None and register.household("kind") == before


def test_a_child_that_is_born_joins_the_household_of_its_parents(register: Register, village: Village) -> None:
    before = register.signal("moeder").household("moeder")
    village.add("baby", "huis", TODAY, parents=["moeder", "vader"], custody=["moeder", "vader"])
    register.refreshed()
    assert register.household("moeder") == before
    (baby,) = register.signal("baby", on=register.today).memberships("baby")
    assert (baby.household, baby.role, baby.move) == (before, HouseholdRole.CHILD, None)


@pytest.mark.parametrize("reason", ["E", "R", "F"])
def test_whose_list_is_kept_no_more_leaves_the_household_and_does_not_die(
    register: Register, village: Village, reason: str
) -> None:
    before = register.signal("vader").signal("kind").household("kind")
    village.says("vader", opschortingBijhouding={"reden": {"code": reason}})
    register.refreshed()
    assert register.household("vader") is None and register.household("kind") == before
    assert register.on_log("person-lifecycle.v1") == {}
    assert ("no_longer_kept",) in register.rows("select waits_for from person")


def test_a_death_that_only_the_end_of_the_list_tells_of_is_said(register: Register, village: Village) -> None:
    register.signal("vader")
    village.says("vader", opschortingBijhouding={"reden": {"code": "O"}})
    register.refreshed()
    (said,) = register.on_log("person-lifecycle.v1").values()
    assert isinstance(said, PersonLifecycle) and said.happened_on == register.today


def test_a_number_that_the_brp_no_longer_knows_ends_nothing_until_it_says_why(
    register: Register, village: Village
) -> None:
    before = register.signal("kind").household("kind")
    child = village.persons["kind"]
    village.gone("kind")
    assert register.refreshed().household("kind") == before
    village.persons["kind"] = child | {"opschortingBijhouding": {"reden": {"code": "F"}}}
    assert register.refreshed().household("kind") is None


def test_secrecy_that_begins_travels_along_and_is_no_move(register: Register, village: Village) -> None:
    register.signal("moeder").signal("kind")
    for name in ("moeder", "kind"):
        village.says(name, geheimhoudingPersoonsgegevens=True)
    register.refreshed()
    for name in ("moeder", "kind"):
        (held,) = register.memberships(name)
        assert held.protections == (Protection.SECRECY,) and held.move is None


def test_a_split_gives_each_household_a_move_of_its_own(register: Register, village: Village) -> None:
    for name in ("moeder", "vader", "kind"):
        register.signal(name)
    before = register.household("kind")
    village.add("oma", "kade", 1950).says("vader", ouders=[village.persons["oma"]], partners=[])
    village.says("moeder", partners=[]).says("kind", gezag=[])
    register.signal("oma")
    for name, to in (("moeder", "boerderij"), ("kind", "boerderij"), ("vader", "kade")):
        village.moves(name, to, TODAY + timedelta(days=1))
    register.refreshed()
    moves = {
        key.entity: each.move.movers
        for key, each in register.on_log().items()
        if isinstance(each, Membership) and each.move is not None
    }
    assert moves == {before: 3}
    assert register.household("vader") == register.household("oma") != before


def test_a_broker_that_fails_costs_nothing_and_says_the_same_bytes_again(register: Register) -> None:
    sent: list[OutRecord] = []

    def failing(records: Sequence[OutRecord]) -> None:
        sent.extend(records)
        raise ConnectionError

    child = absence_of(register.person("kind"), TODAY, "verzuim")
    with register.database.transaction():
        register.register.apply_signals(register.database, [Arrived(Position("", 0, 0), child, b"", b"", (), 0)])
    with pytest.raises(ConnectionError):
        relay(register.database, failing)
    register.relayed()
    assert sent and register.published == sent
    assert register.rows("select * from outbox") == []


def test_families_at_one_address_each_have_a_household_of_their_own(register: Register, village: Village) -> None:
    families = [(f"ouder {at} {number}", f"kind {at} {number}", at) for at in HOUSES[1:4] for number in range(7)]
    for parent, child, at in families:
        village.add(parent, at).add(child, at, 2015, parents=[parent])
    people = [name for parent, child, _ in families for name in (parent, child)]
    register.arrives(*(absence_of(register.person(name), TODAY, "verzuim") for name in people))
    households = {register.household(parent) for parent, _, _ in families}
    assert len(households) == len(families) == 21 and None not in households
    assert all(register.household(parent) == register.household(child) for parent, child, _ in families)


def test_its_role_makes_no_tables(register: Register) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        register.database.execute("create table elders (x text)")


def test_the_topic_is_the_one_it_may_write() -> None:
    assert "household_register" in TOPICS[MEMBERSHIPS].producers


def test_a_pseudonym_that_was_merged_is_taken_out_as_one_that_was_erased(register: Register) -> None:
    old = register.signal("kind").person("kind")
    assert register.household("kind") is not None
    new = PersonPseudonym("c" * 32)
    register.arrives(PersonLifecycle(LifecycleKind.MERGED, old, new, register.today, register.now()))
    assert [value for key, value in register.on_log().items() if key.owner == old] == [None]
    assert all(old not in repr(register.rows(f"select t::text from {table} t")) for table in ("signal", "person"))
    register.arrives(absence_of(old, TODAY, "te laat"))
    assert register.household("kind") is None
