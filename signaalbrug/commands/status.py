"""How far everybody is."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from schemas.codec import codec_from
from schemas.databases import connect
from schemas.following import CannotContinue
from schemas.transport import BrokerTrouble
from signaalbrug.commands.here import BROKER, cluster_here
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State, state_folder
from signaalbrug.refusing import Unwilling
from signaalbrug.standing import followers, show, steps
from signaalbrug.wiring import operator_url

DATABASES = ("trail", "feed", "registers", "intake")


def status(as_json: bool) -> int:
    """Print it; 0 whenever all could be asked."""
    cluster, now = cluster_here(), datetime.now(UTC)
    try:
        found = steps(cluster, codec_from(os.environ), now)
        for url in _urls():
            with connect(url) as connection:
                found += followers(cluster, connection, now)
    except CannotContinue as cannot:
        raise Unwilling(cannot.what, cannot.repair) from None
    except BrokerTrouble:
        raise Unwilling("the broker does not answer", "signaalbrug doctor") from None
    except psycopg.Error:
        raise Unwilling("a database of a follower cannot be read", "signaalbrug doctor") from None
    show(found, as_json)
    return 0


def _urls() -> Iterator[str]:
    """Where SIGNAALBRUG_BROKER is set, the followers of SIGNAALBRUG_<NAME>_STATUS_DATABASE; else those of here."""
    for name in DATABASES:
        if BROKER in os.environ:
            if url := os.environ.get(f"SIGNAALBRUG_{name.upper()}_STATUS_DATABASE"):
                yield url
        else:
            yield operator_url(Servers.attach(State(state_folder(os.environ))).main, name)
