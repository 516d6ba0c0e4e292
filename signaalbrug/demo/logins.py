"""Somebody of every team who may look: a random password each, printed once and kept nowhere but as a hash."""

import json
import secrets
from collections.abc import Sequence

import psycopg

from connectors.wijkteam.users import add_user
from signaalbrug.demo.result import Login
from streams.policy.load import load_bundle

PASSWORD_BYTES = 12


def make_logins(feed_url: str) -> Sequence[Login]:
    """One account per team of the routing, by the operator's own connection to the feed."""
    teams = [team["id"] for team in json.loads(load_bundle())["routing"]["team"]]
    logins = [
        Login(team, team.removeprefix("wijkteam-"), secrets.token_urlsafe(PASSWORD_BYTES)) for team in sorted(teams)
    ]
    with psycopg.connect(feed_url, autocommit=True) as connection:
        for login in logins:
            add_user(connection, login.team, login.user, login.password)
    return logins
