"""After the last fault: everything that came in has to be done within two minutes."""

import time
from collections.abc import Callable

from schemas.transport import BrokerTrouble
from signaalbrug.demo.log import LiveLog
from signaalbrug.demo.quiet import Quiet
from signaalbrug.local.processes import wait_until
from tests.chaos.house import House

#: Source  promises.md I10
LIVENESS_S = 120.0
#: How long the run still waits when it is too late, so that what is left can be told.
PATIENCE_S = 300.0
LOOK_EVERY_S = 0.3
#: Also whoever moved must have been looked up again, and every decision of a team answered.
OUTBOXES = {
    "registers": "select (select count(*) from outbox) + (select count(*) from person where looked_at is null"
    " or looked_at < now() - interval '1 day')",
    "feed": "select (select count(*) from pending)"
    " + (select count(*) from team_decision where answered_at is null)",
}


class Settling:
    """Looks at log, folder and books until there is nothing left to do."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._quiet = self._looking()

    def _looking(self) -> Quiet:
        books = {name: self._connecting(name) for name in ("trail", "feed", "registers")}
        return Quiet(LiveLog(self._house.cluster), self._house.places.drop, books, OUTBOXES)

    def _connecting(self, database: str) -> Callable[[], object]:
        return lambda: self._house.operator(database)

    @property
    def log(self) -> LiveLog:
        """Everything on the log, as committed readers see it."""
        return self._quiet.log

    def settled(self) -> float:
        """Wait until all is done; returns after how many seconds.

        Raises  AssertionError naming what is left
        """
        began = time.monotonic()

        def quiet() -> bool:
            self._house.revive()
            try:
                return self._quiet.reached()
            except BrokerTrouble:  # it has just come back: look from the beginning, so that no record is missed
                self._quiet.close()
                self._quiet = self._looking()
                return False

        assert wait_until(quiet, PATIENCE_S, LOOK_EVERY_S), (
            f"after {PATIENCE_S:g} s still to do: {self._quiet.behind()}"
        )
        return time.monotonic() - began

    def close(self) -> None:
        self._quiet.close()
