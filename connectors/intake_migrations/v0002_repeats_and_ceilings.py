"""Repeats of one debt, signals by kind and day, and how many were told about one person on one day."""

from alembic import op

revision = "v0002"
down_revision = "v0001"

_TABLES = """
alter table version add column if not exists signal_kind text, add column if not exists observed_on date,
    add column if not exists ended text not null default '';
alter table row_plan add column if not exists named text;
drop index if exists row_plan_by_entity;
create index if not exists row_plan_by_name on row_plan (receipt, coalesce(named, entity));
create table if not exists told (
    source text not null, day date not null, person text not null, entity text not null,
    primary key (source, day, person, entity)
);
create index if not exists told_by_person on told (person);
create table if not exists claim (
    named text primary key, entity text not null, person text not null, debt text not null,
    amount bigint not null, order_ms bigint not null, stands boolean not null,
    crisis boolean not null default false, kept_since timestamptz not null default now()
);
alter table claim add column if not exists crisis boolean not null default false;
create index if not exists claim_by_entity on claim (entity);
create index if not exists claim_by_debt on claim (person, debt);
"""


def upgrade() -> None:
    """Make what is missing: installs of between two releases have some of it."""
    op.execute(_TABLES)
