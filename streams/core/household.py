"""Step `household`: from the latest contribution of each member, the alerts that stand and what teams are told."""

import dataclasses
from collections.abc import Sequence
from datetime import date

from schemas.events.alert import TeamDecision
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.event import Event, Forgotten
from schemas.events.state import Episode, HouseholdState, Member, Moving
from schemas.identity import HouseholdId, alert_opened_by
from schemas.vocabulary import AlertReason, ContributionKind
from streams.core.accounts import access_decisions, outcomes
from streams.core.answer import answered, unknown_alert
from streams.core.correlation import Gathered, eligible, gathered
from streams.core.episode import Turn, continued, forgotten_on, is_live, opened, withdrawn
from streams.core.moving import forgotten, is_waiting, looked_at_again, noted, stays
from streams.core.routing import Route, routed
from streams.core.rules import Match, first_match
from streams.core.step import Context, Decision


def empty_household(household: HouseholdId) -> HouseholdState:
    """A household of which nothing is known yet."""
    return HouseholdState(household, (), (), (), ())


def household_of(event: Event) -> HouseholdId:
    """Whose record this is."""
    match event:
        case Contribution() | TeamDecision():
            return event.household
        case Forgotten():
            return HouseholdId(event.owner)
        case _:
            raise NotImplementedError(type(event))


def decide_household(state: HouseholdState | None, event: Event, context: Context) -> Decision[HouseholdState]:
    """Which alerts stand for this household now, and what its team is told.

    Time    civil days of calendar.v1, not the clock
    Emits   Alert on change, one AccessDecision per signal of each revision, Outcome on change
    """
    match event:
        case DayBegan() | PolicyPublished():
            return Decision(None) if state is None else _concluded(state, event, context)
        case Contribution():
            known = state or empty_household(event.household)
            return _concluded(_contributed(known, event), event, context)
        case Forgotten():
            return Decision(None) if state is None else _concluded(_left(state, event.entity), event, context)
        case TeamDecision():
            if state is None or not any(each.alert == event.alert for each in state.episodes):
                return Decision(state, (unknown_alert(event, context),))
            return _concluded(state, event, context, event)
        case _:
            raise NotImplementedError(type(event))


def _contributed(state: HouseholdState, event: Contribution) -> HouseholdState:
    known = {each.person: each for each in state.members}
    before = known.get(event.person)
    if before is not None and before.number >= event.number:
        return state
    state = dataclasses.replace(state, moving=noted(state, event))
    if event.kind is ContributionKind.EMPTY:
        return _left(state, event.person)
    known[event.person] = Member(
        person=event.person,
        number=event.number,
        area=event.area,
        role=event.role,
        since=event.since,
        policy_hash=event.policy_hash,
        signals=event.signals,
        move=event.move,
    )
    return dataclasses.replace(state, members=tuple(known[person] for person in sorted(known)))


def _left(state: HouseholdState, person: str) -> HouseholdState:
    return dataclasses.replace(state, members=tuple(m for m in state.members if m.person != person))


def _concluded(
    state: HouseholdState, event: Event, context: Context, decision: TeamDecision | None = None
) -> Decision[HouseholdState]:
    if state.moving:
        state = dataclasses.replace(state, moving=forgotten(state.moving, context.today))
    waits = is_waiting(state.moving)
    gathering = gathered(state.members, context)
    route = routed(state.members, context.policy.routing)
    turns: list[Turn] = []
    for theme, episode in _episodes(state, context).items():
        found = first_match(context.policy.active_rules(theme), eligible(gathering, episode))
        if waits and stays(state, episode, found, gathering, event, context):
            turns.append(Turn(episode))
            continue
        turns.extend(_turns(state.household, theme, episode, found, route, event, context, decision))
    episodes = _remembered(_latest(turns), context)
    told = outcomes(state, episodes, gathering, route, waits, context)
    alerts = tuple(turn.alert for turn in turns if turn.alert is not None)
    decisions = tuple(each for alert in alerts for each in access_decisions(alert, gathering, context))
    after = HouseholdState(state.household, state.members, episodes, told.standing, state.moving)
    emits = (*alerts, *decisions, *told.emits)
    due = _due(gathering, episodes, state.moving, context)
    return Decision(after if after.members or after.episodes or after.moving else None, emits, due)


def _episodes(state: HouseholdState, context: Context) -> dict[str, Episode | None]:
    """Every theme that has rules or an episode, in one fixed order."""
    known: dict[str, Episode | None] = dict.fromkeys(context.policy.themes)
    known |= {each.theme: each for each in state.episodes}
    return {theme: known[theme] for theme in sorted(known)}


def _latest(turns: Sequence[Turn]) -> tuple[Episode, ...]:
    by_theme = {turn.episode.theme: turn.episode for turn in turns if turn.episode is not None}
    return tuple(by_theme[theme] for theme in sorted(by_theme))


def _remembered(episodes: Sequence[Episode], context: Context) -> tuple[Episode, ...]:
    return tuple(e for e in episodes if is_live(e) or context.today < forgotten_on(e, context))


def _turns(
    household: HouseholdId,
    theme: str,
    episode: Episode | None,
    found: Match | None,
    route: Route | None,
    event: Event,
    context: Context,
    decision: TeamDecision | None,
) -> Sequence[Turn]:
    """First what the facts ask of an episode, then the answer to what the team decided about it."""
    first = _follows(household, theme, episode, found, route, event, context)
    if decision is None or first.episode is None or first.episode.alert != decision.alert:
        return (first,)
    return (first, answered(household, first.episode, found, decision, context))


def _follows(
    household: HouseholdId,
    theme: str,
    episode: Episode | None,
    found: Match | None,
    route: Route | None,
    event: Event,
    context: Context,
) -> Turn:
    if episode is not None and is_live(episode):
        if found is not None and route is not None:
            return continued(household, episode, found, route, context)
        return withdrawn(household, episode, _why_withdrawn(theme, found, context), context)
    if found is None or route is None or not _says_something_new(found, episode):
        return Turn(episode)
    alert = alert_opened_by(household, theme, str(event.at))
    return opened(household, found, route, alert, episode, context)


def _says_something_new(found: Match, episode: Episode | None) -> bool:
    settled = episode.settled if episode is not None else ()
    return any(each.signal.signal not in settled for each in found.signals)


def _why_withdrawn(theme: str, found: Match | None, context: Context) -> AlertReason:
    if found is not None:
        return AlertReason.NO_TEAM
    has_rules = bool(context.policy.active_rules(theme))
    return AlertReason.NO_LONGER_MATCHED if has_rules else AlertReason.RULE_STOPPED


def _due(
    gathering: Gathered, episodes: Sequence[Episode], moving: Sequence[Moving], context: Context
) -> date | None:
    """The first day on which something that is usable now may not be used any more, or can be forgotten."""
    days: list[date | None] = [each.signal.usable_until for each in gathering.usable]
    days += [forgotten_on(each, context) for each in episodes if not is_live(each)]
    days += looked_at_again(moving)
    if gathering.usable or gathering.denied:
        days += context.policy.convenant.turning_days
    return min((day for day in days if day is not None and day > context.today), default=None)
