"""A step that is not idempotent on purpose: its state counts every input, and each input leaves one output.

`decide` of the real steps is idempotent, so their tests cannot see a missing cursor; this one's can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from schemas.events.account import Outcome
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forgotten
from schemas.events.register import Consent
from schemas.events.state import PersonRecord, PersonState
from schemas.identity import PersonPseudonym, SignalId, VersionId, derived
from schemas.partitioning import partition_of
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair
from schemas.trace import begun
from schemas.transport import Cluster
from schemas.vocabulary import OutcomeKind, Reason, Source, StateKind
from streams.core.step import Context, Decision, Step
from streams.runtime.quarantine import sealing_to
from streams.runtime.raw import Raw
from streams.runtime.transactor import Transactor, wall_clock
from streams.runtime.turn import Limits, Tools
from tests.support.stories import agreed, at, codec, named, person

PRIVATE_KEY, PUBLIC_KEY = new_pair()
#: A consent of this name makes the probe raise; a tombstone of the other makes it forget the owner.
FATAL, LAST = "fataal", "laatste"


def decide(state: PersonState | None, event: Event, context: Context) -> Decision[PersonState]:
    """Count, and say so, with the day and the policy it was counted under."""
    if isinstance(event, DayBegan | PolicyPublished):
        if state is None:
            return Decision(None)
        owner = state.person
    elif isinstance(event, Forgotten):
        owner = PersonPseudonym(event.owner)
    else:
        assert isinstance(event, Consent)
        owner = event.person
        if event.consent == named("consent", f"{_name_of(owner)}/{FATAL}"):
            raise RuntimeError("a fault of ours")
    number = (state.number if state else 0) + 1
    counted = Outcome(
        kind=OutcomeKind.WAITING,
        reason=Reason.CONTRIBUTED,
        signal=SignalId(derived("probe", str(event.at))),
        version=VersionId(context.policy.hash[:32]),
        person=owner,
        writer="probe",
        number=number,
        source=Source.DEBT_SERVICES,
        decided_on=context.today,
    )
    if isinstance(event, Forgotten) and event.entity == named("consent", f"{_name_of(owner)}/{LAST}"):
        return Decision(None, (counted,))
    return Decision(PersonState(owner, number, None, None, (), (), (), ()), (counted,))


PROBE: Step[PersonState] = Step(
    name="person",
    owner="person",
    reads=(Consent, DayBegan, PolicyPublished),
    emits=(Outcome,),
    decide=decide,
    topics=("consent.v1",),
    changelog="state.person.v1",
    wrap=lambda state, due: PersonRecord(StateKind.OWNER, due, state, None),
    unwrap=lambda record: record.person,
)

_NAMES: dict[PersonPseudonym, str] = {}


def _name_of(owner: PersonPseudonym) -> str:
    return _NAMES.get(owner, "")


def owners_of(partition: int, cluster: Cluster) -> Iterator[str]:
    """Names of persons whose records stand in this partition."""
    for i in count():
        name = f"p{i}"
        if partition_of(person(name), cluster.partitions) == partition:
            _NAMES[person(name)] = name
            yield name


def inputs(names: Sequence[str], what: str, cluster: Cluster) -> list[OutRecord]:
    """One consent of each, which the probe counts."""
    recorder = Recorder(codec(), cluster.partitions)
    return [recorder.record(agreed(name, name=what), begun("probe", name + what), at(1)) for name in names]


def tools(cluster: Cluster, limits: Limits | None = None) -> Tools:
    return Tools(Recorder(codec(), cluster.partitions), sealing_to(PUBLIC_KEY), limits or Limits())


@dataclass
class Clock:
    """A shell's clock that a test sets."""

    now: datetime | None = None

    def __call__(self) -> datetime:
        return self.now or wall_clock()


def probe(
    cluster: Cluster, partition: int = 0, limits: Limits | None = None, clock: Clock | None = None
) -> Transactor:
    """A transactor of the probe step, not opened yet."""
    return Transactor(PROBE, partition, cluster, tools(cluster, limits), now=clock or wall_clock)


def batch(rows: Sequence[Raw], *positions: int) -> list[Raw]:
    """What a deliverer hands over: the records at these places of what is on the log."""
    return [rows[i] for i in positions]
