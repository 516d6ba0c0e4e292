"""Erased stays erased: what a person's state does from `erased` until nothing of them can come any more."""

from datetime import date, timedelta

from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forget
from schemas.events.register import PersonLifecycle
from schemas.events.state import PersonState
from streams.core.contributing import WRITER, withdrawn_contributions
from streams.core.step import Context, Decision


def forgotten_on(erased_on: date, context: Context) -> date:
    """The first day on which no record of the erased can still be on the log.

    Source  rules.md 5: signal retention + 1 day
    """
    return erased_on + timedelta(days=context.policy.longest_retention_days + 1)


def erased(state: PersonState, event: PersonLifecycle, context: Context) -> Decision[PersonState]:
    """Take everything back and remember only that there is nothing to remember.

    Emits   an empty contribution, then its tombstone, per household; tombstones of this step's outcomes
    """
    emits: list[Event | Forget] = [*withdrawn_contributions(state, state.contributions, context.policy.hash)]
    for signal in state.signals:
        if signal.told_kind is not None:
            emits.append(Forget("outcome.v1", state.person, f"{signal.signal}/{WRITER}"))
    day = max(event.happened_on, context.today)
    after = PersonState(state.person, state.number + 1, None, day, (), (), (), ())
    return Decision(after, tuple(emits), forgotten_on(day, context))


def while_erased(state: PersonState, event: Event, context: Context) -> Decision[PersonState]:
    """Drop every record of the erased; forget even the erasure when its bound has passed."""
    assert state.erased_on is not None
    bound = forgotten_on(state.erased_on, context)
    if isinstance(event, DayBegan | PolicyPublished) and context.today >= bound:
        return Decision(None)
    return Decision(state, (), bound)
