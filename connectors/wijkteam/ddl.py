"""The feed's database: who may see which rows is decided here, by forced row-level security, for every role.

Source  house.md 5: `SET LOCAL app.team`; no team, no rows; rules.md 7: the web role cannot read the pending table
"""

from typing import Any

import psycopg

from schemas.following import CURSOR_TABLE

DATABASE = "feed"
PROJECTOR, WEB, RELAY = "feed_projector", "feed_web", "feed_relay"
ROLES = (PROJECTOR, WEB, RELAY)

#: What teams see. `person` is always HMAC(feed key, pseudonym); the pseudonym itself is nowhere.
TEAM_TABLES = """
create table if not exists alert (
    team text not null, alert text not null, household text not null, number bigint not null,
    revision integer not null, status text not null, reason text not null, standing text not null,
    theme text not null, area text not null, rule text not null, urgency text not null, opened_on date not null,
    changed_at timestamptz not null, taken_by text, outcome text, usable_until date,
    primary key (team, alert), unique (team, number)
);
create index if not exists alert_by_household on alert (household);
create table if not exists content (
    team text not null, alert text not null, role text not null, visible boolean not null, body jsonb not null,
    primary key (team, alert, role)
);
create table if not exists member (
    team text not null, alert text not null, ordinal integer not null, person text not null, token text,
    primary key (team, alert, ordinal)
);
create index if not exists member_by_person on member (person);
create table if not exists feed_entry (
    team text not null, position bigint not null, alert text not null, revision integer not null,
    kind text not null, reason text not null, at timestamptz not null, primary key (team, position)
);
create index if not exists feed_entry_by_alert on feed_entry (team, alert);
create table if not exists team_decision (
    decision text primary key, team text not null, alert text not null, household text not null,
    revision integer not null, kind text not null, outcome text, username text not null, shown_as text not null,
    decided_at timestamptz not null, published_at timestamptz, answered_at timestamptz, applied boolean,
    reason text, told_at timestamptz, unique (team, alert, revision)
);
create index if not exists team_decision_unpublished on team_decision (decided_at) where published_at is null;
create table if not exists access_log (
    id bigint generated always as identity primary key, team text not null, username text not null,
    shown_as text not null, alert text, action text not null, reason text, at timestamptz not null
);
create index if not exists access_log_by_alert on access_log (team, alert);
"""

#: What only the projector knows: the facts that may overtake an alert, and who still waits for a token.
PROJECTOR_TABLES = """
create table if not exists use (
    team text not null, alert text not null, person text not null, signal text not null, version text not null,
    source text not null, ground text not null, number bigint not null, primary key (team, alert, signal)
);
create index if not exists use_by_person on use (person);
create table if not exists pending (
    team text not null, person text not null, sealed bytea not null, asked_at timestamptz not null,
    primary key (team, person)
);
create table if not exists team_position (team text primary key, last bigint not null, numbered bigint not null);
create table if not exists fact_contribution (
    household text not null, person text not null, number bigint not null, area text, since date,
    signals jsonb not null, said_at timestamptz not null, primary key (household, person)
);
create table if not exists fact_membership (
    person text not null, household text not null, kind text not null, area text not null, role text not null,
    since date not null, until date, recorded_at timestamptz not null, primary key (person, household)
);
create table if not exists fact_consent (
    person text not null, consent text not null, kind text not null, source text, purpose text not null,
    valid_from date not null, valid_until date, recorded_at timestamptz not null, primary key (person, consent)
);
create table if not exists fact_gone (
    person text primary key, kind text not null, happened_on date not null, recorded_at timestamptz not null
);
"""

#: What is the same for every team: the policy in force, in the words of its own bundle.
SHARED_TABLES = """
create table if not exists policy (
    one boolean primary key default true check (one), hash text not null, recorded_at timestamptz not null,
    stopped text[] not null, bundle jsonb not null
);
create table if not exists account (
    username text primary key, team text not null, name text not null, role text not null,
    password_hash text not null, active boolean not null default true
);
create table if not exists session (
    token_hash text primary key, username text not null, csrf text not null, created_at timestamptz not null,
    seen_at timestamptz not null
);
"""

_OF_TEAM = ("alert", "content", "member", "feed_entry", "team_decision", "access_log")
_OF_PROJECTOR = (
    *("use", "pending", "team_position", "follower_cursor"),
    *("fact_contribution", "fact_membership", "fact_consent", "fact_gone"),
)
_MINE = "team = nullif(current_setting('app.team', true), '')"
_SOME_TEAM = "nullif(current_setting('app.team', true), '') is not null"

