"""The register's rows: whose signals live, who was published where, and by what marks a household is followed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg

from connectors.household_register.identity import Members
from schemas.events.register import Membership
from schemas.events.signal import Signal
from schemas.identity import AreaCode, HouseholdId, PersonPseudonym, ReceiptId
from schemas.vocabulary import HouseholdRole, MembershipKind, Protection, VersionKind

Database = psycopg.Connection[Any]
MEMBERSHIP_TOPIC = "household.membership.v1"
_LIVE = "exists (select from signal s where s.person = p.person and not s.withdrawn and s.live_until > %s)"


def lock(database: Database) -> None:
    """One writer at a time: a lookup must not bring back whom an erasure just took out."""
    database.execute("select pg_advisory_xact_lock(7291)")


def learn(database: Database, signal: Signal, live_until: date) -> None:
    """Keep the newest version of a signal: the latest mutation, then the content hash, wins."""
    database.execute(
        "insert into signal as known values (%s, %s, %s, %s, %s, %s) on conflict (signal, person) do update set"
        " mutated_at = excluded.mutated_at, content_hash = excluded.content_hash,"
        " withdrawn = excluded.withdrawn, live_until = excluded.live_until"
        " where (known.mutated_at, known.content_hash) < (excluded.mutated_at, excluded.content_hash)",
        (
            signal.signal,
            signal.person,
            signal.mutated_at,
            signal.content_hash,
            signal.kind is VersionKind.WITHDRAWN,
            live_until,
        ),
    )


def meet(database: Database, persons: Iterable[PersonPseudonym], today: date) -> None:
    """Make a row for those of these persons who have a live signal."""
    database.execute(
        "insert into person (person) select p.person from unnest(%s::text[]) as p (person)"  # noqa: S608
        f" where {_LIVE} on conflict do nothing",
        (sorted(set(persons)), today),
    )


def ended(database: Database, today: date, among: Iterable[PersonPseudonym] | None = None) -> list[PersonPseudonym]:
    """Persons whose last live signal is over."""
    rows = database.execute(
        "select p.person from person p where (%s::text[] is null or p.person = any(%s))"  # noqa: S608
        f" and not {_LIVE} order by 1",
        (*2 * (None if among is None else sorted(set(among)),), today),
    )
    return [PersonPseudonym(row[0]) for row in rows.fetchall()]


def drop_ended_signals(database: Database, today: date) -> None:
    """Forget signals and erasures whose time is over."""
    database.execute("delete from signal where live_until <= %s", (today,))
    database.execute("delete from erased where until <= %s", (today,))


def waiting(database: Database, before: datetime | None, most: int) -> list[PersonPseudonym]:
    """Persons never looked up, or, with *before*, not since then."""
    rows = database.execute(
        "select person from person where looked_at is null or looked_at < %s order by looked_at nulls first, person"
        " limit %s",
        (before, most),
    ).fetchall()
    return [PersonPseudonym(row[0]) for row in rows]


def looked(
    database: Database, person: PersonPseudonym, mark: bytes | None, at: datetime, waits_for: str | None
) -> None:
    """Write down that this person was looked up and by what mark a household knows them."""
    database.execute(
        "update person set mark = coalesce(%s, mark), looked_at = %s, waits_for = %s where person = %s",
        (mark, at, waits_for, person),
    )


def died(database: Database, person: PersonPseudonym) -> bool:
    """Write down a death; False when it was known."""
    done = database.execute("update person set died = true where person = %s and not died", (person,))
    return done.rowcount == 1


def by_mark(database: Database, marks: Iterable[bytes]) -> Mapping[bytes, PersonPseudonym]:
    """Persons with a live signal among these members."""
    rows = database.execute("select mark, person from person where mark = any(%s::bytea[])", (list(marks),))
    return {bytes(mark): PersonPseudonym(person) for mark, person in rows.fetchall()}


def households_of(database: Database, marks: Iterable[bytes]) -> dict[HouseholdId, Members]:
    """Every known household in which one of these marks stands, with all its marks."""
    rows = database.execute(
        "select household, array_agg(mark) from household_member where household in"
        " (select household from household_member where mark = any(%s::bytea[])) group by household",
        (list(marks),),
    ).fetchall()
    return {HouseholdId(household): frozenset(map(bytes, members)) for household, members in rows}


def known_marks(database: Database, marks: Iterable[bytes]) -> frozenset[bytes]:
    """Those of these marks that stand in a known household."""
    rows = database.execute("select mark from household_member where mark = any(%s::bytea[])", (list(marks),))
    return frozenset(bytes(row[0]) for row in rows.fetchall())


def rewrite(database: Database, household: HouseholdId, marks: Members) -> None:
    """From now on these are its members, and of no other household."""
    database.execute(
        "delete from household_member where household = %s or mark = any(%s::bytea[])", (household, list(marks))
    )
    database.execute(
        "insert into household_member select m, %s from unnest(%s::bytea[]) as m", (household, sorted(marks))
    )


def drop_unused_households(database: Database) -> None:
    """A household in which nobody with a live signal is published is known no longer."""
    database.execute(
        "delete from household_member h where not exists"
        " (select from membership m where m.household = h.household and m.kind = %s)",
        (MembershipKind.MEMBER.value,),
    )


def memberships(database: Database, person: PersonPseudonym) -> dict[HouseholdId, Membership]:
    """What was last published of this person."""
    rows = database.execute(
        "select kind, person, household, area, role, protections, since, until, recorded_at, receipt"
        " from membership where person = %s",
        (person,),
    ).fetchall()
    return {HouseholdId(row[2]): _membership(row) for row in rows}


def _membership(row: Sequence[Any]) -> Membership:
    kind, person, household, area, role, protections, since, until, recorded_at, receipt = row
    return Membership(
        MembershipKind(kind),
        PersonPseudonym(person),
        HouseholdId(household),
        AreaCode(area),
        HouseholdRole(role),
        tuple(map(Protection, protections)),
        since,
        until,
        recorded_at,
        ReceiptId(receipt),
    )


def keep(database: Database, said: Membership) -> None:
    """This is what is published of this person and household."""
    database.execute("delete from membership where person = %s and household = %s", (said.person, said.household))
    database.execute(
        "insert into membership values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            said.person,
            said.household,
            said.kind.value,
            said.area,
            said.role.value,
            [protection.value for protection in said.protections],
            said.since,
            said.until,
            said.recorded_at,
            said.receipt,
        ),
    )


def forget(database: Database, person: PersonPseudonym, *, signals: bool) -> list[HouseholdId]:
    """Take a person out; returns the households whose keys must be taken off the log.

    Withdrawn signals stay until their time is over unless *signals*: an older version must not revive them.
    """
    published = list(memberships(database, person))
    if signals:
        database.execute(
            "delete from household_member where mark in (select mark from person where person = %s)", (person,)
        )
        database.execute("delete from signal where person = %s", (person,))
    # Not the tombstones: forgotten twice, the first time may still wait to be said.
    database.execute(
        "delete from outbox where person = %s and topic = %s and value is not null", (person, MEMBERSHIP_TOPIC)
    )
    database.execute("delete from membership where person = %s", (person,))
    database.execute("delete from person where person = %s", (person,))
    return published


def erase(database: Database, person: PersonPseudonym, until: date) -> None:
    """From now on, until that day, nothing about this person is taken in."""
    database.execute(
        "insert into erased values (%s, %s) on conflict (person) do update set until = excluded.until",
        (person, until),
    )


def erased(database: Database, persons: Iterable[PersonPseudonym]) -> frozenset[PersonPseudonym]:
    """Those of these persons who were erased."""
    rows = database.execute("select person from erased where person = any(%s)", (sorted(set(persons)),))
    return frozenset(PersonPseudonym(row[0]) for row in rows.fetchall())
