"""Offering again what lay in quarantine: the sealed bytes as they are, through the one loop, with nothing edited.

A row goes under a receipt of its own, bound to its first delivery and row: a second redrive finds it closed. What
it says happened when it says, and the delivery time it is ordered by is that of the first delivery. A record that
a step could not use is put back on its topic as it was; what it changed already it cannot change twice.
"""

import base64
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectors.batches import Effects
from connectors.connector import Connector, Delivered, Described, Refused
from connectors.intake import Taken, take_in
from connectors.quarantine import whole_ms
from connectors.set_aside import Entry
from connectors.vault.api import VaultRefused
from connectors.versions import keyed
from schemas.civil import civil_day
from schemas.record import OutRecord
from schemas.vocabulary import Refusal, Settlement

Unseal = Callable[[bytes], bytes]


class CannotRedrive(Exception):
    """Nothing was done; `code` says why: a refusal that would come again, or one of not_kept, edited, settled."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Offered:
    """What came of it; `again` says that it had been offered before."""

    receipt: str | None
    again: bool
    refused: Refusal | None = None


def in_order(chosen: Iterable[Entry]) -> list[Entry]:
    """As they came: a household's records must not overtake each other."""
    return sorted(chosen, key=lambda entry: entry.in_order)


def content_of(entry: Entry, unseal: Unseal) -> bytes:
    """The sealed bytes.

    Raises  CannotRedrive; ValueError when the key is another one
    """
    if any(each.how is not Settlement.REDRIVEN for each in entry.settled):
        raise CannotRedrive("settled")
    if not entry.said.sealed:
        raise CannotRedrive("not_kept")
    return unseal(entry.said.sealed)


def redrive_row(connector: Connector, entry: Entry, raw: bytes, effects: Effects) -> Offered:
    """Take the row in again; its identity and ground are looked at anew.

    Raises  CannotRedrive, and what `take_in` raises: call again, nothing is done twice
    """
    said = entry.said
    _unedited(entry, raw, effects)
    place = "\x1f".join(("redrive", said.receipt, str(said.row), said.content_hash)).encode()
    once = _alone(connector, raw, said.delivered_at or whole_ms(said.failed_at), len(place))
    _would_come_again(once, raw, place, effects)
    with effects.books.alone():
        taken = take_in(once, io.BytesIO(place), len(place), effects)
    return Offered(taken.receipt.id, not taken.new, _refused(taken))


def _unedited(entry: Entry, raw: bytes, effects: Effects) -> None:
    """Who can write to the topic can seal too: only the receipt's own key says that these are its bytes."""
    try:
        key = effects.vault.receipt_key(entry.said.receipt)
    except VaultRefused:
        raise CannotRedrive("receipt") from None
    if keyed(key, raw) != entry.said.content_hash:
        raise CannotRedrive("edited")


def _alone(connector: Connector, raw: bytes, delivered_at: datetime, size: int) -> Connector:
    """The same connector for a delivery of this row alone, made when the first was."""
    return replace(
        connector,
        largest_file=size,
        delivered=lambda _: Delivered(delivered_at),
        read=lambda _: iter((connector.again(1, raw),)),
    )


def _would_come_again(connector: Connector, raw: bytes, place: bytes, effects: Effects) -> None:
    """What would only be refused again is not offered: it would lie here for another 30 days."""
    row = connector.again(1, raw)
    draft = row if isinstance(row, Refused) else connector.normalise(row, civil_day(effects.now()))
    if isinstance(draft, Refused):
        raise CannotRedrive(draft.reason.value)
    whom = getattr(draft, "whom", None)
    if not isinstance(whom, Described):
        return
    receipt = effects.vault.open_receipt(connector.name, sha256(place).digest(), len(place))
    if receipt.status != "closed" and effects.vault.identify_many(receipt.id, [whom]) == [None]:
        raise CannotRedrive(Refusal.IDENTITY_UNCERTAIN.value)


def _refused(taken: Taken) -> Refusal | None:
    return taken.refused[0].reason if taken.refused else None


def record_again(entry: Entry, content: bytes) -> OutRecord:
    """The record as it lay on its topic, in the same partition.

    Raises  CannotRedrive when these are not its bytes
    """
    said = entry.said
    assert said.topic is not None and said.partition is not None
    try:
        read = json.loads(content)
        key, value = _bytes(read["key"]), _bytes(read["value"])
        headers = tuple((str(name), _bytes(part) or b"") for name, part in read["headers"])
    except (KeyError, TypeError, ValueError):
        raise CannotRedrive("edited") from None
    if sha256(value or b"").hexdigest() != said.content_hash:
        raise CannotRedrive("edited")
    return OutRecord(said.topic, said.partition, key or b"", value, headers)


def _bytes(text: Any) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
