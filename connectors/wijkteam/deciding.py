"""A team's decision: one outbox row in the request's own transaction, conditional on the revision the user saw."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import psycopg

from connectors.wijkteam.access import Viewer
from connectors.wijkteam.database import Database
from connectors.wijkteam.reading import Row
from schemas.identity import DecisionId, derived
from schemas.vocabulary import TeamDecisionKind, TeamOutcome

Connection = psycopg.Connection[Any]
Verdict = Literal["accepted", "stale", "changed", "busy", "settled"]
_FROM = {TeamDecisionKind.TAKEN_UP: ("open",), TeamDecisionKind.CLOSED: ("open", "taken_up")}
_ACTION = {TeamDecisionKind.TAKEN_UP: "taken_up", TeamDecisionKind.CLOSED: "closing"}


def decision_id(row: Row, revision: int, kind: TeamDecisionKind, outcome: TeamOutcome | None) -> DecisionId:
    """The same for the same decision about the same revision, so that a second click decides nothing new."""
    return DecisionId(derived("team-decision", row.team, row.alert, str(revision), kind.value, outcome or ""))


def decided(
    connection: Connection,
    viewer: Viewer,
    row: Row,
    revision: int,
    kind: TeamDecisionKind,
    outcome: TeamOutcome | None,
    at: datetime,
) -> Verdict:
    """Put the decision in the outbox, or say why not; nothing is said to the broker here."""
    decision = decision_id(row, revision, kind, outcome)
    if row.body is None:
        return "changed"
    if row.decided is not None and row.decided.decision == decision and row.decided.applied is not False:
        return "accepted"
    if revision != row.revision:
        return "stale"
    if row.decided is not None and row.decided.applied is None:
        return "busy"
    if row.status not in _FROM[kind]:
        return "settled"
    done = connection.execute(
        "insert into team_decision (decision, team, alert, household, revision, kind, outcome, username, shown_as,"
        " decided_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            *(decision, row.team, row.alert, row.household, revision, kind.value),
            *(outcome.value if outcome else None, viewer.username, viewer.name, at),
        ),
    )
    if not done.rowcount:  # somebody was a moment earlier: with this very decision, or with another
        same = connection.execute("select 1 from team_decision where decision = %s", (decision,)).fetchone()
        return "busy" if same is None else "accepted"
    logged(connection, viewer, _ACTION[kind], at, row.alert)
    return "accepted"


def logged(
    connection: Connection,
    viewer: Viewer,
    action: str,
    at: datetime,
    alert: str | None = None,
    reason: str | None = None,
) -> None:
    """One line of the access log, which nobody can change or take away."""
    connection.execute(
        "insert into access_log (team, username, shown_as, alert, action, reason, at)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        (viewer.team, viewer.username, viewer.name, alert, action, reason, at),
    )


def told(database: Database, viewer: Viewer, rows: Iterable[Row], at: datetime) -> None:
    """The one who decided has read what became of it.

    In a transaction of its own, after the snapshot that was read: there it would fail when another tab of the same
    user is told at the same moment; here it waits, and then finds that it was said.
    """
    mine = (row.decided for row in rows if row.decided is not None and row.decided.username == viewer.username)
    news = sorted(each.decision for each in mine if each.applied is False and each.told_at is None)
    if not news:
        return
    with database.transaction(viewer.team, viewer.role) as connection:
        for decision in news:
            connection.execute(
                "update team_decision set told_at = %s where decision = %s and told_at is null", (at, decision)
            )
