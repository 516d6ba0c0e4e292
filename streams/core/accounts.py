"""What a household writes down: an authorisation decision per signal shown, and what became of every signal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.events.account import AccessDecision, Outcome
from schemas.events.alert import Alert
from schemas.events.event import Event, Forget
from schemas.events.state import Episode, HouseholdState, ToldOutcome
from schemas.vocabulary import OutcomeKind, Purpose, Reason
from streams.core.correlation import Gathered
from streams.core.episode import is_live
from streams.core.routing import Route
from streams.core.rules import Contributing
from streams.core.step import Context

Verdict = tuple[OutcomeKind, Reason]


@dataclass(frozen=True, slots=True)
class Told:
    """What stands about each signal now, and what must be published to make it so."""

    standing: tuple[ToldOutcome, ...]
    emits: tuple[Event | Forget, ...]


def access_decisions(alert: Alert, gathering: Gathered, context: Context) -> Iterator[AccessDecision]:
    """One decision per signal of this revision, re-decided here and now: the check at publish.

    Source  promises.md I3
    """
    contributed = {each.signal.signal: each for each in gathering.usable}
    for used in alert.signals:
        yield _decision(contributed[used.signal], alert, _basis(contributed[used.signal], context), context)


def _basis(each: Contributing, context: Context) -> Reason:
    ground = context.policy.ground(each.signal.ground)
    assert ground is not None
    return Reason.STATUTORY_TASK if ground.basis == "statutory" else Reason.CONSENT_VALID


def _decision(each: Contributing, alert: Alert, reason: Reason, context: Context) -> AccessDecision:
    signal = each.signal
    return AccessDecision(
        person=each.person,
        signal=signal.signal,
        version=signal.version,
        source=signal.source,
        signal_kind=signal.signal_kind,
        observed_on=signal.observed_on,
        purpose=Purpose.SHOW_TO_TEAM,
        subject="step household",
        allowed=True,
        reason=reason,
        ground=signal.ground,
        consent=signal.consent,
        policy_hash=context.policy.hash,
        decided_on=context.today,
        household=alert.household,
        alert=alert.alert,
        revision=alert.revision,
        number=each.number,
    )


def outcomes(
    state: HouseholdState,
    episodes: Sequence[Episode],
    gathering: Gathered,
    route: Route | None,
    waits: bool,
    context: Context,
) -> Told:
    """What became of every signal that is contributed here now; of others nothing is said any more.

    While the household `waits` for the rest of a move, what is in no alert may still get into one.
    """
    verdicts = _verdicts(episodes, gathering, route, waits)
    before = {each.signal: each for each in state.told}
    standing: dict[str, ToldOutcome] = {}
    emits: list[Event | Forget] = []
    for each, (kind, reason) in verdicts:
        signal = each.signal
        old = before.pop(signal.signal, None)
        if old is not None and (old.version, old.kind, old.reason) == (signal.version, kind, reason):
            standing[signal.signal] = old
            continue
        standing[signal.signal] = ToldOutcome(signal.signal, each.person, signal.version, kind, reason, each.number)
        emits.append(_outcome(each, kind, reason, state, context))
    for gone in before.values():
        emits.append(Forget("outcome.v1", gone.person, f"{gone.signal}/{state.household}"))
    return Told(tuple(standing[signal] for signal in sorted(standing)), tuple(emits))


def _verdicts(
    episodes: Sequence[Episode], gathering: Gathered, route: Route | None, waits: bool
) -> list[tuple[Contributing, Verdict]]:
    in_open = {s.signal for episode in episodes if is_live(episode) for s in episode.signals}
    in_closed = {signal for episode in episodes for signal in episode.settled}
    verdicts: list[tuple[Contributing, Verdict]] = [
        (each, (OutcomeKind.DENIED, reason)) for each, reason in gathering.denied
    ]
    for each in gathering.usable:
        signal = each.signal.signal
        if signal in in_open:
            verdict = (OutcomeKind.USED, Reason.IN_OPEN_ALERT)
        elif signal in in_closed:
            verdict = (OutcomeKind.USED, Reason.IN_CLOSED_ALERT)
        elif signal in gathering.waiting:
            verdict = (OutcomeKind.WAITING, Reason.POLICY_DIFFERS)
        elif waits:
            verdict = (OutcomeKind.WAITING, Reason.MOVE_UNDER_WAY)
        elif route is None:
            verdict = (OutcomeKind.WAITING, Reason.NO_TEAM)
        else:
            verdict = (OutcomeKind.KEPT_NO_MATCH, Reason.NO_RULE_MATCHED)
        verdicts.append((each, verdict))
    return verdicts


def _outcome(
    each: Contributing, kind: OutcomeKind, reason: Reason, state: HouseholdState, context: Context
) -> Outcome:
    return Outcome(
        kind=kind,
        reason=reason,
        signal=each.signal.signal,
        version=each.signal.version,
        person=each.person,
        writer=state.household,
        number=each.number,
        source=each.signal.source,
        decided_on=context.today,
    )
