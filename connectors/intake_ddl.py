"""The database of intake: what became of every row of the deliveries under way, and which versions are known.

No digits of a person, no keys, no content: pseudonyms and keyed hashes only.
"""

from typing import Any

import psycopg

from schemas.following import CURSOR_TABLE

DATABASE = "intake"
ROLES: tuple[str, ...] = ("intake",)

_TABLES = (
    """
    create table if not exists delivery (
        receipt text primary key, source text not null, size bigint not null, opened_at timestamptz not null,
        opened boolean not null default false, through_row bigint not null default -1,
        closed_at timestamptz, closed boolean not null default false,
        accepted bigint, duplicates bigint[], refused jsonb
    )""",
    """
    create table if not exists version (
        version text primary key, entity text not null, order_ms bigint not null, content_hash text not null,
        person text not null, consent boolean not null, kept_since timestamptz not null default now()
    )""",
    "create index if not exists version_by_entity on version (entity)",
    "create index if not exists version_by_person on version (person)",
    """
    create table if not exists row_plan (
        receipt text not null references delivery, row bigint not null, outcome text not null,
        planned_at timestamptz not null, reason text, field text, kind text not null,
        entity text, version text, order_ms bigint, content_hash text, person text,
        left_version text, left_order_ms bigint, left_content_hash text, left_person text,
        primary key (receipt, row)
    )""",
    "create index if not exists row_plan_by_entity on row_plan (receipt, entity)",
    "create index if not exists row_plan_by_person on row_plan (person)",
    CURSOR_TABLE,
)

_GRANTS = (
    "grant usage on schema public to intake",
    "grant select, insert, update, delete on delivery, version, row_plan, follower_cursor to intake",
)


def install(connection: psycopg.Connection[Any]) -> None:
    """Make what is missing; running it again changes nothing."""
    for statement in (*_TABLES, *_GRANTS):
        connection.execute(statement)
