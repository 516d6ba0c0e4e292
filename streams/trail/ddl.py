"""The trail's database: hashes nobody may change, bodies apart that the eraser alone may delete.

Source  house.md 5: INSERT-only; privacy.md 3.4: log hashes, so that the trail keeps verifying when bodies go
"""

from typing import Any

import psycopg

from schemas.following import CURSOR_TABLE

DATABASE = "trail"
WRITER, READER, ERASER, FRONT = "trail_writer", "trail_reader", "trail_eraser", "trail_front"
ROLES = (WRITER, READER, ERASER, FRONT)

#: Key and headers may hold a pseudonym: they stand with the body, and go with it.
TABLES = """
create table if not exists record (
    topic text not null, partition integer not null, "offset" bigint not null,
    hash text not null, node text not null, rev text not null, time_ms bigint not null, size integer not null,
    trace_id text, cause text, receipt text, "row" integer, refusal text, held text not null,
    primary key (topic, partition, "offset")
);
create index if not exists record_by_node on record (node, rev);
create index if not exists record_by_hash on record (hash, topic);
create index if not exists record_by_receipt on record (receipt, "row") where receipt is not null;
create table if not exists body (
    topic text not null, partition integer not null, "offset" bigint not null,
    key bytea not null, headers text not null, value bytea,
    primary key (topic, partition, "offset")
);
create table if not exists concerns (
    person text not null, topic text not null, partition integer not null, "offset" bigint not null,
    primary key (person, topic, partition, "offset")
);
create table if not exists edge (
    child text not null, child_rev text not null, parent text not null, parent_rev text not null,
    role text not null, trace_id text not null, content_sha256 text not null,
    told_topic text not null, told_partition integer not null, told_offset bigint not null,
    primary key (child, child_rev, parent, parent_rev, role, told_topic, told_partition, told_offset)
);
create index if not exists edge_by_parent on edge (parent, parent_rev);
create table if not exists gap (
    topic text not null, partition integer not null, first bigint not null, before bigint not null,
    told_at timestamptz not null default now()
);
create table if not exists erasure (person text primary key, asked_at timestamptz not null default now());
"""

#: What a source may be told of its rows is made from these alone: no alert, household, evidence or access.
VIEW = """
create or replace view delivered with (security_barrier) as
select r.*, b.key, b.headers, b.value, b.topic is not null as has_body
from record r left join body b using (topic, partition, "offset")
where split_part(r.node, '/', 1) in ('delivery', 'signal', 'consent', 'outcome', 'quarantine')
"""

GRANTS = f"""
grant usage on schema public to {WRITER}, {READER}, {ERASER}, {FRONT};
grant insert on record, body, concerns, edge, erasure, gap to {WRITER};
grant select on erasure to {WRITER};
grant select, insert, update on follower_cursor to {WRITER};
grant select on record, body, edge, erasure, gap, follower_cursor to {READER};
grant select on record, body, concerns, erasure to {ERASER};
grant select on delivered to {READER}, {FRONT};
grant delete on body, concerns to {ERASER};
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Make or mend the tables and who may do what; running it again changes nothing."""
    connection.execute(CURSOR_TABLE)
    connection.execute(TABLES)
    connection.execute(VIEW)
    connection.execute(f"revoke all on all tables in schema public from {', '.join(ROLES)}, public")
    connection.execute(GRANTS)
    connection.commit()
