"""What follows from a team's decision: it is carried out, or the team is told why not."""

from schemas.events.alert import Alert, TeamDecision
from schemas.events.state import Episode
from schemas.identity import AreaCode, HouseholdId
from schemas.vocabulary import AlertKind, AlertReason, AlertStatus, TeamDecisionKind, Urgency
from streams.core.episode import Turn, closed, not_applied, taken_up
from streams.core.rules import Match
from streams.core.step import Context

_SETTLED = {
    AlertStatus.WITHDRAWN: AlertReason.ALREADY_WITHDRAWN,
    AlertStatus.CLOSED: AlertReason.ALREADY_CLOSED,
}


def _objection(episode: Episode, decision: TeamDecision) -> AlertReason | None:
    if (settled := _SETTLED.get(episode.status)) is not None:
        return settled
    if decision.team != episode.team:
        return AlertReason.REASSIGNED
    return AlertReason.NEWER_REVISION if decision.revision != episode.revision else None


def answered(
    household: HouseholdId,
    episode: Episode,
    match: Match | None,
    decision: TeamDecision,
    context: Context,
) -> Turn:
    """The turn that a team's decision leads to, answering it in every case."""
    if (reason := _objection(episode, decision)) is not None:
        return not_applied(household, episode, match, reason, decision.decision, context)
    match decision.kind:
        case TeamDecisionKind.TAKEN_UP:
            return taken_up(household, episode, match, decision.decision, context)
        case TeamDecisionKind.CLOSED:
            return closed(household, episode, decision.decision, context)
        case _:
            raise NotImplementedError(decision.kind)


def unknown_alert(decision: TeamDecision, context: Context) -> Alert:
    """The answer about an alert that this household does not have; revision 0 of nothing."""
    return Alert(
        kind=AlertKind.DECISION_NOT_APPLIED,
        alert=decision.alert,
        household=decision.household,
        theme="",
        revision=0,
        status=AlertStatus.WITHDRAWN,
        reason=AlertReason.UNKNOWN_ALERT,
        team=decision.team,
        area=AreaCode("none"),
        urgency=Urgency.FOLLOW,
        rule="",
        rule_version="",
        policy_hash=context.policy.hash,
        opened_on=context.today,
        changed_on=context.today,
        respond_before=None,
        answers=decision.decision,
        signals=(),
        members=(),
        views=(),
    )
