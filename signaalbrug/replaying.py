"""`signaalbrug replay`: everything that came in is decided again beside what runs, under `sbmode=replay`.

What a replay is: the records that came from outside (signals, registers, calendar, policy, team decisions) go
through the in-memory interpreter in the order of their times. Every record it makes carries `sbmode=replay` and
stays in memory: no topic is written, so no team can be told anything. Then two views are held side by side
(rules.md 3: the latest contribution per member, the open alerts with their content): that of the steps' own
books and that of the replay. Alert ids name the offset of the record that opened them, which differs: a team's
decision that was applied is put to the alert of the same household and theme, at its newest revision; one that
was not applied had no effect then and has none now.

Source  promises.md P18, I11; rules.md 3
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from schemas.admission import admitted
from schemas.codec import Codec, NotDecoded
from schemas.events.alert import Alert, TeamDecision
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.transport import START, Cluster, reader, watermarks
from schemas.vocabulary import AlertKind
from streams.core.episode import is_live
from streams.core.view import view
from streams.runtime.cursors import committed_states, undecided
from streams.runtime.memory import Memory
from streams.runtime.raw import Raw
from streams.runtime.reading import to_end
from streams.topology import HOUSEHOLD, PARTITION_WIDE, PERSON, STEPS

MODE = "replay"
TEAM = "team-decision.v1"
INPUTS = (*PARTITION_WIDE, *PERSON.topics, TEAM)


class CannotReplay(Exception):
    """The log is not whole, or not decided to its end; says what to do instead."""

    def __init__(self, why: str, repair: str) -> None:
        super().__init__(why)
        self.why, self.repair = why, repair


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it: how many inputs, how many households differ, what stood on alert.v1 before and after."""

    inputs: int
    households: int
    differing: tuple[str, ...]
    new_alerts: int
    written: int

    @property
    def same(self) -> bool:
        return not (self.differing or self.new_alerts or self.written)


def replayed(cluster: Cluster, codec: Codec) -> Replayed:
    """Decide the log again and compare.

    Raises  CannotReplay
    """
    _whole(cluster, ("alert.v1", *INPUTS))
    for step in STEPS:
        if waiting := sum(undecided(cluster, step, codec).values()):
            why = f"step {step.name} has {waiting} records before it"
            raise CannotReplay(why, "signaalbrug status; then again")
    before = _read(cluster, ("alert.v1",))
    inputs = _read(cluster, INPUTS)
    memory = decided_again(inputs, _applied(before, codec, cluster.partitions), codec, cluster.partitions)
    again = view(memory.states("household").values())
    now = view(committed_states(cluster, HOUSEHOLD, codec))
    differing = tuple(sorted(name for name in again.keys() | now.keys() if again.get(name) != now.get(name)))
    new = sum(len(again[n]["alerts"].keys() - now.get(n, {"alerts": {}})["alerts"].keys()) for n in again)
    return Replayed(len(inputs), len(now), differing, new, len(_read(cluster, ("alert.v1",))) - len(before))


def _whole(cluster: Cluster, topics: Sequence[str]) -> None:
    """A log that lost its beginning would be told as a difference that is none.

    Raises  CannotReplay, naming each such topic and what can still be shown
    """
    with closing(reader(cluster, "replay")) as asking:
        first = {topic: [watermarks(asking, topic, q)[0] for q in range(cluster.partitions)] for topic in topics}
    cut = {topic: offsets for topic, offsets in first.items() if any(offsets)}
    if cut:
        begins = "; ".join(
            f"{topic} begins at {', '.join(f'{at} in partition {q}' for q, at in enumerate(offsets) if at)}"
            for topic, offsets in cut.items()
        )
        why = f"the log is past its retention, so its whole cannot be decided again: {begins}"
        raise CannotReplay(why, "signaalbrug verify --all, which takes each decision again from the trail")


def _read(cluster: Cluster, topics: Sequence[str]) -> list[Raw]:
    starts = {(topic, q): START for topic in topics for q in range(cluster.partitions)}
    with closing(reader(cluster, "replay")) as consumer:
        return [raw for rows in to_end(consumer, starts, "signaalbrug doctor") for raw in rows]


def decided_again(inputs: Sequence[Raw], applied: Mapping[str, str], codec: Codec, partitions: int) -> Memory:
    """The run in memory; *applied* gives the theme of each team decision that took effect."""
    memory = Memory(codec, partitions)
    memory.recorder = Recorder(codec, partitions, MODE)
    for raw in in_order(inputs):
        if raw.at.topic != TEAM:
            memory.append([as_replay(raw)])
            continue
        event = admitted(codec, raw.at, partitions, raw.key, raw.value, raw.headers)
        if isinstance(event, TeamDecision) and event.decision in applied:
            memory.run()
            memory.append(_decided(memory, event, applied[event.decision]))
    return memory.run()


def in_order(inputs: Sequence[Raw]) -> Iterator[Raw]:
    """By time over all partitions, without overtaking inside one; days and policies first."""
    latest: dict[tuple[str, int], int] = {}
    placed = []
    for raw in sorted(inputs, key=lambda each: each.at):
        where = (raw.at.topic, raw.at.partition)
        latest[where] = max(raw.timestamp_ms, latest.get(where, 0))
        placed.append((latest[where], raw.at.topic not in PARTITION_WIDE, raw.at, raw))
    return (each[-1] for each in sorted(placed, key=lambda each: each[:3]))


def as_replay(raw: Raw) -> OutRecord:
    """The same record, saying that it is replayed."""
    mode = MODE.encode()
    headers = tuple((name, mode if name == "sbmode" else value or b"") for name, value in raw.headers or ())
    return OutRecord(raw.at.topic, raw.at.partition, raw.key or b"", raw.value, headers)


def _decided(memory: Memory, event: TeamDecision, theme: str) -> list[OutRecord]:
    household: Any = memory.states("household").get(event.household)
    episodes = household.episodes if household is not None else ()
    return [
        memory.recorder.record(
            replace(event, alert=each.alert, revision=each.revision), begun(MODE, event.decision), memory.now
        )
        for each in episodes
        if each.theme == theme and is_live(each)
    ]


def _applied(alerts: Sequence[Raw], codec: Codec, partitions: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in alerts:
        event = admitted(codec, raw.at, partitions, raw.key, raw.value, raw.headers)
        assert not isinstance(event, NotDecoded)
        if isinstance(event, Alert) and event.answers and event.kind is not AlertKind.DECISION_NOT_APPLIED:
            found[event.answers] = event.theme
    return found
