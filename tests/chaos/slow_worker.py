"""A real worker whose commits wait a moment and say so, so that a kill can be seen to hit an open transaction.

The delay is of the tests alone: the product's transactor runs as it is, with a producer that is watched.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streams.runtime import transactor
from streams.runtime.worker import serve
from tests.chaos.flags import Flags, Phase

FLAGS, DELAY = "CHAOS_FLAGS", "CHAOS_DELAY_S"


class Watched:
    """A transactional producer that tells how far it is."""

    def __init__(self, producer: Any, flags: Flags, partition: int, delay_s: float) -> None:
        self._producer, self._flags, self._partition, self._delay_s = producer, flags, partition, delay_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    def begin_transaction(self) -> None:
        self._producer.begin_transaction()
        self._flags.set(self._partition, Phase.BEGUN)

    def commit_transaction(self, timeout: float) -> None:
        """Commit as asked, after its records were acknowledged and lay there for a moment."""
        try:
            if self._producer.flush(timeout) == 0:
                self._flags.set(self._partition, Phase.WRITTEN)
                time.sleep(self._delay_s)
            self._flags.set(self._partition, Phase.COMMITTING)
            self._producer.commit_transaction(timeout)
        finally:
            self._flags.set(self._partition, Phase.NONE)


def main(step: str, delivery: str, environment: Mapping[str, str]) -> int:
    """Serve one step, watched."""
    flags, delay_s = Flags(Path(environment[FLAGS])), float(environment[DELAY])
    make = transactor.transactional_producer

    def watched(cluster: Any, transactional_id: str, *rest: Any) -> Any:
        partition = int(transactional_id.rpartition("-")[2])
        return Watched(make(cluster, transactional_id, *rest), flags, partition, delay_s)

    transactor.transactional_producer = watched
    return serve(environment, step, delivery)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], os.environ))
