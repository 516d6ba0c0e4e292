"""Intake as a process: every source's drop folder in turn; an outage leaves the files where they are."""

import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from connectors import intake_metrics as metrics
from connectors.batches import Effects
from connectors.connector import Connector
from connectors.dropped import put_away, take_dropped
from connectors.files import REFUSED, Candidate, DropFolder, NotRegular, OpenFile, Vanished, prepare
from connectors.forgetting import forgetting
from connectors.intake import Changed, Taken
from connectors.intake_broker import Broker, Outage
from connectors.intake_ddl import DATABASE, VERSION
from connectors.manifest_file import UNREADABLE, Sidecar
from connectors.receipts_postgres import PostgresBooks
from connectors.sandbox import ParserFailed, sandbox_of
from connectors.sources import SOURCES, connectors_for
from connectors.threads import Process
from connectors.vault.api import VaultDown, VaultRefused
from connectors.vault.client import VaultClient
from schemas.codec import Codec, codec_from
from schemas.doors import Door, settings_from
from schemas.migrations import connect_at
from schemas.operations import configure_logging, serve_operations, stop_event
from schemas.record import Recorder
from schemas.sealing import seal
from schemas.transport import Cluster
from schemas.vocabulary import Refusal

_LONGEST_WAIT_S = 10.0
_TIDY_EVERY_S = 600.0
_PARKED_S = 60.0
#: Of one source in one turn: the others do not wait for ten thousand files of one.
_MOST_AT_ONCE = 100
#: How long a file waits for an overview that was agreed and is not there.
_OVERVIEW_WITHIN_S = 300.0


class IntakeSettings(Door):
    """Settings of intake; `overview_required`: the sources, by comma, that agreed to send one with every file."""

    vault_socket: Path
    vault_token: str
    database: str
    drop: Path
    quarantine_key: Path
    municipality: str = "9990"
    operations_port: int = 0
    settle_seconds: float = 1.0
    poll_seconds: float = 0.5
    overview_required: str = ""

    @property
    def owe_overviews(self) -> frozenset[str]:
        return frozenset(filter(None, self.overview_required.split(",")))


class Halted(Exception):
    """The process was told to stop between two batches; the file stays and is taken up where it was."""


