"""A referral counts while the consent that came with it stands, and no longer: from the file to the household."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.events.account import Outcome
from schemas.events.contribution import Contribution
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.vocabulary import ContributionKind, OutcomeKind, Reason
from streams.runtime.memory import Memory
from tests.support.deliveries import Door
from tests.support.fhir import actor, bundle, consent, provision, referral, written
from tests.support.stories import dawn, joined, told

LATER = {"lastUpdated": "2026-04-20T10:00:00+02:00"}
MAY_DAY = 121  # 1 May 2026: the day on which the files are taken in


def delivered(*contents: Any) -> list[Signal | Consent]:
    """What the connector publishes of these files, in the order in which they came."""
    door = Door()
    for each in contents:
        taken = door.send("general_practice", written(each))
        assert taken.accepted
    return [*door.log.events(Consent), *door.log.events(Signal)]


def lived(events: list[Signal | Consent], *later: Any) -> Memory:
    """A run over a household of one in which these came."""
    whose = events[0].person
    return told([dawn(MAY_DAY), replace(joined("wie", "huis"), person=whose), *events, *later])


def contributed(memory: Memory) -> bool:
    said = [each for each in memory.events("contribution.v1") if isinstance(each, Contribution)]
    return bool(said) and said[-1].kind is ContributionKind.PRESENT


def fate(memory: Memory) -> tuple[OutcomeKind, Reason]:
    (*_, last) = (each for each in memory.events("outcome.v1") if isinstance(each, Outcome))
    return last.kind, last.reason


REFERRED = bundle(referral(), consent())


def test_a_referral_with_its_consent_counts() -> None:
    memory = lived(delivered(REFERRED))
    assert contributed(memory)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (consent(status="inactive", meta=LATER), Reason.CONSENT_WITHDRAWN),
        (consent("c-2", dateTime="2026-04-20T10:00:00+02:00", provision={"type": "deny"}), Reason.OBJECTED),
        (consent(meta=LATER, provision=provision(actor=[actor("Ziekenhuis Testdam")])), Reason.CONSENT_WITHDRAWN),
        (consent(meta=LATER, provision=provision(period={"end": "2026-04-30"})), Reason.CONSENT_EXPIRED),
    ],
    ids=["withdrawn", "objected", "narrowed", "ended"],
)
def test_a_new_statement_stops_the_use_of_what_was_already_used(answer: Any, reason: Reason) -> None:
    memory = lived(delivered(REFERRED, bundle(answer)))
    assert not contributed(memory)
    assert fate(memory) == (OutcomeKind.DENIED, reason)


def test_a_withdrawal_holds_also_when_it_overtakes_the_consent() -> None:
    first, second = delivered(REFERRED, bundle(consent(status="inactive", meta=LATER)))[:2]
    (signal,) = delivered(REFERRED)[1:]
    signal = replace(signal, person=first.person)
    for order in ([first, second, signal], [second, first, signal], [signal, second, first]):
        assert not contributed(lived(order))


def test_a_consent_given_anew_lets_the_referral_count_again() -> None:
    anew = consent("c-2", dateTime="2026-04-25T10:00:00+02:00", provision=provision(period=None))
    memory = lived(delivered(REFERRED, bundle(consent(status="inactive", meta=LATER)), bundle(anew)))
    assert contributed(memory)


def test_a_consent_that_ends_by_itself_ends_the_use() -> None:
    events = delivered(bundle(referral(), consent(provision=provision(period={"end": "2026-05-03"}))))
    assert contributed(lived(events, dawn(MAY_DAY + 2)))
    assert not contributed(lived(events, dawn(MAY_DAY + 3)))
