"""One decision of one owner turned into records: what every interpreter does between reading and committing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.catalogue import key_of
from schemas.events.account import ProcessingLine
from schemas.events.alert import Alert
from schemas.events.contribution import Contribution
from schemas.events.event import Event, Forget, Forgotten
from schemas.events.state import HouseholdState, PersonState
from schemas.identity import PersonPseudonym
from schemas.processing import processing_line
from schemas.record import OutRecord, Recorder
from schemas.trace import Trace, begun, following, within
from streams.core.evidence import evidence_of
from streams.core.step import Context, Step

_NAMES = {
    "person": ("signaal-toetsen-aan-grondslag", "1"),
    "household": ("signalering-bepalen", "2"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """The record that makes an owner decide; `event.at` is its place on the log."""

    event: Event
    value_hash: str
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one decision comes to: the state after it, and the records to publish in order."""

    owner: str
    state: Any | None
    due: date | None
    changed: bool
    outputs: tuple[OutRecord, ...]
    emitted: tuple[Event | Forget, ...]


def owner_of(event: Event) -> str:
    """Whose state a record concerns."""
    return event.owner if isinstance(event, Forgotten) else key_of(event).owner


def apply(
    step: Step[Any],
    recorder: Recorder,
    owner: str,
    state: Any | None,
    due: date | None,
    cause: Cause,
    context: Context,
    now: datetime,
) -> Applied:
    """Decide for one owner and write down what followed, with its evidence and processing lines.

    Time    `now` stands in headers and processing lines only; decisions use Context
    """
    decision = step.decide(state, cause.event, context)
    at = str(cause.event.at)
    trace = following(cause.traceparent, f"step-{step.name}", f"{at}|{owner}")
    outputs = recorder.records(decision.emits, trace, now, at)
    if any(isinstance(each, Contribution | Alert) for each in decision.emits):
        evidence = evidence_of(
            recorder.codec, step.name, owner, state, cause.event.at, cause.value_hash, context, outputs
        )
        outputs.append(recorder.record(evidence, trace, now, cause=at))
    if decision.emits:
        lines = _processing_lines(step.name, _subjects(owner, state, decision.state), trace, now)
        outputs.extend(recorder.records(lines, trace, now, at))
    changed = decision.state != state or decision.due != due
    return Applied(owner, decision.state, decision.due, changed, tuple(outputs), decision.emits)


def changelog_record(
    step: Step[Any], recorder: Recorder, owner: str, state: Any | None, due: date | None, now: datetime
) -> OutRecord:
    """The record that remembers an owner's state; a tombstone when there is nothing to remember."""
    trace = begun(f"changelog-{step.name}", owner)
    if state is None:
        return recorder.record(Forget(step.changelog, owner, owner), trace, now)
    return recorder.record(step.wrap(state, due), trace, now)


def _subjects(owner: str, *states: Any | None) -> Sequence[PersonPseudonym]:
    """The persons whose data an action touched: one processing line each."""
    persons: set[PersonPseudonym] = set()
    for state in states:
        match state:
            case PersonState():
                persons.add(state.person)
            case HouseholdState():
                persons |= {member.person for member in state.members}
            case _:
                pass
    return sorted(persons)


def _processing_lines(
    step: str, persons: Sequence[PersonPseudonym], trace: Trace, now: datetime
) -> list[ProcessingLine]:
    name, activity = _NAMES.get(step, (step, "0"))
    return [
        processing_line(
            name,
            activity,
            person,
            f"step-{step}",
            within(trace, f"processing-{step}", f"{trace.span_id}|{person}"),
            now,
            now,
        )
        for person in persons
    ]
