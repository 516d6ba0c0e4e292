"""The demonstration on real servers: deliver the files, wait until all is done, look at everything."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from rich.progress import Progress, TaskID

from schemas.civil import civil_day
from schemas.codec import Codec
from signaalbrug.demo.figures import figures
from signaalbrug.demo.log import LiveLog
from signaalbrug.demo.logins import make_logins
from signaalbrug.demo.municipality import Waterrijk, waterrijk
from signaalbrug.demo.proving import proved, traced, trail_of
from signaalbrug.demo.quiet import Behind, Quiet
from signaalbrug.demo.result import LONGEST_SECONDS, Login, Result, Shown
from signaalbrug.demo.scanning import scanned, stores_of
from signaalbrug.local.errors import NotReady
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from signaalbrug.uplift import Up, areas_of, bring_up, download
from signaalbrug.wiring import operator_url

PATIENCE_S = LONGEST_SECONDS
LOOK_EVERY_S = 0.3

#: What was written down and waits: for publication, for a look into the register, for a team's token.
OUTBOXES = {
    "registers": "select (select count(*) from outbox) + (select count(*) from person where looked_at is null)",
    "feed": "select count(*) from pending",
}


@dataclass(slots=True)
class Watch:
    """Looks at the run and tells how far it is."""

    up: Up
    quiet: Quiet
    progress: Progress

    def until_quiet(self, title: str) -> None:
        """Wait until nothing is left to do.

        Raises  NotReady when a process ended, or the time was up
        """
        task = self.progress.add_task(title, total=None)
        deadline = time.monotonic() + PATIENCE_S
        while not self.quiet.reached():
            self._tell(task, title)
            self.up.check_alive()
            if time.monotonic() > deadline:
                left = self.quiet.behind()
                raise NotReady(f"{title}: not done within {PATIENCE_S:g} s; {left}", "signaalbrug down")
            time.sleep(LOOK_EVERY_S)
        self.progress.update(task, total=1, completed=1, description=title)

    def _tell(self, task: TaskID, title: str) -> None:
        left: Behind = self.quiet.behind()
        known = len(self.quiet.log.arrived)
        to_go = f"{left.files} files, {left.steps} undecided, {left.followers} unread"
        self.progress.update(task, description=f"{title}: {known} records; to go: {to_go}")


def run_live(state: State, progress: Progress) -> Shown:
    """Everything from nothing to a result; the processes run on after it.

    Raises  LocalServerError
    """
    download(progress)
    began = time.monotonic()
    now = datetime.now(UTC)
    town = waterrijk(areas_of(), now, civil_day(now))
    up = bring_up(state, progress, lambda where: town.write_register(where.brp, where.areas))
    logins = make_logins(operator_url(up.servers.main, "feed"))
    quiet = Quiet(LiveLog(up.cluster), up.places.drop, _books(up.servers), OUTBOXES)
    try:
        _deliver(town, Watch(up, quiet, progress))
        return Shown(_result(town, up, quiet.log, began, logins))
    finally:
        quiet.close()


def _deliver(town: Waterrijk, watch: Watch) -> None:
    for number in range(len(town.rounds)):
        files = town.deliver(number, watch.up.places.drop)
        watch.until_quiet(f"round {number + 1}, {files} files")


def _result(town: Waterrijk, up: Up, log: LiveLog, began: float, logins: Sequence[Login]) -> Result:
    codec, main = Codec(), up.servers.main
    databases = {name: operator_url(main, name) for name in ("intake", "registers", "trail", "feed")}
    everywhere = {**databases, "vault": operator_url(up.servers.vault, "vault")}
    shelf = trail_of(databases["trail"], codec)
    leaks = scanned(town.people, stores_of(log.arrived, everywhere, up.state))
    return Result(
        households=town.households,
        figures=figures(log.arrived, codec),
        verdicts=(*proved(shelf, log.arrived, codec), leaks),
        trace=traced(shelf),
        seconds=time.monotonic() - began,
        inbox=up.places.inbox,
        logins=logins,
    )


def _books(servers: Servers) -> dict[str, Callable[[], psycopg.Connection[Any]]]:
    def connecting(database: str) -> Callable[[], psycopg.Connection[Any]]:
        url = operator_url(servers.main, database)
        return lambda: psycopg.connect(url, autocommit=True)

    return {database: connecting(database) for database in ("trail", "feed", "registers")}
