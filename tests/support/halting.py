"""A worker of the probe step that stops itself in the middle of a visit, so that it can be killed exactly there."""

import os
import signal
from collections.abc import Mapping

from streams.runtime import worker
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Limits, Turn
from tests.support.probe import PROBE


def serve(environment: Mapping[str, str], records: int, halt_after: int) -> int:
    """Run the probe with small transactions; behind so many of one visit the process halts."""
    commit = Transactor._commit
    visits = [0]

    def counting(self: Transactor, turn: Turn) -> None:
        visiting = self.visiting
        commit(self, turn)
        visits[0] += visiting
        if visits[0] == halt_after:
            os.kill(os.getpid(), signal.SIGSTOP)

    Transactor._commit = counting  # type: ignore[method-assign]
    worker.LIMITS = Limits(records=records)
    return worker.serve_step(environment, PROBE)
