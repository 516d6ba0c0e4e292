"""The relay: decisions that stand in the outbox are published, at least once, under an id that makes twice once."""

from datetime import datetime
from typing import Any

import psycopg

from schemas.events.alert import TeamDecision
from schemas.identity import AlertId, DecisionId, HouseholdId, TeamId
from schemas.record import Publish, Recorder
from schemas.trace import begun
from schemas.vocabulary import TeamDecisionKind, TeamOutcome

AT_ONCE = 100


def relayed(connection: psycopg.Connection[Any], recorder: Recorder, publish: Publish, now: datetime) -> int:
    """Publish what waits, oldest first, then note it; returns how many.

    Raises  whatever `publish` raises, and then nothing is noted
    """
    with connection.transaction():
        rows = connection.execute(
            "select decision, kind, alert, household, team, revision, outcome, decided_at from team_decision"
            " where published_at is null order by decided_at limit %s for update skip locked",
            (AT_ONCE,),
        ).fetchall()
        if not rows:
            return 0
        decisions = [_decision(*row) for row in rows]
        publish([recorder.record(each, begun("wijkteam", each.decision), each.decided_at) for each in decisions])
        connection.execute(
            "update team_decision set published_at = %s where decision = any(%s)",
            (now, [each.decision for each in decisions]),
        )
    return len(rows)


def _decision(
    decision: str,
    kind: str,
    alert: str,
    household: str,
    team: str,
    revision: int,
    outcome: str | None,
    decided_at: datetime,
) -> TeamDecision:
    return TeamDecision(
        kind=TeamDecisionKind(kind),
        decision=DecisionId(decision),
        alert=AlertId(alert),
        household=HouseholdId(household),
        team=TeamId(team),
        revision=revision,
        outcome=TeamOutcome(outcome) if outcome is not None else None,
        to_team=None,
        until=None,
        decided_at=decided_at,
    )
