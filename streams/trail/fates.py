"""What became of a signal: of its newest version, the one fate among what its writers said last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from schemas.catalogue import SIGNAL_TOPICS, Key
from schemas.events.account import Outcome
from schemas.events.event import Forgotten
from schemas.events.signal import Signal
from schemas.vocabulary import OutcomeKind, Reason
from streams.trail.kept import Held, Kept

PERSON_STEP = "person"
_SIGNAL_TOPICS = frozenset(SIGNAL_TOPICS.values())
#: What only the person step can know, and what therefore stands above what any household said.
OUTRANKS = frozenset(
    [
        OutcomeKind.DENIED,
        OutcomeKind.WITHDRAWN,
        OutcomeKind.EXPIRED,
        OutcomeKind.ERASED,
        OutcomeKind.SUPERSEDED,
    ]
)
#: Of several households the first of these.  Source  rules.md 4; a household's own deny comes last
_HOUSEHOLDS: Mapping[OutcomeKind, int] = MappingProxyType(
    {OutcomeKind.USED: 0, OutcomeKind.WAITING: 1, OutcomeKind.KEPT_NO_MATCH: 2, OutcomeKind.DENIED: 3}
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one signal; a kind of None: nobody said anything, it is lost or still under way."""

    signal: str
    version: str
    kind: OutcomeKind | None
    reason: Reason | None
    said_by: Kept | None


def is_signal(record: Kept) -> bool:
    """Whether this is a version of a signal, its body held or not."""
    return record.at.topic in _SIGNAL_TOPICS and record.held in (Held.BODY, Held.ERASED)


def newest_versions(records: Iterable[Kept]) -> dict[str, Kept]:
    """The newest version of every signal.

    Source  rules.md 1: ordered by mutation time, then content hash; the highest wins
    """
    chains: dict[str, list[Kept]] = defaultdict(list)
    for record in records:
        if is_signal(record):
            chains[record.name.node].append(record)
    return {node: max(versions, key=_version_order) for node, versions in chains.items()}


def _version_order(record: Kept) -> tuple[bool, float, str]:
    if not isinstance(record.event, Signal):
        return (False, float(record.time_ms), record.name.rev)
    return (True, record.event.mutated_at.timestamp(), record.event.content_hash)


def latest_outcomes(records: Iterable[Kept]) -> dict[str, dict[Key, Kept]]:
    """Per signal, person and writer the outcome with the highest number, unless the writer took it back since.

    A signal of which the source changed the person has outcomes of both; the version tells which one counts.
    """
    said: dict[str, dict[Key, Kept]] = defaultdict(dict)
    for record in records:
        match record.event:
            case Outcome() as outcome:
                whose = Key(outcome.person, outcome.writer)
                before = said[outcome.signal].get(whose)
                old = before.event if before is not None else None
                if not isinstance(old, Outcome) or outcome.number >= old.number:
                    said[outcome.signal][whose] = record
            case Forgotten(topic="outcome.v1", owner=owner, entity=entity):
                signal, _, writer = entity.partition("/")
                said[signal].pop(Key(owner, writer), None)
            case _:
                pass
    return said


def fates(records: Sequence[Kept]) -> dict[str, Fate]:
    """The fate of every signal, by its id.

    Source  rules.md 4: compaction keeps the last appended, so a late `used` must not bury a `denied`
    """
    said = latest_outcomes(records)
    found = {}
    for node, newest in newest_versions(records).items():
        signal = node.removeprefix("signal/")
        found[signal] = _fate(signal, newest, said.get(signal, {}))
    return found


def _fate(signal: str, newest: Kept, said: Mapping[Key, Kept]) -> Fate:
    version = newest.name.rev
    if newest.held is Held.ERASED:
        return Fate(signal, version, OutcomeKind.ERASED, Reason.PERSON_ERASED, newest)
    about = [each for each in said.values() if isinstance(each.event, Outcome) and each.event.version == version]
    own = next((each for each in about if _writer(each) == PERSON_STEP), None)
    if own is not None and _kind(own) in OUTRANKS:
        return _told(signal, version, own)
    households = [each for each in about if each is not own]
    ranked = sorted(households, key=lambda record: (_HOUSEHOLDS.get(_kind(record), 9), record.at))
    decisive = ranked[0] if ranked else own
    return Fate(signal, version, None, None, None) if decisive is None else _told(signal, version, decisive)


def _writer(record: Kept) -> str:
    assert isinstance(record.event, Outcome)
    return record.event.writer


def _kind(record: Kept) -> OutcomeKind:
    assert isinstance(record.event, Outcome)
    return record.event.kind


def _told(signal: str, version: str, record: Kept) -> Fate:
    assert isinstance(record.event, Outcome)
    return Fate(signal, version, record.event.kind, record.event.reason, record)
