"""Erased stays erased: what a person's state does from `erased` until nothing of them can come any more."""

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forget
from schemas.events.register import PersonLifecycle
from schemas.events.state import PersonState
from schemas.identity import HouseholdId
from schemas.vocabulary import MembershipKind
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
    known = dataclasses.replace(state, memberships=())  # no move explains this taking back
    households = sorted({*(each.household for each in state.contributions), *_still_waiting(state, context)})
    emits: list[Event | Forget] = [*withdrawn_contributions(known, households, context.policy.hash)]
    for signal in state.signals:
        if signal.told_kind is not None:
            emits.append(Forget("outcome.v1", state.person, f"{signal.signal}/{WRITER}"))
    day = max(event.happened_on, context.today)
    after = PersonState(state.person, state.number + 1, None, day, (), (), (), ())
    return Decision(after, tuple(emits), forgotten_on(day, context))


def _still_waiting(state: PersonState, context: Context) -> Iterator[HouseholdId]:
    """Households this person left by a move, which may be waiting for the others with their alert as it was."""
    for each in state.memberships:
        if each.kind is MembershipKind.FORMER and each.move is not None and context.today <= each.move.on:
            yield each.household


def while_erased(state: PersonState, event: Event, context: Context) -> Decision[PersonState]:
    """Drop every record of the erased; forget even the erasure when its bound has passed."""
    assert state.erased_on is not None
    bound = forgotten_on(state.erased_on, context)
    if isinstance(event, DayBegan | PolicyPublished) and context.today >= bound:
        return Decision(None)
    return Decision(state, (), bound)
