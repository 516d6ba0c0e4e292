"""Walk through the trail of this state folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from schemas.codec import Codec, codec_from
from signaalbrug.commands.here import main_here
from signaalbrug.refusing import Unwilling
from signaalbrug.trace_command import run_trace

SETTING = "SIGNAALBRUG_TRAIL_READER_DATABASE"


def trace(subject: str, as_json: bool) -> int:
    """0 found, 1 not known, 3 the walk came upon an edge that leads nowhere."""
    with trail_of() as (connection, codec):
        return run_trace(connection, subject, as_json, codec)


@contextmanager
def trail_of() -> Iterator[tuple[psycopg.Connection[Any], Codec]]:
    """The trail that a reader is told of, else that of this state folder.

    Raises  Unwilling
    """
    try:
        with psycopg.connect(os.environ.get(SETTING) or own_trail(), autocommit=True) as connection:
            yield connection, codec_from(os.environ)
    except psycopg.OperationalError:
        raise Unwilling("the trail's database cannot be reached", "signaalbrug up") from None


def own_trail() -> str:
    """The way of the trail's reader into the trail of this state folder.  Raises  Unwilling"""
    main = main_here()
    return main.url("trail_reader", main.password_of("trail_reader"), "trail")
