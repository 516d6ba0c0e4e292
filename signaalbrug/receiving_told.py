"""`signaalbrug run receiving`: the front, which tells a source what became of its rows if it may read the trail."""

from collections.abc import Mapping
from functools import partial
from threading import Lock
from typing import Any

from connectors.receiving import process
from connectors.threads import Held
from schemas.codec import Codec, codec_from
from schemas.databases import connect
from signaalbrug.source_status import as_plain, read_from, told

#: The trail as role `trail_front`, which sees deliveries, signals, statements and outcomes and nothing else.
SETTING = "SIGNAALBRUG_TRAIL_FRONT_DATABASE"


class Told:
    """What became of each row, read from the trail at every question.

    Raises  psycopg.Error while the trail cannot be reached
    """

    def __init__(self, url: str, codec: Codec) -> None:
        self._lock, self._codec = Lock(), codec
        self._held = Held(partial(connect, url))

    def __call__(self, source: str, receipt: str) -> Mapping[str, Any] | None:
        with self._lock:
            status = told(source, receipt, read_from(self._held.connection(), self._codec, receipt))
        return None if status is None else as_plain(status)


def serve(environment: Mapping[str, str]) -> int:
    """Receive until SIGTERM; as `connectors.receiving.process.serve`."""
    url = environment.get(SETTING)
    return process.serve(environment, Told(url, codec_from(environment)) if url else None)
