"""The words in which specifications are told: households and days, never ids."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from schemas.codec import Codec
from schemas.events.alert import Alert, TeamDecision
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.event import Event, Forget
from schemas.events.register import Consent, Membership, Move, PersonLifecycle
from schemas.events.signal import Signal
from schemas.identity import (
    AreaCode,
    ConsentId,
    DecisionId,
    HouseholdId,
    MoveId,
    PersonPseudonym,
    ReceiptId,
    SignalId,
    TeamId,
    signal_version,
)
from schemas.sectors import LIFE_DOMAIN_OF, SECTOR_OF
from schemas.shapes import milliseconds
from schemas.vocabulary import (
    Attestation,
    CalendarKind,
    ConsentKind,
    GivenBy,
    HouseholdRole,
    LifecycleKind,
    MembershipKind,
    Purpose,
    SignalKind,
    Source,
    TeamDecisionKind,
    TeamOutcome,
    VersionKind,
)
from streams.core.view import view
from streams.policy.bundle import published
from streams.policy.load import load_bundle
from streams.runtime.memory import Memory

DAY_ONE = date(2026, 1, 1)
MOLENBUURT, OOSTERDIJK, NOWHERE_AREA = "BU99900101", "BU99900201", "BU99909999"
RECEIPT = ReceiptId(hashlib.sha256(b"receipt").hexdigest()[:32])


def named(kind: str, name: str) -> str:
    """A fixed id for a name in a story."""
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()[:32]


def person(name: str) -> PersonPseudonym:
    return PersonPseudonym(named("person", name))


def household(name: str) -> HouseholdId:
    return HouseholdId(named("household", name))


def day(number: int) -> date:
    return DAY_ONE + timedelta(days=number - 1)


def at(number: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=number - 1, minutes=minute)


@cache
def bundle() -> str:
    return load_bundle()


def policy(*stopped: str) -> PolicyPublished:
    return published(bundle(), at(1), stopped)


def dawn(number: int) -> DayBegan:
    return DayBegan(CalendarKind.DAY_BEGAN, day(number))


def joined(
    who: str, into: str, on: int = 1, area: str = MOLENBUURT, role: HouseholdRole = HouseholdRole.ADULT
) -> Membership:
    return _membership(MembershipKind.MEMBER, who, into, on, None, area, role)


def left(who: str, what: str, on: int, since: int = 1, area: str = MOLENBUURT) -> Membership:
    return _membership(MembershipKind.FORMER, who, what, since, on, area, HouseholdRole.ADULT)


def _membership(
    kind: MembershipKind,
    who: str,
    where: str,
    since: int,
    until: int | None,
    area: str,
    role: HouseholdRole,
) -> Membership:
    recorded = at(until if until is not None else since)
    ended = day(until) if until is not None else None
    return Membership(
        kind, person(who), household(where), AreaCode(area), role, (), day(since), ended, recorded, RECEIPT
    )


def moving(name: str, on: int, *said: Membership) -> list[Membership]:
    """These people move together: each household is told of how many of them it will hear."""
    movers = Counter(each.household for each in said)
    return [
        dataclasses.replace(
            each,
            move=Move(MoveId(named("move", f"{name}/{each.household}")), day(on), movers[each.household]),
        )
        for each in said
    ]


ATTESTED = tuple(sorted(set(Attestation) - {Attestation.UNKNOWN}))


def _signal(
    who: str,
    name: str,
    source: Source,
    kind: SignalKind,
    on: int,
    version: int,
    said: VersionKind,
    crisis: bool = False,
) -> Signal:
    signal = SignalId(named("signal", f"{who}/{name}"))
    mutated = at(on, version)
    content = named("content", f"{name}/{kind}/{on}/{said}/{crisis}")
    return Signal(
        kind=said,
        signal=signal,
        version=signal_version(signal, milliseconds(mutated), content),
        person=person(who),
        source=source,
        sector=SECTOR_OF[source],
        life_domain=LIFE_DOMAIN_OF[kind],
        signal_kind=kind,
        observed_on=day(on),
        ended_on=None,
        crisis=crisis,
        mutated_at=mutated,
        content_hash=content,
        receipt=RECEIPT,
        row=1,
        row_hash=named("row", name),
        attestations=ATTESTED if source is Source.DEBT_SERVICES else (),
    )


def absence(who: str, on: int, name: str = "verzuim") -> Signal:
    kind = SignalKind.ABSENCE_16H_UNDER_18
    return _signal(who, name, Source.SCHOOL_ATTENDANCE, kind, on, 0, VersionKind.REPORTED)


def arrears(
    who: str, on: int, kind: SignalKind = SignalKind.ARREARS_RENT, crisis: bool = False, name: str = ""
) -> Signal:
    return _signal(who, name or f"schuld-{kind}", Source.DEBT_SERVICES, kind, on, 0, VersionKind.REPORTED, crisis)


def taken_back(signal: Signal, who: str, name: str, version: int = 5) -> Signal:
    """The source withdraws a signal it sent."""
    on = (signal.observed_on - DAY_ONE).days + 1
    again = _signal(who, name, signal.source, signal.signal_kind, on, version, VersionKind.WITHDRAWN)
    assert again.signal == signal.signal
    return again


def corrected(who: str, on: int, name: str = "verzuim", version: int = 1) -> Signal:
    kind = SignalKind.ABSENCE_HOLIDAY
    return _signal(who, name, Source.SCHOOL_ATTENDANCE, kind, on, version, VersionKind.CORRECTED)


def _statement(
    kind: ConsentKind, who: str, on: int, source: Source | None, until: int | None, name: str, minute: int
) -> Consent:
    return Consent(
        kind=kind,
        consent=ConsentId(named("consent", f"{who}/{name}")),
        person=person(who),
        source=source,
        purpose=Purpose.USE_FOR_CORRELATION,
        valid_from=day(on),
        valid_until=day(until) if until else None,
        given_by=GivenBy.SELF,
        recorded_at=at(on, minute),
        receipt=RECEIPT,
        row=1,
    )


def agreed(
    who: str,
    on: int = 1,
    source: Source | None = Source.SCHOOL_ATTENDANCE,
    until: int | None = None,
    name: str = "toestemming",
) -> Consent:
    return _statement(ConsentKind.GIVEN, who, on, source, until, name, 0)


def withdrew(
    who: str, on: int, source: Source | None = Source.SCHOOL_ATTENDANCE, name: str = "toestemming"
) -> Consent:
    return _statement(ConsentKind.WITHDRAWN, who, on, source, None, name, 10)


def objected(who: str, on: int, source: Source | None = None, name: str = "bezwaar") -> Consent:
    return _statement(ConsentKind.OBJECTED, who, on, source, None, name, 0)


def erased(who: str, on: int) -> PersonLifecycle:
    return PersonLifecycle(LifecycleKind.ERASED, person(who), None, day(on), at(on))


def died(who: str, on: int) -> PersonLifecycle:
    return PersonLifecycle(LifecycleKind.DIED, person(who), None, day(on), at(on))


def takes_up(alert: Alert, name: str = "besluit", revision: int | None = None) -> TeamDecision:
    return _team_decision(TeamDecisionKind.TAKEN_UP, alert, name, revision, None)


def closes(alert: Alert, name: str = "afsluiting", revision: int | None = None) -> TeamDecision:
    return _team_decision(TeamDecisionKind.CLOSED, alert, name, revision, TeamOutcome.CONTACT_MADE)


def _team_decision(
    kind: TeamDecisionKind, alert: Alert, name: str, revision: int | None, outcome: TeamOutcome | None
) -> TeamDecision:
    return TeamDecision(
        kind=kind,
        decision=DecisionId(named("decision", name)),
        alert=alert.alert,
        household=alert.household,
        team=TeamId(alert.team),
        revision=alert.revision if revision is None else revision,
        outcome=outcome,
        to_team=None,
        until=None,
        decided_at=at(30),
    )


@cache
def codec() -> Codec:
    return Codec()


Said = Event | Forget


def told(said: Sequence[Said], first: int = 1, partitions: int = 1) -> Memory:
    """A run of both steps over what was said, under today's policy, from day *first*."""
    memory = Memory(codec(), partitions)
    memory.publish(dawn(first), policy())
    memory.publish(*said)
    return memory.run()


def seen(memory: Memory) -> dict[str, Any]:
    """The view of a run."""
    return view(memory.states("household").values())


def alerts(memory: Memory) -> list[Alert]:
    return [each for each in memory.events("alert.v1") if isinstance(each, Alert)]


def open_alerts(memory: Memory) -> dict[str, Alert]:
    """The newest revision of every alert that a team has before it."""
    newest = {each.alert: each for each in alerts(memory)}
    return {name: each for name, each in newest.items() if each.views}
