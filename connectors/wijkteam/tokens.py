"""Who still waits for a team token gets it from the vault, whenever the vault is there; nobody waits for this."""

from datetime import datetime
from typing import Any

import psycopg

from connectors.vault.api import MOST_PERSONS, Vault
from connectors.wijkteam.keys import FeedKeys
from schemas.identity import TeamId


def filled(connection: psycopg.Connection[Any], keys: FeedKeys, vault: Vault) -> int:
    """Fetch tokens for one team's oldest waiting persons; returns how many no longer wait.

    A person's row in `pending` is taken before those in `member`, here and by a revision (`_members`): whoever
    comes second waits there, and then sees the members that the first wrote down.
    Raises  VaultDown, VaultRefused (then everybody waits on)
    """
    with connection.transaction():
        first = connection.execute("select team from pending order by asked_at limit 1").fetchone()
        if first is None:
            return 0
        team = first[0]
        waiting = connection.execute(
            "select person, sealed from pending where team = %s order by asked_at limit %s",
            (team, MOST_PERSONS),
        ).fetchall()
    tokens = vault.team_tokens(TeamId(team), [keys.opened(bytes(sealed)) for _, sealed in waiting])
    token_of = {person: token for (person, _), token in zip(waiting, tokens, strict=True)}
    with connection.transaction():
        for person in sorted(token_of):
            connection.execute("delete from pending where team = %s and person = %s", (team, person))
        for person, token in sorted(token_of.items()):
            if token:
                connection.execute(
                    "update member set token = %s where team = %s and person = %s", (token, team, person)
                )
    return len(waiting)


def forgotten(connection: psycopg.Connection[Any], at: datetime) -> None:
    """What has had its time goes; the access log stays.

    Time    days from the feed's own clock: withdrawn 35, closed 183 (the longest retention), erasures 400
    """
    with connection.transaction():
        gone = connection.execute(
            "delete from alert where (standing = 'withdrawn' and changed_at < %(at)s - interval '35 days')"
            " or (status = 'closed' and changed_at < %(at)s - interval '183 days') returning team, alert",
            {"at": at},
        ).fetchall()
        for team, alert in gone:
            for table in ("content", "use", "member", "team_decision"):
                connection.execute(
                    f"delete from {table} where team = %s and alert = %s",  # noqa: S608
                    (team, alert),
                )
        connection.execute("delete from fact_gone where recorded_at < %s - interval '400 days'", (at,))
        connection.execute("delete from feed_entry where at < %s - interval '183 days'", (at,))


def counted(connection: psycopg.Connection[Any]) -> list[tuple[str, str, int]]:
    """Open alerts per team and urgency, as the metrics tell them; what is hidden is not counted."""
    return connection.execute(
        "select team, urgency, count(*) from alert where standing = 'shown' and status in ('open', 'taken_up')"
        " group by team, urgency"
    ).fetchall()
