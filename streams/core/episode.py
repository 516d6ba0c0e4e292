"""The life of one alert: opened by a match, changed, taken back, taken up, closed; one open per theme."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.events.alert import Alert, UsedSignal, View
from schemas.events.state import Episode
from schemas.identity import AlertId, DecisionId, HouseholdId, SignalId
from schemas.vocabulary import AlertKind, AlertReason, AlertStatus
from streams.core.hashing import content_hash
from streams.core.routing import Route
from streams.core.rules import Contributing, Match
from streams.core.step import Context
from streams.core.views import views_of

LIVE = (AlertStatus.OPEN, AlertStatus.TAKEN_UP)


@dataclass(frozen=True, slots=True)
class Turn:
    """What an episode becomes and the revision that says so, if any."""

    episode: Episode | None
    alert: Alert | None = None


def is_live(episode: Episode | None) -> bool:
    """Whether a team has this alert before it now."""
    return episode is not None and episode.status in LIVE


def forgotten_on(episode: Episode, context: Context) -> date:
    """The first day on which an ended episode cannot matter any more: its signals are past every retention."""
    return episode.changed_on + timedelta(days=context.policy.longest_retention_days)


def used(each: Contributing) -> UsedSignal:
    """The signal as a revision names it."""
    signal = each.signal
    return UsedSignal(
        signal=signal.signal,
        version=signal.version,
        person=each.person,
        source=signal.source,
        number=each.number,
        ground=signal.ground,
    )


def _content(views: Sequence[View], match: Match, route: Route) -> str:
    versions = tuple((each.signal.signal, each.signal.version, each.signal.ground) for each in match.signals)
    return content_hash(views, versions, match.rule.id, match.rule.version, route.team, route.area)


def opened(
    household: HouseholdId, match: Match, route: Route, alert: AlertId, before: Episode | None, context: Context
) -> Turn:
    """A new alert; what a team has dealt with before stays dealt with."""
    views = views_of(match, context.policy)
    episode = Episode(
        theme=match.rule.theme,
        alert=alert,
        status=AlertStatus.OPEN,
        revision=1,
        rule=match.rule.id,
        rule_version=match.rule.version,
        urgency=match.rule.urgency,
        team=route.team,
        area=route.area,
        opened_on=context.today,
        changed_on=context.today,
        content_hash=_content(views, match, route),
        signals=tuple(map(used, match.signals)),
        settled=before.settled if before is not None else (),
    )
    return _said(household, episode, AlertKind.OPENED, AlertReason.RULE_MATCHED, match, context, views=views)


def continued(household: HouseholdId, episode: Episode, match: Match, route: Route, context: Context) -> Turn:
    """The same alert with what holds now; no revision when nothing a team could see has changed."""
    views = views_of(match, context.policy)
    content = _content(views, match, route)
    signals = tuple(map(used, match.signals))
    if content == episode.content_hash:
        return Turn(dataclasses.replace(episode, signals=signals))
    reason = AlertReason.TEAM_CHANGED if route.team != episode.team else AlertReason.CONTENT_CHANGED
    after = dataclasses.replace(
        episode,
        revision=episode.revision + 1,
        status=AlertStatus.OPEN if route.team != episode.team else episode.status,
        rule=match.rule.id,
        rule_version=match.rule.version,
        urgency=match.rule.urgency,
        team=route.team,
        area=route.area,
        content_hash=content,
        signals=signals,
    )
    return _said(household, after, AlertKind.UPDATED, reason, match, context, views=views)


def withdrawn(household: HouseholdId, episode: Episode, reason: AlertReason, context: Context) -> Turn:
    """The alert taken back: what it showed may no longer be shown."""
    after = dataclasses.replace(episode, revision=episode.revision + 1, status=AlertStatus.WITHDRAWN, signals=())
    return _said(household, after, AlertKind.WITHDRAWN, reason, None, context)


def taken_up(
    household: HouseholdId, episode: Episode, match: Match | None, answers: DecisionId, context: Context
) -> Turn:
    """The team has it in hand."""
    after = dataclasses.replace(episode, revision=episode.revision + 1, status=AlertStatus.TAKEN_UP)
    reason = AlertReason.TAKEN_UP_BY_TEAM
    return _said(household, after, AlertKind.UPDATED, reason, match, context, answers)


def closed(household: HouseholdId, episode: Episode, answers: DecisionId, context: Context) -> Turn:
    """The team is done; its signals do not raise the same alert again."""
    settled: set[SignalId] = {*episode.settled, *(each.signal for each in episode.signals)}
    after = dataclasses.replace(
        episode,
        revision=episode.revision + 1,
        status=AlertStatus.CLOSED,
        signals=(),
        settled=tuple(sorted(settled)),
    )
    return _said(household, after, AlertKind.CLOSED, AlertReason.CLOSED_BY_TEAM, None, context, answers)


def not_applied(
    household: HouseholdId,
    episode: Episode,
    match: Match | None,
    reason: AlertReason,
    answers: DecisionId,
    context: Context,
) -> Turn:
    """The answer to a decision that came too late: nothing else changes."""
    after = dataclasses.replace(episode, revision=episode.revision + 1)
    return _said(household, after, AlertKind.DECISION_NOT_APPLIED, reason, match, context, answers)


def _said(
    household: HouseholdId,
    episode: Episode,
    kind: AlertKind,
    reason: AlertReason,
    match: Match | None,
    context: Context,
    answers: DecisionId | None = None,
    views: tuple[View, ...] | None = None,
) -> Turn:
    """The episode as it is from today on, and the revision that says so; *views* spares making them again."""
    if episode.changed_on != context.today:
        episode = dataclasses.replace(episode, changed_on=context.today)
    alert = _revision(household, episode, kind, reason, context, answers)
    if match is None or not is_live(episode):
        return Turn(episode, alert)
    return Turn(episode, _shown(alert, match, views or views_of(match, context.policy)))


def _shown(alert: Alert, match: Match, views: tuple[View, ...]) -> Alert:
    """The revision with what a team may see of it."""
    days = match.rule.respond_within_days
    return dataclasses.replace(
        alert,
        respond_before=None if days is None else alert.opened_on + timedelta(days=days),
        signals=tuple(map(used, match.signals)),
        members=tuple(sorted({each.person for each in match.signals})),
        views=views,
    )


def _revision(
    household: HouseholdId,
    episode: Episode,
    kind: AlertKind,
    reason: AlertReason,
    context: Context,
    answers: DecisionId | None,
) -> Alert:
    """The bare revision: that there is an alert, and whose it is."""
    return Alert(
        kind=kind,
        alert=episode.alert,
        household=household,
        theme=episode.theme,
        revision=episode.revision,
        status=episode.status,
        reason=reason,
        team=episode.team,
        area=episode.area,
        urgency=episode.urgency,
        rule=episode.rule,
        rule_version=episode.rule_version,
        policy_hash=context.policy.hash,
        opened_on=episode.opened_on,
        changed_on=context.today,
        respond_before=None,
        answers=answers,
        signals=(),
        members=(),
        views=(),
    )
