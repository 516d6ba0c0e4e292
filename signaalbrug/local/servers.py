"""What the demo and the tests run on: one Kafka and two PostgreSQL that know nothing of each other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from signaalbrug.local.jars import Progress
from signaalbrug.local.kafka import Kafka
from signaalbrug.local.postgres import Postgres
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import State

KAFKA = "kafka"
MAIN = "postgres-main"
VAULT = "postgres-vault"


@dataclass(frozen=True, slots=True)
class Servers:
    """The running servers of one state folder."""

    supervisor: Supervisor
    kafka: Kafka
    main: Postgres
    vault: Postgres

    @classmethod
    def start(cls, state: State, progress: Progress | None = None, *, quick: bool = True) -> Servers:
        """All three, started side by side; when one fails the others are stopped again.

        Raises  LocalServerError
        """
        supervisor = Supervisor(state)
        with ThreadPoolExecutor(3) as pool:
            kafka = pool.submit(Kafka.start, state.folder(KAFKA), supervisor, progress=progress, quick=quick)
            main = pool.submit(Postgres.start, state.folder(MAIN), supervisor)
            vault = pool.submit(Postgres.start, state.folder(VAULT), supervisor)
        servers = cls.attach(state, supervisor)
        failures = [failure for future in (kafka, main, vault) if (failure := _failure(future))]
        if failures:
            servers.stop()
            raise failures[0]
        return servers

    @classmethod
    def attach(cls, state: State, supervisor: Supervisor | None = None) -> Servers:
        """The servers of a state folder that another process started."""
        supervisor = supervisor or Supervisor(state)
        return cls(
            supervisor,
            Kafka(state.folder(KAFKA), supervisor),
            Postgres(state.folder(MAIN), supervisor),
            Postgres(state.folder(VAULT), supervisor),
        )

    def stop(self) -> None:
        """Stop all three side by side; their data stays."""
        with ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(one.stop) for one in (self.kafka, self.main, self.vault)]:
                future.result()

    def remove(self) -> None:
        """Stop all three and remove their data, also what lies outside the state folder."""
        self.stop()
        self.main.remove()
        self.vault.remove()
        self.kafka.remove()

    def __enter__(self) -> Servers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _failure(future: Future[Kafka] | Future[Postgres]) -> BaseException | None:
    return future.exception()
