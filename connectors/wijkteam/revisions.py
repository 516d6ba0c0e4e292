"""One revision of an alert becomes what its team sees; every other team sees it no more."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from connectors.wijkteam import metrics
from connectors.wijkteam.bodies import body_of
from connectors.wijkteam.entries import numbered, said
from connectors.wijkteam.keys import FeedKeys
from schemas.events.alert import Alert
from schemas.vocabulary import AlertKind, AlertStatus, TeamDecisionKind

Connection = psycopg.Connection[Any]


def revised(connection: Connection, keys: FeedKeys, event: Alert, at: datetime) -> None:
    """Take in a revision, once: an older or equal one changes nothing.

    Emits   one feed entry for the team, and `withdrawn` for a team that had it before
    """
    answered = _answered(connection, event, at)
    newest = connection.execute(
        "select coalesce(max(revision), 0) from alert where alert = %s", (event.alert,)
    ).fetchone()
    assert newest is not None
    if event.revision <= newest[0]:
        if answered and event.revision == 0:
            said(connection, event.team, event.alert, 0, event.kind.value, event.reason.value, at)
        return
    _taken_from_others(connection, event, at)
    _row(connection, event, at)
    match event.status:
        case AlertStatus.OPEN | AlertStatus.TAKEN_UP:
            _content(connection, keys, event)
        case AlertStatus.WITHDRAWN:
            emptied(connection, event.team, event.alert)
        case AlertStatus.CLOSED:
            _settled(connection, event)
    said(connection, event.team, event.alert, event.revision, event.kind.value, event.reason.value, at)


def _answered(connection: Connection, event: Alert, at: datetime) -> bool:
    """Note what became of the decision that this revision answers."""
    if event.answers is None:
        return False
    applied = event.kind is not AlertKind.DECISION_NOT_APPLIED
    row = connection.execute(
        "update team_decision set answered_at = %s, applied = %s, reason = %s"
        " where decision = %s and answered_at is null returning kind",
        (at, applied, event.reason.value, event.answers),
    ).fetchone()
    if row is not None:
        metrics.TEAM_DECISIONS.labels(event.rule, row[0] if applied else "not_applied").inc()
    return row is not None


def _taken_from_others(connection: Connection, event: Alert, at: datetime) -> None:
    others = connection.execute(
        "update alert set standing = 'withdrawn', status = 'withdrawn', reason = 'reassigned', revision = %s,"
        " changed_at = %s where alert = %s and team <> %s and standing <> 'withdrawn' returning team",
        (event.revision, at, event.alert, event.team),
    ).fetchall()
    for (team,) in sorted(others):
        emptied(connection, team, event.alert)
        said(connection, team, event.alert, event.revision, AlertKind.WITHDRAWN.value, event.reason.value, at)


def _row(connection: Connection, event: Alert, at: datetime) -> None:
    taken_by, outcome = _what_the_team_did(connection, event)
    standing = "withdrawn" if event.status is AlertStatus.WITHDRAWN else "unseen"
    values = (
        *(event.revision, event.status.value, event.reason.value, standing, event.theme, event.area),
        *(event.rule, event.urgency.value, event.opened_on, at, taken_by, outcome),
    )
    known = connection.execute(
        "update alert set revision = %s, status = %s, reason = %s, standing = %s, theme = %s, area = %s, rule = %s,"
        " urgency = %s, opened_on = %s, changed_at = %s, taken_by = coalesce(%s, taken_by),"
        " outcome = coalesce(%s, outcome) where team = %s and alert = %s",
        (*values, event.team, event.alert),
    )
    if not known.rowcount:
        connection.execute(
            "insert into alert (revision, status, reason, standing, theme, area, rule, urgency, opened_on,"
            " changed_at, taken_by, outcome, team, alert, household, number)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (*values, event.team, event.alert, event.household, numbered(connection, event.team)),
        )
    if event.status is AlertStatus.OPEN:
        connection.execute(
            "update alert set taken_by = null where team = %s and alert = %s", (event.team, event.alert)
        )


def _what_the_team_did(connection: Connection, event: Alert) -> tuple[str | None, str | None]:
    """Who took it up and with what it was closed, when this revision says so."""
    if event.answers is None or event.kind is AlertKind.DECISION_NOT_APPLIED:
        return None, None
    row = connection.execute(
        "select kind, shown_as, outcome from team_decision where decision = %s", (event.answers,)
    ).fetchone()
    if row is None:
        return None, None
    return (row[1] if row[0] == TeamDecisionKind.TAKEN_UP.value else None), row[2]


def _content(connection: Connection, keys: FeedKeys, event: Alert) -> None:
    """Views per role, hidden until the projector has seen that all they rest on holds."""
    emptied(connection, event.team, event.alert, keep_members=True)
    for view in event.views:
        connection.execute(
            "insert into content values (%s, %s, %s, false, %s)",
            (event.team, event.alert, view.role.value, Jsonb(body_of(event, view))),
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into use values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(event.team, event.alert, keys.person(each.person), each.signal, each.version),
                    *(each.source.value, each.ground, each.number),
                )
                for each in event.signals
            ],
        )
    _members(connection, keys, event)


def _members(connection: Connection, keys: FeedKeys, event: Alert) -> None:
    """The members by the team's own tokens; who has none yet waits without holding anybody up.

    Who waits already is taken hold of first (`do update` locks the row, `do nothing` would not): tokens that are on
    their way meanwhile are written after this, to the members that stand here now.
    """
    named = dict(sorted((keys.person(each), each) for each in event.members))
    known: dict[str, str] = dict(
        connection.execute(
            "select person, token from member where team = %s and person = any(%s) and token is not null",
            (event.team, list(named)),
        ).fetchall()
    )
    for person, pseudonym in named.items():
        if person not in known:
            connection.execute(
                "insert into pending values (%s, %s, %s, now())"
                " on conflict (team, person) do update set asked_at = pending.asked_at",
                (event.team, person, keys.sealed(pseudonym)),
            )
    connection.execute("delete from member where team = %s and alert = %s", (event.team, event.alert))
    for ordinal, person in enumerate(named, start=1):
        connection.execute(
            "insert into member values (%s, %s, %s, %s, %s)",
            (event.team, event.alert, ordinal, person, known.get(person)),
        )


def _settled(connection: Connection, event: Alert) -> None:
    """A closed alert keeps its title for the list of what was done, and nothing else."""
    connection.execute(
        "update content set body = jsonb_build_object('title', body->'title', 'urgency', body->'urgency',"
        " 'area', body->'area', 'since', body->'since') where team = %s and alert = %s",
        (event.team, event.alert),
    )
    _without_members(connection, event.team, event.alert)


def emptied(connection: Connection, team: str, alert: str, keep_members: bool = False) -> None:
    """Destroy the content of an alert and all that ties it to persons."""
    for table in ("content", "use"):
        connection.execute(f"delete from {table} where team = %s and alert = %s", (team, alert))  # noqa: S608
    if not keep_members:
        _without_members(connection, team, alert)


def _without_members(connection: Connection, team: str, alert: str) -> None:
    connection.execute(
        "delete from pending where team = %s and not exists (select 1 from member"
        " where member.team = pending.team and member.person = pending.person and member.alert <> %s)",
        (team, alert),
    )
    connection.execute("delete from member where team = %s and alert = %s", (team, alert))


def wiped(connection: Connection, person: str) -> None:
    """A person was erased: what was made with their data goes at once, not only out of sight."""
    used = connection.execute(
        "select distinct team, alert from use where person = %s order by team, alert",
        (person,),
    ).fetchall()
    for team, alert in used:
        connection.execute("delete from content where team = %s and alert = %s", (team, alert))
        connection.execute("delete from use where team = %s and alert = %s and person <> %s", (team, alert, person))
    connection.execute("delete from member where person = %s", (person,))