#: (table, role, command, rows): a role without a line here sees no row of that table.
POLICIES: tuple[tuple[str, str, str, str], ...] = (
    *((table, PROJECTOR, "all", "true") for table in (*_OF_TEAM, *_OF_PROJECTOR, "policy")),
    *((table, WEB, "select", _MINE) for table in ("alert", "member", "feed_entry", "team_decision", "access_log")),
    ("content", WEB, "select", f"{_MINE} and visible and role = current_setting('app.role', true)"),
    ("policy", WEB, "select", _SOME_TEAM),
    *((table, WEB, "insert", _MINE) for table in ("team_decision", "access_log")),
    ("team_decision", WEB, "update", _MINE),
    ("team_decision", RELAY, "all", "true"),
)

GRANTS = f"""
revoke all on all tables in schema public from public, {PROJECTOR}, {WEB}, {RELAY};
revoke create on schema public from public;
grant usage on schema public to {PROJECTOR}, {WEB}, {RELAY};
grant select, insert, update, delete on alert, content, member, use, pending, team_position, follower_cursor,
    fact_contribution, fact_membership, fact_consent, fact_gone, policy to {PROJECTOR};
grant select, insert on feed_entry to {PROJECTOR};
grant select, update (answered_at, applied, reason) on team_decision to {PROJECTOR};
grant delete on feed_entry, team_decision to {PROJECTOR};
grant select (team, alert, household, number, revision, status, standing, changed_at, taken_by, outcome,
    usable_until) on alert to {WEB};
grant select on content, feed_entry, team_decision, access_log, policy to {WEB};
grant select (team, alert, ordinal, token) on member to {WEB};
grant insert (decision, team, alert, household, revision, kind, outcome, username, shown_as, decided_at)
    on team_decision to {WEB};
grant update (told_at) on team_decision to {WEB};
grant insert (team, username, shown_as, alert, action, reason, at) on access_log to {WEB};
grant select, update (published_at) on team_decision to {RELAY};
"""

#: Logging in happens before a team is known: these four calls are the only way to accounts and sessions.
FUNCTIONS = """
create or replace function account_of(who text)
returns table (team text, name text, role text, password_hash text)
language sql stable security definer set search_path = public, pg_temp as
$$ select team, name, role, password_hash from account where username = who and active $$;

create or replace function session_opened(token text, who text, form text, at timestamptz, oldest timestamptz)
returns void language sql security definer set search_path = public, pg_temp as
$$ delete from session where created_at < oldest;
   insert into session values (token, who, form, at, at) $$;

create or replace function session_of(
    token text, at timestamptz, oldest timestamptz, idle timestamptz, touched boolean)
returns table (username text, team text, name text, role text, csrf text, created_at timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    if touched then
        update session set seen_at = at
        where token_hash = token and created_at >= oldest and seen_at >= idle
          and seen_at < at - interval '30 seconds';
    end if;
    return query select s.username, a.team, a.name, a.role, s.csrf, s.created_at
        from session s join account a on a.username = s.username and a.active
        where s.token_hash = token and s.created_at >= oldest and s.seen_at >= idle;
end $$;

create or replace function session_closed(token text) returns void
language sql security definer set search_path = public, pg_temp as
$$ delete from session where token_hash = token $$;

create or replace function written_once() returns trigger language plpgsql as
$$ begin raise exception 'access_log is append-only' using errcode = '42501'; end $$;
create or replace trigger access_log_written_once before update or delete or truncate on access_log
    for each statement execute function written_once();

revoke all on all functions in schema public from public;
grant execute on function account_of, session_opened, session_of, session_closed to feed_web;
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Make or mend tables, row-level security and grants; running it again changes nothing."""
    for statements in (TEAM_TABLES, PROJECTOR_TABLES, SHARED_TABLES, CURSOR_TABLE):
        connection.execute(statements)
    connection.execute(GRANTS)
    for table in (*_OF_TEAM, *_OF_PROJECTOR, "policy", "account", "session"):
        connection.execute(f"alter table {table} enable row level security")
        connection.execute(f"alter table {table} force row level security")
    for table, role, command, rows in POLICIES:
        _policy(connection, table, role, command, rows)
    connection.execute(FUNCTIONS)


def _policy(connection: psycopg.Connection[Any], table: str, role: str, command: str, rows: str) -> None:
    name = f"{role}_{command}"
    checks = {"select": f"using ({rows})", "insert": f"with check ({rows})"}
    clause = checks.get(command, f"using ({rows}) with check ({rows})")
    connection.execute(f"drop policy if exists {name} on {table}")
    connection.execute(f"create policy {name} on {table} for {command} to {role} {clause}")
