"""What registers and step `person` last said, kept under the feed's own name for each person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.overtaken import Contributed, Held, Member, Person, Routing, Statement
from schemas.events.contribution import Contribution
from schemas.events.event import Forgotten
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.vocabulary import ConsentKind, LifecycleKind, MembershipKind, Source

Connection = psycopg.Connection[Any]
Fact = Contribution | Membership | Consent | PersonLifecycle | Forgotten


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose alerts must be looked at again."""

    person: str
    households: tuple[str, ...] = ()
    erased: bool = False


def remembered(connection: Connection, keys: FeedKeys, fact: Fact, said_at: datetime) -> Touched | None:
    """Keep what is newer than what was known; None when it changes nothing for anybody."""
    match fact:
        case Forgotten():
            return _forgotten(connection, keys, fact)
        case PersonLifecycle():
            return _gone(connection, keys, fact)
        case _ if _is_gone(connection, keys.person(fact.person)):
            return None
        case Contribution():
            return _contribution(connection, keys, fact, said_at)
        case Membership():
            return _membership(connection, keys, fact)
        case Consent():
            return _consent(connection, keys, fact)


def _is_gone(connection: Connection, person: str) -> bool:
    """Erased stays erased: a late record cannot raise the dead."""
    found = connection.execute("select 1 from fact_gone where person = %s and kind <> 'died'", (person,)).fetchone()
    return found is not None


def _contribution(connection: Connection, keys: FeedKeys, event: Contribution, said_at: datetime) -> Touched | None:
    person = keys.person(event.person)
    signals = {each.signal: [each.version, each.consent, each.usable_until.isoformat()] for each in event.signals}
    done = connection.execute(
        "insert into fact_contribution values (%s, %s, %s, %s, %s, %s, %s) on conflict (household, person)"
        " do update set number = excluded.number, area = excluded.area, since = excluded.since,"
        " signals = excluded.signals, said_at = excluded.said_at"
        " where fact_contribution.number < excluded.number",
        (event.household, person, event.number, event.area, event.since, Jsonb(signals), said_at),
    )
    return Touched(person, (event.household,)) if done.rowcount else None


def _membership(connection: Connection, keys: FeedKeys, event: Membership) -> Touched | None:
    person = keys.person(event.person)
    done = connection.execute(
        "insert into fact_membership values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (person, household)"
        " do update set kind = excluded.kind, area = excluded.area, role = excluded.role, since = excluded.since,"
        " until = excluded.until, recorded_at = excluded.recorded_at"
        ' where (fact_membership.recorded_at, fact_membership.kind collate "C", fact_membership.area collate "C",'
        " fact_membership.since, coalesce(fact_membership.until::text, 'None') collate \"C\","
        ' fact_membership.role collate "C")'
        ' < (excluded.recorded_at, excluded.kind collate "C", excluded.area collate "C", excluded.since,'
        ' coalesce(excluded.until::text, \'None\') collate "C", excluded.role collate "C")',
        (
            *(person, event.household, event.kind.value, event.area, event.role.value),
            *(event.since, event.until, event.recorded_at),
        ),
    )
    return Touched(person, (event.household,)) if done.rowcount else None


def _consent(connection: Connection, keys: FeedKeys, event: Consent) -> Touched | None:
    """Which of two statements is the newest, streams/core/knowledge.py says in the same order."""
    person = keys.person(event.person)
    source = event.source.value if event.source is not None else None
    done = connection.execute(
        "insert into fact_consent values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (person, consent)"
        " do update set kind = excluded.kind, source = excluded.source, purpose = excluded.purpose,"
        " valid_from = excluded.valid_from, valid_until = excluded.valid_until, recorded_at = excluded.recorded_at"
        ' where (fact_consent.recorded_at, fact_consent.kind collate "C", fact_consent.valid_from,'
        " coalesce(fact_consent.valid_until::text, 'None') collate \"C\","
        ' coalesce(fact_consent.source, \'\') collate "C", fact_consent.purpose collate "C")'
        ' < (excluded.recorded_at, excluded.kind collate "C", excluded.valid_from,'
        " coalesce(excluded.valid_until::text, 'None') collate \"C\","
        ' coalesce(excluded.source, \'\') collate "C", excluded.purpose collate "C")',
        (
            *(person, event.consent, event.kind.value, source, event.purpose.value),
            *(event.valid_from, event.valid_until, event.recorded_at),
        ),
    )
    return Touched(person) if done.rowcount else None


