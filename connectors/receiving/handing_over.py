"""From a spooled file to the one loop: into the source's folder, named by its receipt; and what became of it.

The vault gives the receipt of a content, the same one however often it is asked. So whoever sends again after a
lost answer gets the same receipt, and nothing is taken in twice.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg

from connectors.archives import is_archive
from connectors.files import IN
from connectors.manifest_file import Sidecar, identity_of, laid_beside
from connectors.receipts import Summary
from connectors.receipts_postgres import PostgresBooks
from connectors.receiving.spool import Spooled
from connectors.threads import Held
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
        self._drop, self._vault, self._counted = drop, vault, counted
        self._lock, self._database = Lock(), Held(connect)

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
                if beside is not None:
                    laid_beside(target, beside)
                os.rename(spooled.path, target)
                _kept(target.parent)
        return receipt.id

    def outcome(self, source: str, receipt: str) -> Summary | None:
        """What became of the rows; None while the loop is not done, or when it is no delivery of this source."""
        with self._lock:
            database = self._database.connection()
            found = database.execute(
                "select 1 from delivery where receipt = %s and source = %s and closed", (receipt, source)
            ).fetchone()
            return PostgresBooks(database).summary(receipt) if found else None

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _kept(folder: Path) -> None:
    """What was renamed into it is still there after the power failed: a receipt may be told now."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
