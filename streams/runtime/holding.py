"""The partitions that a worker holds: their buffers, who works on which, and what follows when one is lost.

The deliverer says what is assigned and offers records; it may offer them twice, late or not at all.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from confluent_kafka import KafkaException

from schemas.following import CannotContinue
from schemas.registry import RegistryDown
from schemas.scrubbing import error_code
from streams.runtime.metrics import Meter
from streams.runtime.raw import Raw
from streams.runtime.share import FIRST_REST_S, Opened, Share
from streams.runtime.transactor import Fenced

CONTESTED = 5
BROKEN = 1
BATCH_RECORDS, BATCH_SIZE = 2_000, 4_000_000
ROOM_RECORDS, ROOM_SIZE = 20_000, 64_000_000
FENCES, FENCES_WITHIN_S = 3, 60.0
LONGEST_REST_S = 30.0
TICK_S = 10.0


@dataclass(frozen=True, slots=True)
class Ended:
    """Why the process has to end."""

    code: int
    why: str


class Holding:
    """Works on every held partition side by side, one job a partition at a time."""

    def __init__(
        self, make: Callable[[int], Opened], meter: Meter, log: Callable[..., None], *, threads: int = 8
    ) -> None:
        self._make, self._meter, self._log = make, meter, log
        self._changed = threading.Condition()
        self._shares: dict[int, Share] = {}
        self._records = self._size = 0
        self._confirmed = float("-inf")
        self._fences: dict[int, list[float]] = {}
        self._assigned_once = self._stopping = False
        self.ended: Ended | None = None
        self.on_ended: Callable[[], None] = lambda: None
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="partition")
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        meter.watch(lambda: float(self.open_partitions), self.oldest_undecided_s)

    def start(self) -> None:
        """Begin to work on whatever is assigned."""
        self._dispatcher.start()

    # -- what the deliverer says

    def assigned(self, partitions: Collection[int]) -> None:
        """Hold exactly these from now on: new ones are opened at once, not at the first delivery."""
        with self._changed:
            self._assigned_once = True
            gone = self._drop(set(self._shares) - set(partitions))
            for partition in partitions:
                self._shares.setdefault(partition, Share(partition))
            self._changed.notify_all()
        _close(gone)

    def revoked(self, partitions: Collection[int]) -> None:
        """Let these go; a transaction under way may still succeed or be fenced, both are right."""
        with self._changed:
            gone = self._drop(set(partitions) & set(self._shares))
            self._changed.notify_all()
        _close(gone)

    def confirmed(self, asked_at: float) -> None:
        """The group said, to a question of this moment (monotonic), that this worker is still a member."""
        with self._changed:
            self._confirmed = max(self._confirmed, asked_at)
            self._changed.notify_all()

    def offer(self, raw: Raw) -> None:
        """Hand over one record; a partition that is not held or rests reads it by itself when it opens."""
        with self._changed:
            share = self._shares.get(raw.at.partition)
            if share is None or (share.transactor is None and not share.opening):
                return
            share.buffer.append(raw)
            self._records += 1
            self._size += raw.size
            if len(share.buffer) == 1 and not share.working:
                self._changed.notify_all()

    @property
    def has_room(self) -> bool:
        """Whether the deliverer may go on."""
        return self._records < ROOM_RECORDS and self._size < ROOM_SIZE

    def wait_for_room(self, timeout_s: float = 1.0) -> bool:
        """Wait, which is the back-pressure, until there is room."""
        with self._changed:
            return self._changed.wait_for(lambda: self.has_room or self._stopping, timeout_s)

    # -- what an operator asks

    @property
    def ready(self) -> bool:
        """Whether everything assigned is open and was caught up at least once."""
        with self._changed:
            return self._assigned_once and all(share.opened_once for share in self._shares.values())

    @property
    def open_partitions(self) -> int:
        """How many partitions are open here."""
        with self._changed:
            return sum(share.transactor is not None for share in self._shares.values())

    def oldest_undecided_s(self) -> float:
        """The age of the oldest record that was delivered and is not committed, or waits for an outage to end."""
        with self._changed:
            stamps = [at for share in self._shares.values() if (at := share.oldest_ms) is not None]
        return max(0.0, time.time() - min(stamps) / 1000) if stamps else 0.0

    def stop(self) -> None:
        """Finish what is in hand and let everything go."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._dispatcher.is_alive():
            self._dispatcher.join(5)
        self._pool.shutdown(wait=True)
        with self._changed:
            gone = self._drop(set(self._shares))
        _close(gone)

    # -- work

    def _drop(self, partitions: Collection[int]) -> list[Opened]:
        """Forget these; what is open and idle is returned, to be closed outside the lock."""
        idle = []
        for partition in partitions:
            share = self._shares.pop(partition)
            self._empty(share)
            self._meter.let_go(partition)
            if share.transactor is not None and not share.working:
                idle.append(share.transactor)
                share.transactor = None
        return idle

    def _empty(self, share: Share) -> None:
        self._forget_room(share.buffer)
        share.buffer.clear()

    def _forget_room(self, rows: Iterable[Raw]) -> None:
        for raw in rows:
            self._records -= 1
            self._size -= raw.size

    def _dispatch(self) -> None:
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                for share in self._shares.values():
                    job = None if share.working else self._job(share, now)
                    if job is not None:
                        share.working = True
                        self._pool.submit(self._work, share, job)
                self._changed.wait(0.25)

    def _job(self, share: Share, now: float) -> Callable[[], None] | None:
        if share.transactor is None:
            unconfirmed = share.confirm_after is not None and self._confirmed <= share.confirm_after
            if unconfirmed or now < share.rest_until:
                return None
            share.opening = True
            return lambda: self._open(share)
        transactor = share.transactor
        if share.buffer:
            rows = self._batch(share)
            return lambda: transactor.deliver(rows)
        if transactor.visiting or now >= share.next_tick:
            share.next_tick = now + TICK_S
            return transactor.tick
        return None

    def _batch(self, share: Share) -> list[Raw]:
        rows: list[Raw] = []
        size = 0
        while share.buffer and len(rows) < BATCH_RECORDS and size < BATCH_SIZE:
            rows.append(share.buffer.popleft())
            size += rows[-1].size
        self._forget_room(rows)
        share.in_hand_ms = min(raw.timestamp_ms for raw in rows)
        return rows

    def _open(self, share: Share) -> None:
        transactor = self._make(share.partition)
        try:
            transactor.open()
        except BaseException:
            transactor.close()
            raise
        with self._changed:
            share.transactor, share.opened_once = transactor, True
            share.confirm_after = share.left_ms = None
        self._meter.parked(share.partition, False)
        self._log("partition_open", partition=share.partition)

    def _work(self, share: Share, job: Callable[[], None]) -> None:
        failed: BaseException | None = None
        try:
            job()
        except BaseException as trouble:
            failed = trouble
        if failed is not None and share.transactor is not None:
            share.transactor.close()  # before it is opened again: two of one partition would fight
            share.transactor = None
        with self._changed:
            if failed is None and not share.opening:
                share.rest_s = FIRST_REST_S
            if failed is not None:
                share.left_ms = share.oldest_ms or round(time.time() * 1000)
            share.working = share.opening = False
            share.in_hand_ms = None
            lost = failed is not None or self._shares.get(share.partition) is not share
            transactor = share.transactor if lost else None
            if lost:
                share.transactor = None
                self._empty(share)
            if failed is not None and self._shares.get(share.partition) is share:
                self._failed(share, failed, time.monotonic())
            self._changed.notify_all()
        if transactor is not None:
            transactor.close()

    def _failed(self, share: Share, failed: BaseException, now: float) -> None:
        share.rest_until, share.rest_s = now + share.rest_s, min(share.rest_s * 2, LONGEST_REST_S)
        match failed:
            case Fenced():
                self._fenced(share, now)
            case CannotContinue():
                self.end(Ended(6, str(failed)))
            case KafkaException():
                self._meter.failed()
                self._log("partition_failed", partition=share.partition, code=error_code(failed))
            case RegistryDown():  # only the registry can say what a record is: it waits, nothing is lost
                self._meter.parked(share.partition, True)
                self._log("partition_parked", partition=share.partition, code=error_code(failed))
            case _:
                self.end(Ended(BROKEN, f"partitie {share.partition}: {error_code(failed)}"))

    def _fenced(self, share: Share, now: float) -> None:
        self._meter.fenced()
        self._log("partition_fenced", partition=share.partition)
        share.confirm_after = now
        recent = [at for at in self._fences.get(share.partition, []) if now - at < FENCES_WITHIN_S]
        self._fences[share.partition] = [*recent, now]
        if len(recent) + 1 >= FENCES:
            self.end(Ended(CONTESTED, f"partitie {share.partition} heeft twee eigenaren die elkaar uitsluiten"))

    def end(self, ended: Ended) -> None:
        """The process has to end; the first reason counts."""
        if self.ended is None:
            self.ended = ended
            self.on_ended()


def _close(transactors: Iterable[Opened]) -> None:
    for transactor in transactors:
        transactor.close()
