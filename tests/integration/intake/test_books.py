"""The books in PostgreSQL do what the books in memory do, and their role may do no more than it must."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from connectors.receipts import MemoryBooks
from connectors.receipts_postgres import PostgresBooks
from schemas.events.signal import Signal
from signaalbrug.local.servers import Servers
from tests.integration.intake.support import books_url, connect
from tests.support.deliveries import (
    NUMBERS,
    Door,
    Log,
    Stopped,
    arrears,
    consent_file,
    ddas_file,
    duo_file,
    melding,
    number,
    statement,
)
from tests.unit.debt_services.files import with_cases

pytestmark = pytest.mark.integration


def debt(name: str, amount: int) -> dict[str, Any]:
    return arrears(name, NUMBERS[6], bedrag=amount)


ENDED = {"resultaat": "Inwoner is overleden", "vroegsignalen": [{"ID": "H-2"}, {"ID": "A"}, {"ID": "unknown"}]}
STORY: tuple[tuple[str, bytes], ...] = (
    ("debt_services", ddas_file(arrears("A"), arrears("B", NUMBERS[1]), arrears("X", "123456789"))),
    ("debt_services", ddas_file(arrears("A"), arrears("B", NUMBERS[2]), stated="2026-04-03T08:00:00Z")),
    ("debt_services", ddas_file(arrears("A", crisissignaal=True), stated="2026-04-04T08:00:00Z")),
    ("debt_services", ddas_file(arrears("A"), arrears("A", crisissignaal=True), stated="2026-04-05T08:00:00Z")),
    ("debt_services", b"{"),
    ("school_attendance", duo_file(melding("1", mutated="2026-04-04T08:00:00.0"), melding("2"), melding("2"))),
    ("school_attendance", duo_file(melding("1", end="2026-03-21", mutated="2026-04-02T08:00:00.0"))),
    (
        "consent_register",
        consent_file(statement(), statement(says="ingetrokken", vastgelegdOp="2026-02-01T10:00:00Z")),
    ),
    ("consent_register", consent_file(statement(bsn=NUMBERS[5], vastgelegdOp="2026-03-01T10:00:00Z"))),
    ("consent_register", b"\n"),
    ("debt_services", ddas_file(debt("H-1", 500), debt("H-2", 700), debt("H-3", 600), debt("H-2", 700))),
    ("debt_services", ddas_file(debt("H-3", 800), debt("H-1", 500), stated="2026-04-06T08:00:00Z")),
    ("debt_services", with_cases(cases=[ENDED], stated="2026-04-07T08:00:00Z")),
    ("debt_services", ddas_file(debt("H-3", 800), debt("H-4", 900), stated="2026-04-08T08:00:00Z")),
    ("debt_services", b"{"),
)


@pytest.fixture
def books(servers: Servers) -> Iterator[PostgresBooks]:
    with connect(books_url(servers)) as connection:
        yield PostgresBooks(connection)


def test_both_books_tell_the_same_story(books: PostgresBooks) -> None:
    told = []
    for kept in (MemoryBooks(), books):
        door = Door(kept)
        takens = [door.send(source, content) for source, content in STORY]
        told.append(
            [(taken.status, taken.new, taken.accepted, taken.duplicates, taken.refused) for taken in takens]
        )
        assert all(taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused) for taken in takens)
    assert told[0] == told[1]
    assert [each[2:4] for each in told[1][-5:-1]] == [(2, (3, 4)), (1, (2,)), (2, (3,)), (1, (1,))]
    assert told[1][-1][:2] == ("refused", False)


@pytest.mark.parametrize("dies_at", [2, 3, 5])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_is_mended_from_the_database_alone(servers: Servers, dies_at: int, after: bool) -> None:
    url = books_url(servers)
    content = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_100)), arrears("X", "123456789"))
    with connect(url) as connection:
        door = Door(PostgresBooks(connection))
        door.log.dies_at, door.log.after = dies_at, after
        with pytest.raises(Stopped):
            door.send("debt_services", content)
    with connect(url) as connection:
        door.books = PostgresBooks(connection)
        door.now = door.now.replace(hour=18)
        taken = door.send("debt_services", content)
    assert (taken.rows, taken.accepted) == (1_101, 1_100)
    records = [record for record in door.log.records if record.topic.startswith("signal")]
    assert len({record.key for record in records}) == 1_100 == len(set(records))
    assert len({each.version for each in door.log.events(Signal)}) == 1_100


def test_a_closed_delivery_keeps_its_account_and_nothing_of_its_rows(books: PostgresBooks) -> None:
    door = Door(books)
    taken = door.send("debt_services", STORY[0][1])
    assert books._database.execute("select count(*) from row_plan").fetchone() == (0,)
    assert books.summary(taken.receipt.id) == taken.summary


def test_the_database_of_intake_knows_no_number(books: PostgresBooks) -> None:
    door = Door(books)
    for source, content in STORY:
        door.send(source, content)
    rows = [
        str(row)
        for table in ("delivery", "version", "row_plan", "claim")
        for row in books._database.execute(f"select * from {table}").fetchall()
    ]
    assert len(rows) > 10 and not [bsn for bsn in NUMBERS for row in rows if bsn in row]


def test_a_person_is_forgotten_with_the_consents_to_tombstone(books: PostgresBooks) -> None:
    door = Door(books)
    door.send("consent_register", STORY[7][1])
    door.send("debt_services", ddas_file(arrears("A", NUMBERS[1])))
    person = door.log.events(Signal)[0].person
    assert len(books.consents_of(person)) == 1
    books.forget(person)
    assert books.consents_of(person) == []
    for table in ("version", "claim"):
        assert books._database.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_a_kill_between_plan_and_publication_of_a_repeat_or_an_end_is_mended_from_the_database_alone(
    servers: Servers,
) -> None:
    url = books_url(servers)
    update = with_cases(debt("H-2", 700), cases=[ENDED], stated="2026-04-03T08:00:00Z")
    with connect(url) as connection:
        door = Door(PostgresBooks(connection))
        door.send("debt_services", ddas_file(debt("H-1", 500), arrears("A")))
        first = door.log.events(Signal)
        door.log = Log(dies_at=2)
        with pytest.raises(Stopped):
            door.send("debt_services", update)
    with connect(url) as connection:
        door.books, door.now = PostgresBooks(connection), door.now.replace(hour=18)
        taken = door.send("debt_services", update)
    said = door.log.events(Signal)
    assert (taken.accepted, taken.duplicates) == (3, (4,))
    assert [(each.kind.value, each.signal, each.person) for each in said] == [
        ("corrected", first[0].signal, first[0].person),
        ("withdrawn", first[0].signal, first[0].person),
        ("withdrawn", first[1].signal, first[1].person),
    ]
    assert [each.observed_on for each in said[1:]] == [each.observed_on for each in first]
    assert said[0].mutated_at < said[1].mutated_at


def test_a_debt_is_let_go_when_no_id_spoke_of_it_for_as_long_as_a_signal_is_kept(books: PostgresBooks) -> None:
    door = Door(books)
    door.send("debt_services", ddas_file(debt("H-1", 500), debt("H-2", 400), arrears("A")))
    books._database.execute("update claim set kept_since = kept_since - interval '185 days' where not amount = 400")
    books.tidy(datetime.now(UTC))
    kept = books._database.execute("select amount from claim order by amount").fetchall()
    assert kept == [(400,), (500,)]
    books.tidy(datetime.now(UTC) + timedelta(days=185))
    assert books._database.execute("select count(*) from claim").fetchone() == (0,)
    later = ddas_file(debt("H-2", 400), stated="2026-04-20T08:00:00Z")
    assert door.send("debt_services", later).accepted == 1


def test_both_books_forget_what_was_planned_of_a_person(books: PostgresBooks) -> None:
    left = []
    for kept in (MemoryBooks(), books):
        door = Door(kept)
        door.send("debt_services", ddas_file(arrears("A"), arrears("B", NUMBERS[1])))
        first, second = (each.person for each in door.log.events(Signal))
        door.log = Log(dies_at=2)
        moved = ddas_file(arrears("A", NUMBERS[1]), arrears("C"), arrears("B"), stated="2026-04-03T08:00:00Z")
        with pytest.raises(Stopped):
            door.send("debt_services", moved)
        kept.forget(first)
        receipt = door.vault.open_receipt("debt_services", sha256(moved).digest(), len(moved))
        plans = kept.plans(receipt.id, [1, 2, 3])
        whose = {first: "first", second: "second"}
        left.append(
            [
                [each and whose[each.person] for each in (plan.version, plan.leaves)]
                for _, plan in sorted(plans.items())
            ]
        )
    assert left[0] == left[1] == [["second", None], [None, None], [None, "second"]]


def test_the_role_of_intake_may_not_change_tables(books: PostgresBooks) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        books._database.execute("drop table version")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        books._database.execute("create table mine (id integer)")