def _gone(connection: Connection, keys: FeedKeys, event: PersonLifecycle) -> Touched | None:
    person = keys.person(event.person)
    erased = event.kind in (LifecycleKind.ERASED, LifecycleKind.MERGED)
    households = connection.execute(
        "select household from fact_contribution where person = %s order by household", (person,)
    ).fetchall()
    connection.execute(
        "insert into fact_gone values (%s, %s, %s, %s) on conflict (person) do update"
        " set kind = excluded.kind, happened_on = excluded.happened_on, recorded_at = excluded.recorded_at"
        " where fact_gone.kind = 'died'",
        (person, event.kind.value, event.happened_on, event.recorded_at),
    )
    if erased:
        for table in ("fact_contribution", "fact_membership", "fact_consent", "pending"):
            connection.execute(f"delete from {table} where person = %s", (person,))  # noqa: S608
    return Touched(person, tuple(row[0] for row in households), erased)


def _forgotten(connection: Connection, keys: FeedKeys, event: Forgotten) -> Touched | None:
    """A tombstone: what stood under that key is known no more."""
    match event.topic:
        case "contribution.v1":
            person, household = keys.person(event.entity), event.owner
            sql, values = "delete from fact_contribution where household = %s and person = %s", (household, person)
            touched = Touched(person, (household,))
        case "household.membership.v1":
            person, household = keys.person(event.owner), event.entity
            sql, values = "delete from fact_membership where household = %s and person = %s", (household, person)
            touched = Touched(person, (household,))
        case "consent.v1":
            person = keys.person(event.owner)
            sql, values = "delete from fact_consent where consent = %s and person = %s", (event.entity, person)
            touched = Touched(person)
        case _:
            return None
    return touched if connection.execute(sql, values).rowcount else None


def persons_of(connection: Connection, household: str, used: Iterable[str]) -> Mapping[str, Person]:
    """What is known of everybody who contributes to a household or whose signal is used there."""
    contributed = {
        person: Contributed(number, area, since, {name: _held(value) for name, value in signals.items()})
        for person, number, area, since, signals in connection.execute(
            "select person, number, area, since, signals from fact_contribution where household = %s", (household,)
        )
    }
    everybody = sorted({*contributed, *used})
    members = {
        person: Member(MembershipKind(kind), area, since, until)
        for person, kind, area, since, until in connection.execute(
            "select person, kind, area, since, until from fact_membership"
            " where household = %s and person = any(%s)",
            (household, everybody),
        )
    }
    gone = {
        row[0] for row in connection.execute("select person from fact_gone where person = any(%s)", (everybody,))
    }
    statements = _statements(connection, everybody)
    return {
        person: Person(
            contributed.get(person), members.get(person), tuple(statements.get(person, ())), person in gone
        )
        for person in everybody
    }


def _held(value: list[Any]) -> Held:
    version, consent, usable_until = value
    return Held(version, consent, date.fromisoformat(usable_until))


def _statements(connection: Connection, persons: list[str]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for person, kind, source, first, last, at in connection.execute(
        "select person, kind, source, valid_from, valid_until, recorded_at from fact_consent"
        " where person = any(%s)",
        (persons,),
    ):
        about = Source(source) if source is not None else None
        found.setdefault(person, []).append(Statement(ConsentKind(kind), about, first, last, at))
    return found


def routing_of(connection: Connection) -> Routing:
    """Teams and areas of the policy in force."""
    row = connection.execute("select bundle->'routing'->'area', stopped from policy").fetchone()
    if row is None:
        return Routing({})
    return Routing({each["code"]: each["team"] for each in row[0]}, frozenset(row[1]))
