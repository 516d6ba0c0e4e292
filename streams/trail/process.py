"""The trail as a process: one thread writes down every topic, another deletes the bodies of the erased."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from prometheus_client import Counter

from schemas.catalogue import TOPICS
from schemas.codec import Codec, codec_from
from schemas.databases import connect
from schemas.doors import Door, settings_from
from schemas.following import CannotContinue, Follower, rebuild_command
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.scrubbing import error_code
from schemas.transport import Cluster
from streams.trail.kept import Kept
from streams.trail.store import applying, erase_pending

NAME = "trail"
REPAIR = rebuild_command("trail")
ERASE_EVERY_S = 0.5

RECORDS = Counter("signaalbrug_trail_records", "Records written down", ["topic"])
GAPS = Counter("signaalbrug_trail_gaps", "Records of which only the hash could be kept", ["kind"])
ERASED = Counter("signaalbrug_trail_erased_bodies", "Bodies that were deleted because the person was erased")


class TrailSettings(Door):
    """Settings of the trail: the writer may only insert, the eraser may only delete bodies."""

    database: str
    trail_eraser_database: str
    operations_port: int = 0


def _count(kept: Sequence[Kept]) -> None:
    for each in kept:
        RECORDS.labels(each.at.topic).inc()
        if each.refusal is not None:
            GAPS.labels(each.refusal).inc()


class Eraser:
    """Deletes what was asked for, over and over; an outage is waited out."""

    def __init__(self, url: str, stop: threading.Event, log: Any) -> None:
        self._url, self._stop, self._log = url, stop, log
        self.works = False

    def run(self) -> None:
        """Until stopped: connect, delete what is pending, look again."""
        while not self._stop.is_set():
            try:
                with connect(self._url) as connection:
                    self._until_trouble(connection)
            except psycopg.Error as trouble:
                self.works = False
                self._log.warning("waiting", stage="eraser", code=error_code(trouble))
                self._stop.wait(1.0)

    def _until_trouble(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            gone = erase_pending(connection)
            self.works = True
            if gone:
                ERASED.inc(gone)
                self._log.info("erased", count=gone)
            self._stop.wait(ERASE_EVERY_S)


def follower(cluster: Cluster, codec: Codec, connect: Callable[[], psycopg.Connection[Any]]) -> Follower:
    """The follower of every topic."""
    return Follower(NAME, cluster, codec, tuple(TOPICS), connect, applying(codec, _count), repair=REPAIR)


def serve(environment: Mapping[str, str]) -> int:
    """Follow every topic until SIGTERM; 0 when it stopped in order, 6 when books and log do not fit."""
    settings = settings_from(environment, TrailSettings)
    cluster, log = Cluster.from_environment(environment), configure_logging(NAME)
    codec, stop = codec_from(environment), stop_event()
    following = follower(cluster, codec, partial(connect, settings.database))
    eraser = Eraser(settings.trail_eraser_database, stop, log)
    thread = threading.Thread(target=eraser.run, name="eraser", daemon=True)
    thread.start()
    server = serve_operations(settings.operations_port, lambda: following.caught_up and eraser.works)
    log.info("started", port=server.server_port)
    try:
        following.run(stop, lambda trouble: log.warning("waiting", stage="follower", code=error_code(trouble)))
    except CannotContinue as end:
        log.error("cannot_continue", reason=str(end))
        return 6
    finally:
        stop.set()
        thread.join(5)
        server.shutdown()
    log.info("stopped")
    return 0
