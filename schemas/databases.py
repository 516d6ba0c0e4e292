"""How every process of ours enters a database: each statement commits by itself, and no answer means it is down."""

from typing import Any

import psycopg

#: longer than this a server that is there does not take to answer
PATIENCE_S = 5


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection in autocommit; transactions are opened where they are meant.

    Raises  psycopg.OperationalError when nobody answers in time
    """
    return psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE_S)
