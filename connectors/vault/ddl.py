"""The vault's tables: no BSN in clear, and two logs to which its own role can only add."""

from typing import Any

import psycopg

DATABASE = "vault"
ROLES: tuple[str, ...] = ("vault",)
TABLES = frozenset({"person", "team_token", "receipt", "source_day", "reveal_log", "call_log"})

_TABLES = """
create table if not exists person (
    idx bytea primary key, pseudonym text not null unique check (pseudonym ~ '^[0-9a-f]{32}$'),
    sealed bytea not null, created_at timestamptz not null default now()
);
create table if not exists team_token (
    team text not null, pseudonym text not null references person (pseudonym) on delete cascade,
    token text not null unique, primary key (team, pseudonym)
);
create index if not exists team_token_of_person on team_token (pseudonym);
create table if not exists receipt (
    id text primary key, content bytea not null unique, principal text not null, source text not null,
    size bigint not null, sealed_key bytea not null, opened_at timestamptz not null, closed_at timestamptz
);
create table if not exists source_day (
    source text not null, day date not null, persons bigint not null, primary key (source, day)
);
create table if not exists reveal_log (
    line bigint generated always as identity primary key, at timestamptz not null, said text not null,
    team text not null, username text not null, token text not null, reason text not null
);
create table if not exists call_log (
    line bigint generated always as identity primary key, at timestamptz not null, principal text not null,
    call text not null, receipt text, persons integer not null
);
"""

_GRANTS = """
revoke all on all tables in schema public from vault;
revoke create on schema public from public;
grant usage on schema public to vault;
grant select, insert, delete on person to vault;
grant select, insert on team_token to vault;
grant select, insert on receipt to vault;
grant update (closed_at) on receipt to vault;
grant select, insert, update on source_day to vault;
grant insert on reveal_log, call_log to vault;
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Make or mend the tables and give the vault's role exactly what it needs; again changes nothing."""
    connection.execute(_TABLES)
    connection.execute(_GRANTS)
