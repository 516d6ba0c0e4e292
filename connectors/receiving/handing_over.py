"""From a spooled file to the one loop: into the source's folder, named by its receipt; and what became of it.

The vault gives the receipt of a content, the same one however often it is asked. So whoever sends again after a
lost answer gets the same receipt, and nothing is taken in twice.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg

from connectors.archives import is_archive
from connectors.files import IN
from connectors.manifest_file import SUFFIX, Sidecar, identity_of
from connectors.receipts import Summary
from connectors.receipts_postgres import PostgresBooks
from connectors.receiving.spool import Spooled
from connectors.vault.api import Vault
from schemas.identity import ReceiptId


@dataclass(frozen=True, slots=True)
class Stated:
    """What the sender says of the file: how many rows, and what it hashes to."""

    rows: int | None = None
    sha256: bytes | None = None


class NotTaken(Exception):
    """No receipt could be told of it; `code` is safe to log, `what` tells the sender in Dutch what to do."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(code)
        self.code, self.what = code, what


class HandingOver:
    """Where files of a source go, and where it is written what became of them.

    `counted` are the sources that agreed to say how many rows they send.
    Raises  NotTaken, VaultDown, VaultRefused, OSError, psycopg.Error
    """

    def __init__(
        self,
        drop: Path,
        vault: Vault,
        connect: Callable[[], psycopg.Connection[Any]],
        counted: frozenset[str] = frozenset(),
    ) -> None:
        self._drop, self._vault, self._connect, self._counted = drop, vault, connect, counted
        self._lock = Lock()
        self._database: psycopg.Connection[Any] | None = None

    def hand(self, source: str, suffix: str, spooled: Spooled, stated: Stated) -> ReceiptId:
        """Put the file before the loop, unless the same content was taken in before."""
        spooled.settle()
        if stated.rows is None and source in self._counted:
            raise NotTaken("overview", "Zeg bij de levering hoeveel rijen erin staan; dat is met u afgesproken.")
        with spooled.path.open("rb") as file:
            if is_archive(file):  # each file in it would have a receipt of its own
                raise NotTaken("archive", "Een archief wordt hier niet uitgepakt. Lever elk bestand apart.")
        with self._lock:
            beside = None if stated.rows is None else Sidecar(stated.rows, spooled.sha256)
            receipt = self._vault.open_receipt(source, identity_of(spooled.sha256, beside), spooled.size)
            target = self._drop / source / IN / f"{receipt.id}{suffix}"
            if receipt.status != "closed" and not target.exists():
                if stated.rows is not None:
                    _write(target, {"rijen": stated.rows, "sha256": spooled.sha256.hex()})
                os.rename(spooled.path, target)
                _kept(target.parent)
        return receipt.id

    def outcome(self, source: str, receipt: str) -> Summary | None:
        """What became of the rows; None while the loop is not done, or when it is no delivery of this source."""
        with self._lock:
            if self._database is None or self._database.closed:
                self._database = self._connect()
            try:
                found = self._database.execute(
                    "select 1 from delivery where receipt = %s and source = %s and closed", (receipt, source)
                ).fetchone()
                return PostgresBooks(self._database).summary(receipt) if found else None
            except (psycopg.OperationalError, psycopg.InterfaceError):
                self._database.close()
                raise

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


def _write(target: Path, manifest: dict[str, int | str]) -> None:
    """The manifest lies beside its file before the file is there."""
    beside = target.with_name(f"{target.name}{SUFFIX}")
    new = beside.with_name(f".{beside.name}.part")
    new.write_text(json.dumps(manifest), encoding="utf-8")
    os.rename(new, beside)


def _kept(folder: Path) -> None:
    """What was renamed into it is still there after the power failed: a receipt may be told now."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
