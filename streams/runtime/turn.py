"""One transaction in the making: what follows from the next records, beside the books until it is committed."""

import time
from dataclasses import dataclass, replace
from datetime import date, datetime

from schemas.admission import admitted, header
from schemas.catalogue import TOPICS
from schemas.codec import NotDecoded
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forget, Position
from schemas.events.state import FanOut
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.vocabulary import Refusal, Stage
from streams.core.evidence import sha256
from streams.core.step import Context
from streams.policy.bundle import policy_of
from streams.runtime.applying import Applied, Cause, apply, changelog_record, owner_of
from streams.runtime.books import Books, InForce, Kept, Remembered, cursor_record
from streams.runtime.quarantine import Seal, quarantined
from streams.runtime.raw import Raw
from streams.topology import PARTITION_WIDE

#: What one record may weigh with its key and headers; the broker takes 1 MiB.
LARGEST_RECORD = 990_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one transaction may hold.

    Source  runtime.md 2
    """

    records: int = 2_000
    size: int = 4_000_000
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What every turn of a partition is made with."""

    recorder: Recorder
    sealing: Seal
    limits: Limits = Limits()


class Unwritable(Exception):
    """A decision whose records are too large for the log."""


def weight(record: OutRecord) -> int:
    """Bytes of a record with key and headers."""
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key) + len(record.value or b"") + headers


