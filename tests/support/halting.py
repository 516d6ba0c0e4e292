"""Workers of the probe step that stop themselves in one exact place, to be killed or overtaken there."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.transport import Cluster, transactional_producer
from streams.runtime import transactor, worker
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Limits, Turn
from tests.support.probe import PROBE

#: Files in the worker's state folder that make it halt once: all written and nothing committed, or right behind it.
BEFORE_COMMIT, BEHIND_COMMIT = "halt-before-commit", "halt-behind-commit"
#: What every decision of the probe leaves; a transaction without it moves a cursor.
DECISION = "outcome.v1"
#: So long that only a successor, and never the broker by itself, ends a transaction that was left open.
OPEN_MS = 60_000


def serve(environment: Mapping[str, str], records: int, halt_after: int) -> int:
    """Run the probe with small transactions; behind so many of one visit the process halts."""
    commit = Transactor._commit
    visits = [0]

    def counting(self: Transactor, turn: Turn) -> None:
        visiting = self.visiting
        commit(self, turn)
        visits[0] += visiting
        if visits[0] == halt_after:
            _halt()

    Transactor._commit = counting  # type: ignore[method-assign]
    worker.LIMITS = Limits(records=records)
    return worker.serve_step(environment, PROBE)


def serve_probe(environment: Mapping[str, str], delivery: str) -> int:
    """Run the probe, and nothing else."""
    return worker.serve_step(environment, PROBE, worker.DELIVERIES[delivery])


def serve_halting(environment: Mapping[str, str], delivery: str) -> int:
    """Run the probe, which stops itself beside a commit when a file asks it to."""
    asked = Path(environment["SIGNAALBRUG_STATE"])

    def halting(cluster: Cluster, transactional_id: str, *_: object) -> Any:
        return _Halting(transactional_producer(cluster, transactional_id, OPEN_MS), asked)

    transactor.transactional_producer = halting  # type: ignore[assignment]
    return serve_probe(environment, delivery)


class _Halting:
    """A producer that stops the process in front of a commit, everything on the log, or when it is done."""

    def __init__(self, real: Any, asked: Path) -> None:
        self._real, self._asked, self._decisions = real, asked, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def begin_transaction(self) -> None:
        self._decisions = 0
        self._real.begin_transaction()

    def produce(self, topic: str, **named: Any) -> None:
        self._decisions += topic == DECISION
        self._real.produce(topic, **named)

    def commit_transaction(self, *arguments: Any) -> None:
        decides = self._decisions > 0  # counted: the queue's length changes while it is looked at
        if decides and self._takes(BEFORE_COMMIT):
            assert self._real.flush(10) == 0
            _halt()
        self._real.commit_transaction(*arguments)
        if decides and self._takes(BEHIND_COMMIT):
            _halt()

    def _takes(self, what: str) -> bool:
        asked = self._asked / what
        found = asked.exists()
        asked.unlink(missing_ok=True)
        return found


def _halt() -> None:
    """Stop the process before this thread does anything else.

    A signal to the process is the main thread's to take: on a busy machine this one went on, and committed.
    """
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def is_stopped(pid: int) -> bool:
    """Whether the process is halted now."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
