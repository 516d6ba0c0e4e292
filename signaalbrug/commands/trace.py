"""Walk through the trail of this state folder."""

import os

import psycopg

from schemas.codec import codec_from
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State, state_folder
from signaalbrug.refusing import Unwilling
from signaalbrug.trace_command import run_trace

SETTING = "SIGNAALBRUG_TRAIL_READER_DATABASE"


def trace(subject: str, as_json: bool) -> int:
    """0 found, 1 not known, 3 the walk came upon an edge that leads nowhere."""
    try:
        with psycopg.connect(os.environ.get(SETTING) or own_trail(), autocommit=True) as connection:
            return run_trace(connection, subject, as_json, codec_from(os.environ))
    except psycopg.OperationalError:
        raise Unwilling("the trail's database cannot be reached", "signaalbrug up") from None


def own_trail() -> str:
    """The way of the trail's reader into the trail of this state folder."""
    main = Servers.attach(State(state_folder(os.environ))).main
    return main.url("trail_reader", main.password_of("trail_reader"), "trail")