class Turn:
    """Decides record by record; nothing of it counts before it is committed and settled."""

    def __init__(self, books: Books, tools: Tools, now: datetime) -> None:
        self._books, self._tools, self._now = books, tools, now
        self._changes: dict[str, Kept | None] = {}
        self._ledger: dict[str, OutRecord] = {}
        self._outputs: list[OutRecord] = []
        self._begun: tuple[Cause, Raw] | None = None
        self._aside: set[Position] = set()
        self._last, self._index, self._done = None if not books.visit else books.visit.last_owner, 0, False
        self.in_force: InForce = books.in_force
        self.positions: dict[str, int] = dict(books.positions)
        self.inputs = self.size = 0
        self.began = time.monotonic()
        self._deadline = self.began + tools.limits.seconds
        self.emitted: list[Event | Forget] = []
        self.refused: list[tuple[Stage, Refusal]] = []

    @property
    def full(self) -> bool:
        """Whether it holds as much as one transaction may."""
        limits = self._tools.limits
        return self.inputs >= limits.records or self.size >= limits.size or time.monotonic() >= self._deadline

    def take(self, raw: Raw) -> bool:
        """Decide one record; False when it has to wait: for a day and a policy, or for a visit under way."""
        wide = raw.at.topic in PARTITION_WIDE
        if wide and (self._books.visit is not None or self._begun is not None):
            return False
        if not wide and not self.in_force.complete:
            return False
        self.inputs += 1
        self.positions[raw.at.topic] = raw.at.offset + 1
        recorder = self._tools.recorder
        event = admitted(recorder.codec, raw.at, recorder.partitions, raw.key, raw.value, raw.headers)
        if isinstance(event, NotDecoded):
            self._put_aside(raw, Stage.DECODE, event)
            return True
        cause = Cause(event, sha256(raw.value), header(raw.headers, "traceparent"))
        if wide:
            self._everybody(cause, raw)
        else:
            self._one(owner_of(event), cause, raw)
        return True

    def _everybody(self, cause: Cause, raw: Raw) -> None:
        """A partition-wide record holds at once; the owners it concerns are visited in later transactions."""
        event, offset = cause.event, raw.at.offset
        if isinstance(event, DayBegan):
            if self.in_force.today is not None and event.day <= self.in_force.today:
                return
            self.in_force = replace(self.in_force, today=event.day, calendar_offset=offset)
        elif isinstance(event, PolicyPublished):
            try:
                policy_of(event)
            except Exception:
                self._put_aside(raw, Stage.DECIDE, NotDecoded(Refusal.UNDECIDABLE))
                return
            self.in_force = replace(self.in_force, policy=event, policy_offset=offset)
        if self.in_force.complete and (self._books.owners or self._changes):
            self._begun = (cause, raw)

    def visit(self) -> None:
        """Go on along the owners with the partition-wide record that is under way, until the turn is full."""
        visit = self._books.visit
        assert visit is not None
        day = visit.cause.event.day if isinstance(visit.cause.event, DayBegan) else None
        self._index = visit.index
        while self._index < len(visit.ahead) and not self.full:
            owner = visit.ahead[self._index]
            self._index, self._last = self._index + 1, owner
            known = self._books.owners.get(owner)
            if known is not None and _concerned(known, day):
                self.inputs += 1
                self._one(owner, visit.cause, visit.raw)
        self._done = self._index >= len(visit.ahead)

    def _one(self, owner: str, cause: Cause, raw: Raw) -> None:
        known = self._changes[owner] if owner in self._changes else self._books.owners.get(owner)
        try:
            applied, remembered, size = self._apply(owner, known, cause)
        except Unwritable:
            self._put_aside(raw, Stage.DECIDE, NotDecoded(Refusal.SIZE))
        except Exception:  # a fault of ours in one decision must not stop the decisions about everybody else
            self._put_aside(raw, Stage.DECIDE, NotDecoded(Refusal.UNDECIDABLE))
        else:
            self._keep(applied, remembered)
            self.size += size

    def _apply(self, owner: str, known: Remembered | None, cause: Cause) -> tuple[Applied, OutRecord | None, int]:
        """What follows for one owner, the state to remember if it changed, and what all of it weighs."""
        assert self.in_force.today is not None and self.in_force.policy is not None
        step, recorder, now = self._books.step, self._tools.recorder, self._now
        context = Context(self.in_force.today, policy_of(self.in_force.policy))
        state, due = (known.state, known.due) if known else (None, None)
        applied = apply(step, recorder, owner, state, due, cause, context, now)
        remembered = None
        if applied.changed:
            remembered = changelog_record(step, recorder, owner, applied.state, applied.due, now)
        weights = [weight(each) for each in (*applied.outputs, *([remembered] if remembered else []))]
        if max(weights, default=0) > LARGEST_RECORD:
            raise Unwritable
        return applied, remembered, sum(weights)

    def _keep(self, applied: Applied, remembered: OutRecord | None) -> None:
        if remembered is not None:
            kept = None if applied.state is None else Kept(applied.state, applied.due)
            self._changes[applied.owner] = kept
            self._ledger[applied.owner] = remembered
        self._outputs.extend(applied.outputs)
        self.emitted.extend(applied.emitted)

    def _put_aside(self, raw: Raw, stage: Stage, why: NotDecoded) -> None:
        self.refused.append((stage, why.reason))
        if raw.at in self._aside:
            return
        self._aside.add(raw.at)
        name, recorder = self._books.step.name, self._tools.recorder
        record = quarantined(recorder, self._tools.sealing, name, raw, stage, why, self._now)
        self._outputs.append(record)
        self.size += weight(record)

    def records(self) -> list[OutRecord]:
        """Everything of this transaction: states, outputs and, last, the cursor."""
        return [*self._ledger.values(), *self._outputs, self._cursor()]

    def _cursor(self) -> OutRecord:
        books, recorder = self._books, self._tools.recorder
        carries = TOPICS[books.step.changelog].carries
        event = cursor_record(carries, books, self.positions, self.in_force, self._fan_out(), self._now)
        trace = begun(f"cursor-{books.step.name}", str(books.partition))
        return recorder.record(event, trace, self._now, partition=books.partition)

    def _fan_out(self) -> FanOut | None:
        if self._begun is not None:
            at = self._begun[1].at
            return FanOut(at.topic, at.offset, None)
        if self._books.visit is None or self._done:
            return None
        at = self._books.visit.raw.at
        return FanOut(at.topic, at.offset, self._last)

    def settle(self) -> None:
        """The transaction is committed: now, and only now, the books change."""
        books: Books = self._books
        books.positions, books.in_force = self.positions, self.in_force
        books.remember(self._changes)
        if self._done:
            books.visit = None
        elif books.visit is not None and self._index:
            books.visit.index, books.visit.last_owner = self._index, self._last
        if self._begun is not None:
            books.begin_visit(*self._begun)


def _concerned(known: Remembered, day: date | None) -> bool:
    return day is None or (known.due is not None and known.due <= day)
