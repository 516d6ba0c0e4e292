"""Who may enter the inbox: accounts are made by the operator, never over the web."""

from typing import Any

import psycopg
from argon2 import PasswordHasher

from schemas.identity import TeamId
from schemas.vocabulary import RecipientRole

HASHER = PasswordHasher()
SHORTEST_PASSWORD = 12


def add_user(
    connection: psycopg.Connection[Any],
    team: TeamId | str,
    user: str,
    password: str,
    name: str | None = None,
    role: RecipientRole = RecipientRole.TEAM_MEMBER,
) -> None:
    """Make or renew an account, on a connection of the operator; open sessions of the user end.

    Raises  ValueError when the password is too short or the user name has other signs than letters, digits, . - _
    """
    plain = user.replace(".", "").replace("-", "").replace("_", "")
    if len(password) < SHORTEST_PASSWORD or not (plain.isascii() and plain.isalnum()) or len(user) > 100:
        raise ValueError("account")
    with connection.transaction():
        connection.execute(
            "insert into account values (%s, %s, %s, %s, %s, true) on conflict (username) do update set"
            " team = excluded.team, name = excluded.name, role = excluded.role, active = true,"
            " password_hash = excluded.password_hash",
            (user.lower(), str(team), name or user, role.value, HASHER.hash(password)),
        )
        connection.execute("delete from session where username = %s", (user.lower(),))


def end_user(connection: psycopg.Connection[Any], user: str) -> None:
    """The account may not enter any more, from the next request on."""
    with connection.transaction():
        connection.execute("update account set active = false where username = %s", (user.lower(),))
        connection.execute("delete from session where username = %s", (user.lower(),))
