"""The household register's tables: who has a live signal, what was published of them, and what waits to be.

Of members without a live signal only a mark is kept: an HMAC of their BSN under a key that lies in the vault.
"""

from typing import Any

import psycopg

from schemas.following import CURSOR_TABLE

DATABASE = "registers"
ROLES: tuple[str, ...] = ("registers",)

_TABLES = """
create table if not exists signal (
    signal text not null, person text not null, mutated_at timestamptz not null, content_hash text not null,
    withdrawn boolean not null, live_until date not null, primary key (signal, person)
);
create index if not exists signal_of_person on signal (person);
create index if not exists signal_by_end on signal (live_until);
create table if not exists person (
    person text primary key, mark bytea, looked_at timestamptz, waits_for text, died boolean not null default false
);
create index if not exists person_by_mark on person (mark);
create index if not exists person_by_look on person (looked_at nulls first);
create table if not exists household_member (mark bytea primary key, household text not null);
create index if not exists member_of_household on household_member (household);
create table if not exists membership (
    person text not null, household text not null, kind text not null, area text not null, role text not null,
    protections text[] not null, since date not null, until date, recorded_at timestamptz not null,
    receipt text not null, primary key (person, household)
);
create index if not exists membership_of_household on membership (household);
create table if not exists erased (person text primary key, until date not null);
create table if not exists outbox (
    place bigint generated always as identity primary key, person text not null, topic text not null,
    partition integer not null, key bytea not null, value bytea, header_names text[] not null,
    header_values bytea[] not null
);
"""

_GRANTS = """
revoke create on schema public from public;
grant usage on schema public to registers;
grant select, insert, update, delete on
    signal, person, household_member, membership, erased, outbox, follower_cursor to registers;
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Make or mend the tables and give the registers' role what it needs; again changes nothing."""
    connection.execute(_TABLES)
    connection.execute(CURSOR_TABLE)
    connection.execute(_GRANTS)
