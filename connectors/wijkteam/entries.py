"""What a team's feed says, entry by entry: positions are counted per team inside the projector's transaction."""

from datetime import datetime
from typing import Any

import psycopg


def said(
    connection: psycopg.Connection[Any], team: str, alert: str, revision: int, kind: str, reason: str, at: datetime
) -> int:
    """Append to a team's feed; returns the position.

    The team's row stays locked until the transaction ends, so positions have no gap and appear in their order.
    Source  runtime.md 2: a global sequence skips rows that commit out of order
    """
    row = connection.execute(
        "insert into team_position values (%s, 1, 0)"
        " on conflict (team) do update set last = team_position.last + 1 returning last",
        (team,),
    ).fetchone()
    assert row is not None
    position: int = row[0]
    connection.execute(
        "insert into feed_entry values (%s, %s, %s, %s, %s, %s, %s)",
        (team, position, alert, revision, kind, reason, at),
    )
    return position


def numbered(connection: psycopg.Connection[Any], team: str) -> int:
    """The next reference number of a team; what people say aloud instead of an id."""
    row = connection.execute(
        "insert into team_position values (%s, 0, 1)"
        " on conflict (team) do update set numbered = team_position.numbered + 1 returning numbered",
        (team,),
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number
