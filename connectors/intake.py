"""The one loop: read → normalise → vault → publish | quarantine, with a receipt per delivery.

A crash anywhere is mended by calling again with the same file: the vault gives the same receipt, the books give
the same plans, and what was not ticked off is published again as the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Literal

from connectors.batches import Delivery, Effects, too_far_ahead
from connectors.belt import Belt
from connectors.connector import Connector, Delivered, RawRecord, Refused
from connectors.manifest_file import Sidecar, identity_of, of_bytes, of_rows
from connectors.publish import closing, opening
from connectors.quarantine import whole_ms
from connectors.receipts import Summary
from connectors.vault.api import MOST_PERSONS, Receipt
from schemas.events.delivery import RefusedRow
from schemas.vocabulary import Refusal

_HEAD = 1_048_576

Status = Literal["accepted", "refused", "known"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: `known` is one that was taken before; not `new` is one that published nothing now."""

    receipt: Receipt
    status: Status
    summary: Summary
    new: bool

    @property
    def rows(self) -> int:
        return self.summary.rows

    @property
    def accepted(self) -> int:
        return self.summary.accepted

    @property
    def duplicates(self) -> tuple[int, ...]:
        return self.summary.duplicates

    @property
    def refused(self) -> tuple[RefusedRow, ...]:
        return self.summary.refused


class Changed(Exception):
    """The file changed while it was read: it stays where it is and is taken again."""


def take_in(
    connector: Connector,
    file: BinaryIO,
    size: int,
    effects: Effects,
    unchanged: Callable[[], bool] = lambda: True,
    *,
    sidecar: Sidecar | None = None,
    whole: Refused | None = None,
) -> Taken:
    """Take one file in; returns after everything was acknowledged.

    `sidecar` is what the sender counted; `whole` is what was found wrong with the whole before it was read.
    Raises  VaultDown, VaultRefused, Changed, and what reading and `publish` raise: call again with the same file
    """
    content = _identity(connector, file, size)
    identity = identity_of(content, sidecar)
    receipt = effects.vault.open_receipt(connector.name, identity, size)
    delivery = Delivery(connector, receipt, size, effects, effects.vault.source_key(connector.name))
    account = effects.books.account(receipt, connector.name, size)
    if account.closed or receipt.status == "closed":
        effects.vault.close_receipt(receipt.id)
        return _taken(delivery, known=True)
    if not account.opened:
        effects.publish([opening(effects.recorder, receipt, connector.name, size)])
        effects.books.opened(receipt.id)
    try:
        if account.closed_at is None:
            said = whole or _beside(delivery, file, content, sidecar)
            _rows(delivery, file, account.through_row, unchanged, said)
    except Changed:
        _close(delivery)  # what came in is accounted for; the new content is another delivery
        raise
    _close(delivery)
    return _taken(delivery, known=False)


def _beside(
    delivery: Delivery, file: BinaryIO, content: bytes, sidecar: Sidecar | None
) -> Delivered | Refused | None:
    """What the file and its overview say together; none when there is none, or the file is not read anyway."""
    if sidecar is None or delivery.size > delivery.connector.largest_file:
        return None
    wrong = of_bytes(sidecar, content)
    if wrong is not None:
        return wrong
    file.seek(0)
    return of_rows(sidecar, delivery.connector.delivered(file))


def _close(delivery: Delivery) -> None:
    """Account for every row, and ask the vault for no more persons."""
    effects, receipt = delivery.effects, delivery.receipt
    closed_at = effects.books.close(receipt.id, whole_ms(effects.now()))
    summary = effects.books.summary(receipt.id)
    effects.publish(
        [closing(effects.recorder, receipt, delivery.connector.name, delivery.size, closed_at, summary)]
    )
    effects.books.closed(receipt.id)
    effects.vault.close_receipt(receipt.id)


def _taken(delivery: Delivery, known: bool) -> Taken:
    summary = delivery.effects.books.summary(delivery.receipt.id)
    status: Status = "refused" if summary.whole_refused else "known" if known else "accepted"
    return Taken(delivery.receipt, status, summary, not known)


def _identity(connector: Connector, file: BinaryIO, size: int) -> bytes:
    """SHA-256 of the content; of a file that is too large only its size and head, since it is not read."""
    file.seek(0)
    if size > connector.largest_file:
        return hashlib.sha256(b"too large:%d:" % size + file.read(_HEAD)).digest()
    return sha256_of(file)


def sha256_of(file: BinaryIO) -> bytes:
    """The hash of all its bytes, a piece at a time."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(_HEAD), b""):
        digest.update(chunk)
    return digest.digest()


def _rows(
    delivery: Delivery,
    file: BinaryIO,
    through_row: int,
    unchanged: Callable[[], bool],
    said: Delivered | Refused | None,
) -> None:
    """Every row after the last that was ticked off; nothing of a file that is refused as a whole."""
    checked = _checked(delivery, file, said)
    if isinstance(checked, Refused):
        with Belt(delivery, delivery.receipt.opened_at) as belt:
            belt.take([checked])
        return
    if checked.rows == 0:
        return
    file.seek(0)
    left = (each for each in delivery.connector.read(file) if each.row > through_row or each.row == 0)
    with Belt(delivery, checked.stated_at or delivery.receipt.opened_at) as belt:
        for rows in _batches(left, MOST_PERSONS):
            if rows[-1].row == 0 or not unchanged():
                raise Changed
            belt.take(rows)


def _checked(delivery: Delivery, file: BinaryIO, said: Delivered | Refused | None) -> Delivered | Refused:
    """What the file says of itself, or why all of it is refused; what was decided before a crash stays decided."""
    before = delivery.effects.books.plans(delivery.receipt.id, [0]).get(0)
    if before is not None:
        return Refused(0, before.reason or Refusal.UNKNOWN, before.field)
    if delivery.size > delivery.connector.largest_file and said is None:
        return Refused(0, Refusal.SIZE)
    if said is None:
        file.seek(0)
        said = delivery.connector.delivered(file)
    if isinstance(said, Refused) or said.stated_at is None:
        return said
    return Refused(0, Refusal.DATE_IN_FUTURE) if too_far_ahead(delivery, said.stated_at) else said


def _batches(rows: Iterable[RawRecord | Refused], most: int) -> Iterator[Sequence[RawRecord | Refused]]:
    iterator = iter(rows)
    while batch := tuple(islice(iterator, most)):
        yield batch
