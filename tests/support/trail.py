"""Stories with their deliveries, and what a trail follower would read of them."""

import dataclasses
from collections.abc import Iterable, Sequence

from schemas.events.delivery import Delivery
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.following import Arrived
from schemas.identity import ReceiptId
from schemas.vocabulary import DeliveryKind
from signaalbrug.demo.log import arrived_in
from streams.runtime.memory import Memory
from streams.trail.shelf import Shelf, shelved
from tests.support.stories import Said, at, codec, dawn, named, policy


def delivered(said: Sequence[Said]) -> list[Said]:
    """The same events, each signal and statement a row of its source's delivery, with the deliveries around."""
    rows: dict[str, int] = {}
    placed: list[Said] = []
    for each in said:
        if isinstance(each, Signal | Consent):
            source = each.source.value if isinstance(each, Signal) else "consent_register"
            rows[source] = rows.get(source, 0) + 1
            receipt = ReceiptId(named("receipt", source))
            each = dataclasses.replace(each, receipt=receipt, row=rows[source])
        placed.append(each)
    opened = [_delivery(source, DeliveryKind.OPENED, 0) for source in rows]
    closed = [_delivery(source, DeliveryKind.CLOSED, count) for source, count in rows.items()]
    return [*opened, *placed, *closed]


def _delivery(source: str, kind: DeliveryKind, rows: int) -> Delivery:
    return Delivery(
        kind=kind,
        receipt=ReceiptId(named("receipt", source)),
        source=source,
        file_hash=named("file", source),
        size=100,
        opened_at=at(1),
        closed_at=at(1, 5) if kind is DeliveryKind.CLOSED else None,
        rows=rows,
        accepted=rows,
        duplicates=(),
        refused=(),
    )


def told_with_deliveries(said: Sequence[Said], first: int = 1, partitions: int = 1) -> Memory:
    """A run of both steps in which every row came in by a delivery."""
    memory = Memory(codec(), partitions)
    memory.publish(dawn(first), policy())
    memory.publish(*delivered(said))
    return memory.run()


def arrived(memory: Memory) -> list[Arrived]:
    """What a follower of every topic reads of a run, in the order in which it was written."""
    first = 1_767_225_600_000
    return [
        dataclasses.replace(each, timestamp_ms=first + index) for index, each in enumerate(arrived_in(memory))
    ]


def shelf_of(records: Iterable[Arrived]) -> Shelf:
    """The shelf of what was read."""
    return shelved(records, codec())
