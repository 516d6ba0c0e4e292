"""The vault as it was before there were revisions."""

from alembic import op

revision = "v0001"
down_revision = None

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


def upgrade() -> None:
    """Make what is missing."""
    op.execute(_TABLES)
