"""A household that moves is looked at when all its movers arrived, or on the next day, so that alerts do not flap.

What takes something away acts at once; only what a half-arrived move seems to say waits.
Source  docs/adr/0020-wait-for-the-whole-move.md
"""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from schemas.events.alert import TeamDecision
from schemas.events.contribution import Contribution
from schemas.events.event import Event
from schemas.events.register import Move
from schemas.events.state import Episode, HouseholdState, Moving
from schemas.identity import PersonPseudonym
from schemas.vocabulary import ContributionKind, Urgency
from streams.core.correlation import Gathered
from streams.core.episode import is_live
from streams.core.rules import Match
from streams.core.step import Context

_A_DAY = timedelta(days=1)


def noted(state: HouseholdState, event: Contribution) -> tuple[Moving, ...]:
    """The moves of a household after this contribution: who arrived, and who left by it.

    Whoever is taken back for another reason did not leave by a move, so that taking back acts at once.
    """
    person, move = event.person, event.move
    if not state.moving and move is None:
        return ()
    known = {each.move.move: _without(each, person) for each in state.moving}
    if move is not None:
        before = known.get(move.move) or Moving(move, (), ())
        left = {*before.left, person} if event.kind is ContributionKind.EMPTY else before.left
        known[move.move] = Moving(before.move, _sorted({*before.arrived, person}), _sorted(left))
    return tuple(known[name] for name in sorted(known))


def forgotten(moving: Sequence[Moving], today: date) -> tuple[Moving, ...]:
    """The moves that still matter today."""
    return tuple(each for each in moving if _matters(each.move, today))


def looked_at_again(moving: Iterable[Moving]) -> Iterable[date]:
    """The days on which these moves are over, whoever is missing."""
    return (each.move.on + _A_DAY for each in moving)


def is_waiting(moving: Iterable[Moving]) -> bool:
    """Whether a mover is still on the way."""
    return any(len(each.arrived) < each.move.movers for each in moving)


def stays(
    state: HouseholdState,
    episode: Episode | None,
    found: Match | None,
    gathering: Gathered,
    event: Event,
    context: Context,
) -> bool:
    """Whether this episode may wait for the rest of a move.

    Not when a team must be answered, today is too late to wait, or something it rests on was taken away.
    """
    if isinstance(event, TeamDecision) or (found is not None and found.rule.urgency is Urgency.TODAY):
        return False
    if episode is None or not is_live(episode):
        return True
    rules = context.policy.active_rules(episode.theme)
    if all((rule.id, rule.version) != (episode.rule, episode.rule_version) for rule in rules):
        return False
    if context.policy.routing.areas.get(episode.area) != episode.team:
        return False
    if episode.urgency is Urgency.TODAY:
        return False
    held = {(each.signal.signal, each.signal.version) for each in gathering.usable}
    left = {person for each in state.moving for person in each.left}
    return all((each.signal, each.version) in held or each.person in left for each in episode.signals)


def _matters(move: Move, today: date) -> bool:
    """On its day; and on the day before it, for the register's clock may run a little before the calendar.

    Nothing more, so that a wrong clock elsewhere never keeps an alert waiting.
    """
    return today <= move.on <= today + _A_DAY and move.movers > 1


def _without(moving: Moving, person: PersonPseudonym) -> Moving:
    if person not in moving.left:
        return moving
    return dataclasses.replace(moving, left=tuple(each for each in moving.left if each != person))


def _sorted(persons: Iterable[PersonPseudonym]) -> tuple[PersonPseudonym, ...]:
    return tuple(sorted(persons))
