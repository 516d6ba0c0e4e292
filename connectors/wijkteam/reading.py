"""What the database says a viewer may see, as plain values; row-level security has chosen the rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from connectors.wijkteam.pages import State
from schemas.civil import civil_day

Connection = psycopg.Connection[Any]
#: how long "niet doorgevoerd" stands after the one who decided has read it
TOLD_FOR = timedelta(minutes=15)
WITHDRAWN_FOR = timedelta(days=7)
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Decided:
    """The newest decision of the team about an alert, and what became of it."""

    decision: str
    kind: str
    username: str
    applied: bool | None
    reason: str | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One alert of the team; without content when it may not be seen now."""

    alert: str
    team: str
    household: str
    number: int
    revision: int
    status: str
    standing: str
    changed_at: datetime
    taken_by: str | None
    outcome: str | None
    usable_until: date | None
    body: Mapping[str, Any] | None = field(repr=False)
    decided: Decided | None
    seen: bool

    @property
    def kenmerk(self) -> str:
        """What people say aloud: the team's initials and a number, never near a BSN's length."""
        return f"{''.join(word[:1] for word in self.team.split('-')).upper()}-{self.number:04d}"

    @property
    def live(self) -> bool:
        """Whether the team still has this before it."""
        return self.status in ("open", "taken_up")


def state_of(row: Row, now: datetime) -> State:
    """The one word a worker sees."""
    if row.standing == "withdrawn":
        return "ingetrokken"
    if row.body is None:
        return "wordt_bijgewerkt" if row.live else "ingetrokken"
    if row.status == "closed":
        return "afgesloten"
    decided = row.decided
    if decided is not None and decided.applied is None:
        return "wordt_verwerkt"
    if (
        decided is not None
        and decided.applied is False
        and (decided.told_at is None or now - decided.told_at < TOLD_FOR)
    ):
        return "niet_doorgevoerd"
    return "opgepakt" if row.status == "taken_up" else "open"


_ROWS = """
select a.alert, a.team, a.household, a.number, a.revision, a.status, a.standing, a.changed_at, a.taken_by,
    a.outcome, a.usable_until, case when a.standing = 'shown' and (a.status = 'closed' or a.usable_until is null
        or a.usable_until > %(today)s) then c.body end,
    d.decision, d.kind, d.username, d.applied, d.reason, d.told_at,
    exists (select 1 from access_log l where l.team = a.team and l.alert = a.alert and l.action = 'viewed')
from alert a left join content c on c.team = a.team and c.alert = a.alert
left join lateral (select * from team_decision t where t.team = a.team and t.alert = a.alert
    order by t.revision desc limit 1) d on true
"""


def worklist(connection: Connection, now: datetime, today: date) -> list[Row]:
    """Everything the team has before it, and what was taken back lately after somebody had opened it."""
    where = """where (a.status in ('open', 'taken_up') and a.standing <> 'withdrawn')
        or (a.standing = 'withdrawn' and a.changed_at > %(since)s and exists
            (select 1 from access_log l where l.team = a.team and l.alert = a.alert and l.action = 'viewed'))"""
    return _rows(connection, where, {"since": now - WITHDRAWN_FOR, "today": today})


def closed(connection: Connection, today: date) -> list[Row]:
    """What the team closed, newest first."""
    return _rows(connection, "where a.status = 'closed' order by a.changed_at desc limit 200", {"today": today})


def one(connection: Connection, alert: str, today: date) -> Row | None:
    """One alert of this team, None for anybody else's and for what is no id."""
    if not _ID.fullmatch(alert):
        return None
    return next(iter(_rows(connection, "where a.alert = %(alert)s", {"alert": alert, "today": today})), None)


def _rows(connection: Connection, where: str, values: Mapping[str, Any]) -> list[Row]:
    rows = []
    for found in connection.execute(_ROWS + where, values):
        decided = Decided(*found[12:18]) if found[12] is not None else None
        rows.append(_row(*found[:12], decided, found[18]))
    return rows


_row: Callable[..., Row] = Row


def members_of(connection: Connection, alert: str) -> list[tuple[int, str | None]]:
    """The persons of an alert by the team's own tokens, which may still have to come."""
    return connection.execute(
        "select ordinal, token from member where alert = %s order by ordinal", (alert,)
    ).fetchall()


def log_of(connection: Connection, alert: str, most: int = 20) -> list[tuple[datetime, str, str]]:
    """Who did what with an alert, newest first: (at, who, code)."""
    found = connection.execute(
        "select at, shown_as, action, 1, id from access_log where alert = %(alert)s"
        " union all select at, 'Signaalbrug', kind, 0, position from feed_entry where alert = %(alert)s"
        " order by 1 desc, 4 desc, 5 desc limit %(most)s",
        {"alert": alert, "most": most},
    )
    return [(at, who, what) for at, who, what, *_ in found]


def entries_after(
    connection: Connection, position: int, most: int
) -> list[tuple[int, str, int, str, str, datetime]]:
    """What the team's feed says after a position: (position, alert, revision, kind, reason, at)."""
    return connection.execute(
        "select position, alert, revision, kind, reason, at from feed_entry where position > %s"
        " order by position limit %s",
        (position, most),
    ).fetchall()


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the policy in force, for what rows hold as codes."""

    teams: Mapping[str, str]
    areas: Mapping[str, str]
    rules: Mapping[str, Mapping[str, Any]]
    since: date | None


def names(connection: Connection) -> Names:
    """The names; empty before the first policy was read."""
    row = connection.execute("select bundle, recorded_at from policy").fetchone()
    if row is None:
        return Names({}, {}, {}, None)
    bundle, recorded_at = row
    return Names(
        teams={each["id"]: each["name"] for each in bundle["routing"]["team"]},
        areas={each["code"]: each["name"] for each in bundle["routing"]["area"]},
        rules={each["id"]: each for each in bundle["rules"]},
        since=civil_day(recorded_at),
    )
