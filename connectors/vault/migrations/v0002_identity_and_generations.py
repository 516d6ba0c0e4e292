"""Questions about identities, and keys in generations: every sealed or indexed row says under which it stands."""

from alembic import op

revision = "v0002"
down_revision = "v0001"

_TABLES = """
create table key_generation (
    one boolean primary key default true check (one), index_generation integer not null,
    sealing_generation integer not null, changed_at timestamptz not null default now()
);
insert into key_generation (index_generation, sealing_generation) values (1, 1);

alter table person add column index_key_version integer not null default 1,
    add column key_version integer not null default 1;
alter table person alter column index_key_version drop default, alter column key_version drop default;
create index person_by_index_key_version on person (index_key_version);
create index person_by_key_version on person (key_version);
alter table receipt add column key_version integer not null default 1;
alter table receipt alter column key_version drop default;
create index receipt_by_key_version on receipt (key_version);

create table identity_question (
    id text primary key, idx bytea not null unique, index_key_version integer not null,
    description bytea not null, candidates bytea not null, key_version integer not null,
    doubt text not null, source text not null, asked_at timestamptz not null, status text not null,
    changed_at timestamptz, changed_by text, proposed bytea,
    person text references person (pseudonym) on delete cascade
);
create index identity_question_of_person on identity_question (person);
create table identity_log (
    line bigint generated always as identity primary key, at timestamptz not null, said text not null,
    username text not null, question text not null, reason text not null
);
"""


def upgrade() -> None:
    """Rows that are there stand under the first generation."""
    op.execute(_TABLES)
