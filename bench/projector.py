"""The feed's real follower and projector as a process of their own, without the web beside them.

Run     python -m bench.projector, with SIGNAALBRUG_BROKER, BENCH_DATABASE and BENCH_KEY in its environment
"""

import os
import signal
import sys
import threading
from collections.abc import Mapping

import psycopg

from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.projection import TOPICS, projector
from schemas.codec import Codec
from schemas.following import Follower
from schemas.scrubbing import error_code
from schemas.transport import Cluster


def main(environment: Mapping[str, str]) -> None:
    """Follow until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    keys, url = FeedKeys.of(bytes.fromhex(environment["BENCH_KEY"])), environment["BENCH_DATABASE"]
    follower = Follower(
        "feed",
        Cluster.from_environment(environment),
        Codec(),
        TOPICS,
        lambda: psycopg.connect(url, autocommit=True, connect_timeout=5),
        projector(keys),
        repair="geen",
    )
    follower.run(stop, lambda trouble: print(error_code(trouble), file=sys.stderr, flush=True))


if __name__ == "__main__":
    main(os.environ)
