"""People move while all is under way: the register has seen them where they were, and does not look in between."""

from collections.abc import Iterable, Mapping

import psycopg

from connectors.bsn import Bsn
from connectors.household_register import books
from connectors.vault.keys import Keys
from connectors.vault.store import NewPerson
from schemas.identity import PersonPseudonym
from signaalbrug.demo.people import Person
from signaalbrug.local.processes import wait_until
from tests.chaos.house import House
from tests.chaos.load import Load

SEEN_S = 120.0


def known_persons(house: House) -> list[NewPerson]:
    """The rows of the real vault."""
    with house.operator("vault") as connection:
        rows = connection.execute("select idx, sealed, pseudonym from person").fetchall()
    return [NewPerson(bytes(idx), bytes(sealed), PersonPseudonym(pseudonym)) for idx, sealed, pseudonym in rows]


def pseudonyms(house: House, people: Iterable[Person]) -> Mapping[str, str]:
    """Who of these people are known, by BSN."""
    keys = Keys.read(house.secrets.vault_keys)
    rows = {each.index: each.pseudonym for each in known_persons(house)}
    found = {person.bsn: rows.get(keys.index_of(Bsn(person.bsn))) for person in people}
    return {bsn: pseudonym for bsn, pseudonym in found.items() if pseudonym is not None}


def move(house: House, load: Load, number: int) -> None:
    """Wait until the register knows them, then let the BRP answer otherwise and the register's night come.

    The BRP changes between two lookups, not during one: under the lock that a lookup takes.
    """
    going = load.moves[number]
    people = [*going.people, *going.behind]

    def seen() -> bool:
        try:
            return _published(house, people)
        except psycopg.OperationalError:
            return False

    if not wait_until(seen, SEEN_S, 0.1):
        raise AssertionError(f"the register did not publish who moves within {SEEN_S:g} s")
    with house.operator("registers") as connection, connection.transaction():
        books.lock(connection)
        load.move(number, house.places.brp)
        connection.execute(
            "update person set looked_at = now() - interval '2 days' where person = any(%s)",
            (list(pseudonyms(house, people).values()),),
        )


def _published(house: House, people: Iterable[Person]) -> bool:
    """Each move is of a child with an absence and a parent with arrears: two who are published."""
    known = list(pseudonyms(house, people).values())
    with house.operator("registers") as connection:
        row = connection.execute(
            "select count(distinct person) from membership where person = any(%s)", (known,)
        ).fetchone()
    return bool(row and row[0] >= 2)