class Intake:
    """The loop over the folders, with its connections."""

    def __init__(self, settings: IntakeSettings, cluster: Cluster, codec: Codec, log: Any) -> None:
        self._settings, self._log = settings, log
        self.connect = partial(connect_at, settings.database, DATABASE, VERSION)
        self._sandbox = sandbox_of(settings.municipality)
        self._connectors = {
            name: self._sandbox.guarding(each) for name, each in connectors_for(settings.municipality).items()
        }
        self._folders = {name: DropFolder(settings.drop / name, settings.settle_seconds) for name in SOURCES}
        self._vault = VaultClient(settings.vault_socket, settings.vault_token)
        self._key = settings.quarantine_key.read_text()
        self._recorder = Recorder(codec, cluster.partitions)
        self._database: psycopg.Connection[Any] | None = None
        self._broker = Broker(cluster)
        self._tidied_s = 0.0
        self._parked_until_s: dict[str | Candidate, float] = {}
        self._busy = False
        self.ready = False

    def _effects(self) -> Effects:
        if self._database is None or self._database.closed:
            self._database = self.connect()
        return Effects(
            vault=self._vault,
            publish=self._broker.publish,
            books=PostgresBooks(self._database),
            recorder=self._recorder,
            seal=lambda content: seal(self._key, content),
            now=lambda: datetime.now(UTC),
            ahead=metrics.ahead,
        )

    def turn(self, stop: threading.Event) -> None:
        """Look at every folder once and take in what stands still.

        Raises  Outage; the files stay where they are
        """
        self._busy = False
        try:
            effects = self._effects()
            assert isinstance(effects.books, PostgresBooks)
            effects.vault.source_key(SOURCES[0])  # whether the vault answers is known before a file comes
            self._broker.ask()
            self._tidy(effects.books)
            for name in SOURCES:
                self._folder(name, effects, stop)
        except (VaultDown, VaultRefused) as trouble:
            raise Outage("vault", trouble) from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as trouble:
            self._database = None
            raise Outage("database", trouble) from None
        except OSError as trouble:
            raise Outage("drop", trouble) from None

    def _folder(self, name: str, effects: Effects, stop: threading.Event) -> None:
        folder = self._folders[name]
        candidates = [each for each in folder.candidates(time.time()) if not self._parked(each)]
        metrics.WAITING.labels(name).set(folder.waiting)
        for candidate in candidates[:_MOST_AT_ONCE]:
            if stop.is_set() or self._parked(name):
                return
            self._take(self._connectors[name], folder, candidate, effects, stop)
        metrics.WAITING.labels(name).set(folder.waiting - len(candidates[:_MOST_AT_ONCE]))
        self._busy |= len(candidates) > _MOST_AT_ONCE

    def _parked(self, what: str | Candidate) -> bool:
        until_s = self._parked_until_s.get(what, 0.0)
        if until_s and time.monotonic() >= until_s:
            del self._parked_until_s[what]
        return time.monotonic() < until_s

    def _take(
        self,
        connector: Connector,
        folder: DropFolder,
        candidate: Candidate,
        effects: Effects,
        stop: threading.Event,
    ) -> None:
        try:
            with folder.opened(candidate) as opened:
                sidecar = folder.sidecar(candidate)
                if sidecar is None and connector.name in self._settings.owe_overviews:
                    if time.time() - candidate.sight.modified_ns / 1e9 < _OVERVIEW_WITHIN_S:
                        return
                    sidecar = UNREADABLE
                takens = self._taken(connector, opened, effects, stop, sidecar)
        except NotRegular:
            folder.move(candidate, REFUSED, uuid.uuid4().hex)
            metrics.not_regular()
            self._log.warning("not_taken", source=connector.name, reason=Refusal.NOT_REGULAR.value)
            return
        except (Vanished, Changed) as parked:
            self._log.info("parked", source=connector.name, code=type(parked).__name__.lower())
            return
        except VaultRefused as refused:
            # Of this source only (its ceiling): the others go on, and the file waits.
            self._log.warning("parked", source=connector.name, code=refused.code)
            self._parked_until_s[connector.name] = time.monotonic() + _PARKED_S
            return
        except ParserFailed:
            self._log.warning("parked", source=connector.name, code=Refusal.PARSER_FAILED.value)
            self._parked_until_s[candidate] = time.monotonic() + _PARKED_S
            return
        put_away(folder, candidate, connector, takens)
        for taken in takens:
            self._tell(connector.name, taken)

    def _taken(
        self,
        connector: Connector,
        opened: OpenFile,
        effects: Effects,
        stop: threading.Event,
        sidecar: Sidecar | None,
    ) -> tuple[Taken, ...]:
        spool = self._settings.drop / connector.name
        going_on = partial(_going_on, stop, opened)
        return take_dropped(connector, opened, effects, going_on, sidecar=sidecar, spool=spool)

    def _tell(self, source: str, taken: Taken) -> None:
        summary = taken.summary
        self._log.info(
            "delivery_taken",
            source=source,
            receipt=taken.receipt.id,
            status=taken.status,
            rows=summary.rows,
            accepted=summary.accepted,
            duplicates=len(summary.duplicates),
            refused=len(summary.refused),
        )
        metrics.delivered(source, taken)

    def _tidy(self, books: PostgresBooks) -> None:
        if time.monotonic() - self._tidied_s < _TIDY_EVERY_S and self._tidied_s:
            return
        books.tidy(datetime.now(UTC))
        for folder in self._folders.values():
            folder.tidy(time.time())
        self._tidied_s = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; outages are told by `ready`, a metric and one log line each."""
        wait_s, known = self._settings.poll_seconds, None
        self._sandbox.start()
        while not stop.is_set():
            try:
                self.turn(stop)
                metrics.outage(None)
                self.ready, wait_s, known = True, self._settings.poll_seconds, None
            except Halted:
                break
            except Outage as outage:
                self.ready = False
                metrics.outage(outage.part)
                if (outage.part, outage.code) != known:
                    self._log.warning("outage", stage=outage.part, code=outage.code)
                known, wait_s = (outage.part, outage.code), min(wait_s * 2, _LONGEST_WAIT_S)
            stop.wait(0.0 if self._busy and self.ready else wait_s)
        self._sandbox.close()
        if self._database is not None:
            self._database.close()
        self._vault.close()


def _going_on(stop: threading.Event, opened: OpenFile) -> bool:
    """Asked before every batch: whether the file is still the same.

    Raises  Halted when the process must stop first
    """
    if stop.is_set():
        raise Halted
    return opened.unchanged()


def serve(environment: Mapping[str, str]) -> int:
    """Take in files until SIGTERM; 0 when it stopped in order, 6 when books and log do not fit.

    Raises  SystemExit(2) naming a missing setting
    """
    settings = settings_from(environment, IntakeSettings)
    cluster = Cluster.from_environment(environment)
    log = configure_logging("intake")
    codec = codec_from(environment)
    prepare(settings.drop, SOURCES)
    metrics.expected(SOURCES)
    intake = Intake(settings, cluster, codec, log)
    process = Process(log, stop_event())
    operations = serve_operations(settings.operations_port, lambda: intake.ready)
    trouble = process.trouble("forgetting")
    process.start("forgetting", lambda: forgetting(cluster, codec, intake.connect).run(process.stop, trouble))
    log.info("started", port=operations.server_port)
    process.run("intake", lambda: intake.run(process.stop))
    code = process.join()
    operations.shutdown()
    log.info("stopped", code=str(code))
    return code
