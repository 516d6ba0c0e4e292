"""The books of intake as they were before there were revisions."""

from alembic import op

revision = "v0001"
down_revision = None

_TABLES = """
create table if not exists delivery (
    receipt text primary key, source text not null, size bigint not null, opened_at timestamptz not null,
    opened boolean not null default false, through_row bigint not null default -1,
    closed_at timestamptz, closed boolean not null default false,
    accepted bigint, duplicates bigint[], refused jsonb
);
create table if not exists version (
    version text primary key, entity text not null, order_ms bigint not null, content_hash text not null,
    person text not null, consent boolean not null, kept_since timestamptz not null default now()
);
create index if not exists version_by_entity on version (entity);
create index if not exists version_by_person on version (person);
create table if not exists row_plan (
    receipt text not null references delivery, row bigint not null, outcome text not null,
    planned_at timestamptz not null, reason text, field text, kind text not null,
    entity text, version text, order_ms bigint, content_hash text, person text,
    left_version text, left_order_ms bigint, left_content_hash text, left_person text,
    primary key (receipt, row)
);
create index if not exists row_plan_by_entity on row_plan (receipt, entity);
create index if not exists row_plan_by_person on row_plan (person);
create table if not exists follower_cursor (
    follower text not null, topic text not null, partition integer not null,
    next_offset bigint not null, committed_at timestamptz not null,
    primary key (follower, topic, partition)
);
"""


def upgrade() -> None:
    """Make what is missing."""
    op.execute(_TABLES)
