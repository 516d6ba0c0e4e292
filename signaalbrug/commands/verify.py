"""Take the decisions of this state folder's trail again."""

import os

import psycopg

from schemas.codec import codec_from
from signaalbrug.commands.trace import SETTING, own_trail
from signaalbrug.refusing import Unwilling
from signaalbrug.verify_command import run_verify


def verify(alert: str | None, everything: bool) -> int:
    """0 nothing differs, 1 not known, 3 something differs."""
    if (alert is None) is not everything:
        raise Unwilling("name one alert, or ask for all", "signaalbrug verify ALERT, or signaalbrug verify --all")
    try:
        with psycopg.connect(os.environ.get(SETTING) or own_trail(), autocommit=True) as connection:
            return run_verify(connection, alert, codec_from(os.environ))
    except psycopg.OperationalError:
        raise Unwilling("the trail's database cannot be reached", "signaalbrug up") from None
