"""Batches on their way: while the vault is asked about one, those before it are planned and published.

Their order stays: plan before publication, publication in the order of the plans, ticked off only when the broker
has acknowledged it and everything before it. What was not ticked off is published again as the same bytes.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.batches import Batch, Delivery, Persons, asked, begun, planned, recorded
from connectors.connector import RawRecord, Refused
from connectors.receipts import RowPlan

#: Published and not yet acknowledged; a crash says these again.
WINDOW = 4


class _Interrupted(Exception):
    """An earlier batch was not acknowledged: none that follows may overtake it."""


class Belt:
    """The batches of one delivery; leaving it finishes what was begun, as far as that goes."""

    def __init__(self, delivery: Delivery, delivered_at: datetime) -> None:
        self._delivery, self._delivered_at = delivery, delivered_at
        self._asker, self._sayer = ThreadPoolExecutor(1, "vault"), ThreadPoolExecutor(1, "publish")
        self._asked: tuple[Batch, Future[Persons]] | None = None
        self._said: deque[tuple[int, Future[None]]] = deque()
        self._broken = False

    def take(self, rows: Sequence[RawRecord | Refused]) -> None:
        """Begin with these rows and go on with those before.

        Raises  what vault, books and broker raise
        """
        batch = begun(self._delivery, rows)
        answer = self._asker.submit(asked, self._delivery, batch)
        self._plan()
        self._asked = batch, answer

    def _plan(self) -> None:
        before, self._asked = self._asked, None
        if before is None:
            return
        batch, answer = before
        plans = planned(self._delivery, batch, answer.result(), self._delivered_at)
        self._said.append((batch.through, self._sayer.submit(self._publish, batch, plans)))
        while len(self._said) > WINDOW or (self._said and self._said[0][1].done()):
            self._tick()

    def _publish(self, batch: Batch, plans: Mapping[int, RowPlan]) -> None:
        if self._broken:
            raise _Interrupted
        try:
            if records := recorded(self._delivery, batch, plans, self._delivered_at):
                self._delivery.effects.publish(records)
        except BaseException:
            self._broken = True
            raise

    def _tick(self) -> None:
        through, said = self._said.popleft()
        try:
            said.result()
        except BaseException:
            self._said.clear()  # what follows was held back
            raise
        self._delivery.effects.books.published(self._delivery.receipt.id, through)

    def _finished(self) -> None:
        try:
            self._plan()
        finally:
            while self._said:
                self._tick()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            self._finished()
        except Exception:
            if kind is None:
                raise
            # The first trouble is told; what could not be finished is taken up again with the file.
        finally:
            self._asker.shutdown()
            self._sayer.shutdown()
