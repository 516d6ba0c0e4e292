"""Let a signal contribute only on a ground that holds for this person today, at use and again at publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.events.contribution import ContributedSignal
from schemas.events.state import KeptConsent, KeptSignal
from schemas.identity import ConsentId
from schemas.vocabulary import Reason
from streams.core.consent import consent_for, refusal
from streams.core.policy import Ground, Policy


@dataclass(frozen=True, slots=True)
class Permission:
    """A signal may be used: on what ground, and until when."""

    ground: Ground
    reason: Reason
    consent: ConsentId | None
    usable_until: date


@dataclass(frozen=True, slots=True)
class Denial:
    """A signal may not be used, and why; the ground that came nearest, if any."""

    reason: Reason
    ground: Ground | None = None


def _not_usable(ground: Ground, policy: Policy, today: date) -> Reason | None:
    if policy.is_stopped("ground", ground.id):
        return Reason.GROUND_STOPPED
    return None if ground.in_force(today) else Reason.GROUND_NOT_IN_FORCE


def _on_ground(
    ground: Ground, signal: KeptSignal, statements: Sequence[KeptConsent], policy: Policy, today: date
) -> Permission | Denial:
    if (reason := _not_usable(ground, policy, today)) is not None:
        return Denial(reason, ground)
    if not ground.requires <= set(signal.attestations):
        return Denial(Reason.ATTESTATION_MISSING, ground)
    ends = [signal.observed_on + timedelta(days=ground.retention_days)]
    if ground.in_force_until is not None:
        ends.append(ground.in_force_until)
    if ground.basis == "statutory":
        return Permission(ground, Reason.STATUTORY_TASK, None, min(ends))
    standing = consent_for(statements, signal.source, today)
    if standing.consent is None:
        return Denial(standing.reason, ground)
    if standing.valid_until is not None:
        ends.append(standing.valid_until)
    return Permission(ground, standing.reason, standing.consent, min(ends))


def judged(
    signal: KeptSignal,
    statements: Sequence[KeptConsent],
    died_on: date | None,
    policy: Policy,
    today: date,
) -> Permission | Denial:
    """Whether this signal may be used for correlation: the check at use.

    Time    civil days of calendar.v1, not the clock
    Source  law.md 7.2-7.3; the first ground of the convenant that holds is taken
    """
    if died_on is not None:
        return Denial(Reason.PERSON_DIED)
    if (refused := refusal(statements, signal.source, today)) is not None:
        return Denial(refused)
    tried = [
        _on_ground(ground, signal, statements, policy, today)
        for ground in policy.convenant.by_kind.get((signal.source, signal.signal_kind), ())
    ]
    permitted = next((each for each in tried if isinstance(each, Permission)), None)
    return permitted or next(iter(tried), Denial(Reason.NOT_IN_CONVENANT))


def judged_again(signal: ContributedSignal, policy: Policy, today: date) -> Reason | None:
    """Why a contributed signal may not be shown after all, under the household's own policy; None if it may.

    This is the check at publish: a withdrawal reaches it as a new contribution, a stopped ground as policy,
    an ended consent or retention as a day.
    """
    ground = policy.ground(signal.ground)
    if ground is None or ground.source != signal.source or signal.signal_kind not in ground.kinds:
        return Reason.NOT_IN_CONVENANT
    if (reason := _not_usable(ground, policy, today)) is not None:
        return reason
    if today >= signal.observed_on + timedelta(days=ground.retention_days):
        return Reason.RETENTION_PASSED
    if today >= signal.usable_until:
        return Reason.CONSENT_EXPIRED if ground.basis == "consent" else Reason.RETENTION_PASSED
    return None
