"""Make the books of a step fit the log again: what only a missed tombstone could have told is decided as forgotten.

`signaalbrug rebuild person|household`. The partition is fenced as a transactor does it. A key that is remembered
and stands on its compacted topic no more is told to `decide` as `Forgotten`; then the cursor moves to the log.
Until that is done the cursor keeps its age, so that a rebuild that dies half-way is asked for again.
Source  rules.md 5
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.admission import admitted, header
from schemas.catalogue import TOPICS, Key
from schemas.codec import NotDecoded
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forgotten, Position
from schemas.events.state import Cursor, HouseholdRecord, HouseholdState, PersonRecord, PersonState
from schemas.following import CannotContinue
from schemas.rebuilding import Gap, Rebuilt, gap_between
from schemas.record import OutRecord
from schemas.trace import begun
from schemas.transport import START, Cluster
from streams.core.evidence import sha256
from streams.core.step import Step
from streams.runtime.applying import Cause, owner_of
from streams.runtime.books import Books, InForce
from streams.runtime.raw import Raw
from streams.runtime.reading import OwnReader, last_by_key
from streams.runtime.restoring import remembered, repair_of
from streams.runtime.transactor import Transactor, wall_clock
from streams.runtime.turn import Tools, Turn
from streams.topology import PARTITION_WIDE

StateRecord = PersonRecord | HouseholdRecord
Said = tuple[Raw, Cause]
#: What makes a day or a policy stand on its topic again.
SAID_BY = {"calendar.v1": "signaalbrug run calendar", "policy.v1": "signaalbrug policy publish"}


def kept_keys(state: PersonState | HouseholdState) -> Iterator[Forgotten]:
    """Every key of a compacted topic that this state rests on, as its tombstone would tell it."""
    if isinstance(state, PersonState):
        for membership in state.memberships:
            yield Forgotten("household.membership.v1", state.person, membership.household)
        for consent in state.consents:
            yield Forgotten("consent.v1", state.person, consent.consent)
    else:
        for member in state.members:
            yield Forgotten("contribution.v1", state.household, member.person)


def one_of_each(forgotten: Sequence[Forgotten]) -> tuple[list[Forgotten], list[Forgotten]]:
    """The first of every owner, and the rest: each decision of an owner has a cause with a place of its own."""
    first: dict[str, Forgotten] = {}
    rest = [each for each in forgotten if first.setdefault(each.owner, each) is not each]
    return list(first.values()), rest


def went_on_at(topic: str, expected: int, first: int, end: int) -> int:
    """Where a step goes on: at its cursor where the log has that, else where the log begins.

    A team decision must not be decided twice: where that log was cut, what is there counts as decided.
    """
    if end < expected and topic == "team-decision.v1":
        return end
    return expected if first <= expected <= end else first


def _in_force(day: Said | None, policy: Said | None) -> InForce:
    began, published = day[1].event if day else None, policy[1].event if policy else None
    assert began is None or isinstance(began, DayBegan)
    assert published is None or isinstance(published, PolicyPublished)
    return InForce(
        began.day if began else None,
        day[0].at.offset if day else None,
        published,
        policy[0].at.offset if policy else None,
    )


class _Removing(Turn):
    """A turn whose cursor is the one that was there, to the letter."""

    def __init__(self, books: Books, tools: Tools, now: datetime, cursor: StateRecord) -> None:
        super().__init__(books, tools, now)
        self._was = cursor

    def told(self, event: Forgotten, at: Position) -> None:
        """Decide what no record says any more; its cause is the place on the changelog where this is written."""
        placed = Forgotten(event.topic, event.owner, event.entity)
        object.__setattr__(placed, "at", at)
        self.inputs += 1
        self._one(owner_of(placed), Cause(placed, sha256(None), None), Raw(at, None, None, None, 0))

    def _cursor(self) -> OutRecord:
        step, partition = self._books.step, self._books.partition
        trace = begun(f"cursor-{step.name}", str(partition))
        return self._tools.recorder.record(self._was, trace, self._now, partition=partition)


class Rebuilder(Transactor):
    """One partition of one step, opened without asking how old its books are.

    Raises  Fenced when a worker of this step still runs; CannotContinue when the books cannot be read at all
    """

    def rebuild(self, *, dry_run: bool = False) -> Rebuilt:
        """Forget what stands no more, move the cursor; with *dry_run* nothing is fenced or written."""
        if not dry_run:
            self._take_over()
        self._reading = OwnReader(self._cluster, self.transactional_id, self.partition, repair_of(self.step.name))
        codec = self._tools.recorder.codec
        self._books, record = remembered(self.step, self.partition, codec, self._reading)
        name = f"{self.step.name} partition {self.partition}"
        if record is None or record.cursor is None:
            return Rebuilt(name, 0, ())  # nothing was ever decided here
        positions, gaps = self._placed(record.cursor)
        stale = list(self._stale())
        if not dry_run:
            self._bring_in_force(record.cursor, positions)
            self._books.positions = positions
            self._forget(stale, record)
            self._commit(self._turn())  # from here on the books are young and fit the log
            self._decide_newest([gap.topic for gap in gaps if gap.cut and TOPICS[gap.topic].compacted])
        return Rebuilt(name, len(stale), gaps)

    @property
    def _own(self) -> OwnReader:
        assert self._reading is not None, "opened"
        return self._reading

    def _placed(self, cursor: Cursor) -> tuple[dict[str, int], tuple[Gap, ...]]:
        known = {each.topic: each.next_offset for each in cursor.positions}
        positions: dict[str, int] = {}
        gaps: list[Gap] = []
        for topic in (*PARTITION_WIDE, *self.step.topics):
            first, end = self._own.watermarks(topic)
            expected = known.get(topic, first)
            positions[topic] = went_on_at(topic, expected, first, end)
            gap = gap_between(topic, self.partition, expected, first, end)
            gaps += [] if gap is None else [gap]
        return positions, tuple(gaps)

    def _stale(self) -> Iterator[Forgotten]:
        """What is remembered under keys that no record of their topic tells of any more."""
        kept = [key for owner in sorted(self._books.owners) for key in kept_keys(self._books.owners[owner].state)]
        standing = {topic: self._newest(topic) for topic in sorted({key.topic for key in kept})}
        for key in kept:
            if Key(key.owner, key.entity).encode() not in standing[key.topic]:
                yield key

    def _newest(self, topic: str) -> Mapping[bytes, Raw]:
        return last_by_key(self._own.to_end({topic: START}))

    def _bring_in_force(self, cursor: Cursor, positions: dict[str, int]) -> None:
        """The day and the policy of the cursor; where such a record is gone, the newest, which all are told of."""
        day, day_is_new = self._holding("calendar.v1", cursor.calendar_offset, positions)
        policy, policy_is_new = self._holding("policy.v1", cursor.policy_offset, positions)
        self._books.in_force = _in_force(day, policy)
        under_way = {"calendar.v1": day, "policy.v1": policy}.get(cursor.fan_out.topic) if cursor.fan_out else None
        everybody = policy if policy_is_new else day if day_is_new else None
        if everybody is not None:
            self._books.begin_visit(everybody[1], everybody[0])
        elif cursor.fan_out is not None and under_way is not None:
            self._books.begin_visit(under_way[1], under_way[0], cursor.fan_out.last_owner)

    def _holding(self, topic: str, offset: int | None, positions: dict[str, int]) -> tuple[Said | None, bool]:
        """The record in force and whether it is another than it was; what it replaces need not be read again."""
        if offset is None:
            return None, False
        rows = [raw for chunk in self._own.to_end({topic: START}) for raw in chunk]
        same = [raw for raw in rows if raw.at.offset == offset]
        for raw in same or reversed(rows):
            event: Event | NotDecoded = admitted(
                self._tools.recorder.codec, raw.at, self._tools.recorder.partitions, raw.key, raw.value, raw.headers
            )
            if not isinstance(event, NotDecoded):
                positions[topic] = max(positions[topic], raw.at.offset + 1)
                return (raw, Cause(event, sha256(raw.value), header(raw.headers, "traceparent"))), not same
        raise CannotContinue(topic, self.partition, "er staat geen leesbaar record meer", SAID_BY[topic])

    def _forget(self, stale: Sequence[Forgotten], record: StateRecord) -> None:
        while stale:
            now, stale = one_of_each(stale)
            while now:
                turn = _Removing(self._books, self._tools, self._now(), record)
                at = Position(self.step.changelog, self.partition, self._own.watermarks(self.step.changelog)[1])
                taken = 0
                while taken < len(now) and not turn.full:
                    turn.told(now[taken], at)
                    taken += 1
                if turn.refused:
                    why = "een sleutel die niet meer staat, kan niet worden vergeten"
                    raise CannotContinue(self.step.changelog, self.partition, why, repair_of(self.step.name))
                self._commit(turn)
                now = now[taken:]

    def _decide_newest(self, topics: Sequence[str]) -> None:
        """Of a compacted topic that was cut: day and policy first, then what stands, and nothing it replaced."""
        if topics:
            self._read_on(PARTITION_WIDE)
        for topic in topics:
            if topic not in PARTITION_WIDE:
                self._decide(sorted(self._newest(topic).values(), key=lambda raw: raw.at))
        self._resume()


def rebuild_step(
    step: Step[Any],
    cluster: Cluster,
    tools: Tools,
    *,
    prefix: str = "",
    dry_run: bool = False,
    now: Callable[[], datetime] = wall_clock,
) -> Iterator[Rebuilt]:
    """Every partition of a step, one after another, as it is done.

    Raises  Fenced, CannotContinue; what was done for other partitions stays
    """
    for partition in range(cluster.partitions):
        rebuilder = Rebuilder(step, partition, cluster, tools, prefix=prefix, now=now)
        try:
            yield rebuilder.rebuild(dry_run=dry_run)
        finally:
            rebuilder.close()
