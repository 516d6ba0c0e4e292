"""The same files, households and inbox without Java and Kafka: the in-memory interpreter between the same rooms."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import psycopg
import uvicorn
from rich.progress import Progress

from connectors.brp import BrpAnswers
from connectors.vault.api import Principal
from connectors.wijkteam.room import WebSettings
from connectors.wijkteam.web import app
from schemas.civil import civil_day
from signaalbrug import wiring
from signaalbrug.demo.figures import figures
from signaalbrug.demo.log import arrived_in
from signaalbrug.demo.logins import make_logins
from signaalbrug.demo.municipality import Waterrijk, waterrijk
from signaalbrug.demo.proving import proved, traced, trail_of
from signaalbrug.demo.result import Login, Result, Shown
from signaalbrug.demo.rooms import Rooms, rooms
from signaalbrug.demo.scanning import scanned, stores_of
from signaalbrug.local.ports import HOST
from signaalbrug.local.postgres import Postgres
from signaalbrug.local.processes import Supervisor, wait_until
from signaalbrug.local.servers import MAIN
from signaalbrug.local.state import State
from signaalbrug.secrets import secrets_of
from signaalbrug.uplift import areas_of

LONGEST_SECONDS = 60.0
DATABASES = ("connectors.household_register.ddl", "streams.trail.ddl", "connectors.wijkteam.ddl")
WEB_SECONDS = 10.0


def run_in_memory(state: State, progress: Progress) -> Shown:
    """Everything from nothing to a result; the inbox is served on after it.

    Raises  LocalServerError
    """
    began, now = time.monotonic(), datetime.now(UTC)
    task = progress.add_task("PostgreSQL and its databases", total=4)
    town = waterrijk(areas_of(), now, civil_day(now))
    where = wiring.places(state)
    town.write_register(where.brp, where.areas)
    main = Postgres.start(state.folder(MAIN), Supervisor(state))
    urls = _databases(main)
    there = rooms(where, urls, secrets_of(state), town.today)
    _serve(there, where, urls)
    for number, files in enumerate(town.rounds):
        progress.update(task, advance=1, description=f"round {number + 1}, {len(files)} files")
        there.take_in(files)
        there.settle()
    progress.update(task, advance=1, description="the invariants, over everything")
    logins = make_logins(wiring.operator_url(main, "feed"))
    result = _result(town, there, main, state, where.inbox, logins, began)
    progress.update(task, advance=1, description="done")
    return Shown(result, there.settle)


def _databases(main: Postgres) -> Mapping[str, str]:
    urls: dict[str, str] = {}
    for module in DATABASES:
        urls |= wiring.prepare_one(main, module)
    return urls


def _serve(there: Rooms, where: wiring.Places, urls: Mapping[str, str]) -> None:
    """Serve the inbox from this process; the thread ends with it."""
    site = app(
        WebSettings(there.feed_keys),
        lambda: psycopg.connect(urls["feed_web"], autocommit=True),
        there.vault.serving(Principal.WIJKTEAM),
        BrpAnswers(where.brp),
    )
    config = uvicorn.Config(site, host=HOST, port=where.web_port, access_log=False, log_config=None)
    web = uvicorn.Server(config)
    threading.Thread(target=web.run, name="web", daemon=True).start()
    wait_until(lambda: web.started, WEB_SECONDS)


def _result(
    town: Waterrijk, there: Rooms, main: Postgres, state: State, inbox: str, logins: Sequence[Login], began: float
) -> Result:
    arrived, codec = arrived_in(there.memory), there.memory.recorder.codec
    databases = {name: wiring.operator_url(main, name) for name in ("registers", "trail", "feed")}
    shelf = trail_of(databases["trail"], codec)
    return Result(
        households=town.households,
        figures=figures(arrived, codec),
        verdicts=(*proved(shelf, arrived, codec), scanned(town.people, stores_of(arrived, databases, state))),
        trace=traced(shelf),
        seconds=time.monotonic() - began,
        inbox=inbox,
        logins=logins,
        longest_seconds=LONGEST_SECONDS,
    )
