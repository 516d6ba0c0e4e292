"""Referral and consent through the one loop: each to its own topic, once, also after a crash."""

import io

import pytest

from schemas.events.account import ProcessingLine
from schemas.events.delivery import Delivery
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.vocabulary import ConsentKind, Refusal
from tests.support.deliveries import CONNECTORS, NUMBERS, Door, Stopped, number
from tests.support.fhir import as_xml, bundle, consent, lines, provision, referral, written

CHANGED = {"lastUpdated": "2026-04-01T10:00:00+02:00"}


def test_one_delivery_fills_two_topics_under_the_person_of_both() -> None:
    door = Door()
    taken = door.send("general_practice", written(bundle(referral(), consent())))
    assert (taken.accepted, taken.refused) == (2, ())
    topics = [each.topic for each in door.log.records if each.topic not in ("delivery.v1", "processing.v1")]
    assert topics == ["signal.general-practice.v1", "consent.v1"]
    (signal,), (said,) = door.log.events(Signal), door.log.events(Consent)
    assert signal.person == said.person
    assert [each.name for each in door.log.events(ProcessingLine)] == [
        "signaal-ontvangen",
        "toestemming-vastgelegd",
    ]


def test_the_same_delivery_packed_otherwise_publishes_nothing_new() -> None:
    door = Door()
    resources = [referral(meta=CHANGED), consent()]
    door.send("general_practice", written(bundle(*resources)))
    again = door.send("general_practice", lines(*resources))
    assert (again.accepted, again.duplicates) == (0, (1, 2))


def test_a_refused_referral_does_not_take_the_consent_with_it() -> None:
    door = Door()
    taken = door.send("general_practice", written(bundle(referral(status="draft"), consent())))
    assert [(each.row, each.reason) for each in taken.refused] == [(1, Refusal.KIND_NOT_ACCEPTED)]
    assert [each.kind for each in door.log.events(Consent)] == [ConsentKind.GIVEN]


def test_every_row_is_accounted_for_in_the_closing() -> None:
    door = Door()
    many = [each for n in range(40) for each in (referral(f"sr-{n}", number(n)), consent(f"c-{n}", number(n)))]
    door.send("general_practice", lines(*many, referral("zonder", NUMBERS[0], requester=None)))
    closed = door.log.events(Delivery)[-1]
    assert (closed.rows, closed.accepted, len(closed.refused)) == (81, 80, 1)
    assert len(door.log.events(Signal)) == len(door.log.events(Consent)) == 40


@pytest.mark.parametrize("dies_at", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_publishes_the_same_records(dies_at: int, after: bool) -> None:
    content = written(bundle(referral(), consent()))
    door = Door()
    door.log.dies_at, door.log.after = dies_at, after
    with pytest.raises(Stopped):
        door.send("general_practice", content)
    door.log.dies_at = None
    door.send("general_practice", content)
    for kind in (Signal, Consent):
        assert len(set(door.log.events(kind))) == 1


def test_the_time_of_a_bundle_orders_what_states_no_time_of_its_own() -> None:
    door = Door()
    late = bundle(referral(status="revoked"), consent(), timestamp="2026-04-02T08:00:00Z")
    early = bundle(referral(), consent(), timestamp="2026-04-01T08:00:00Z")
    for each in (late, early):
        door.send("general_practice", written(each))
    withdrawn, reported = door.log.events(Signal)
    assert withdrawn.mutated_at > reported.mutated_at


def test_a_time_ahead_of_the_clock_is_refused() -> None:
    door = Door()
    ahead = {"lastUpdated": "2026-05-01T10:00:00Z"}
    taken = door.send("general_practice", written(bundle(referral(meta=ahead), consent(meta=ahead))))
    assert {each.reason for each in taken.refused} == {Refusal.DATE_IN_FUTURE}


def test_a_row_that_would_not_fit_is_refused_alone() -> None:
    many = [consent(f"c-{n}", NUMBERS[0]) for n in range(60)]
    taken = Door().send("general_practice", written(bundle(referral(), *many)))
    assert [(each.row, each.reason) for each in taken.refused] == [(1, Refusal.SIZE)]
    wide = [provision() for _ in range(500)]
    content = lines(consent(provision=provision(provision=wide[:40])))
    assert Door().send("general_practice", content).refused == ()
    deep = consent(provision=provision(provision=[provision(provision=wide[:30]) for _ in range(30)]))
    (one,) = Door().send("general_practice", as_xml(bundle(deep, referral(number=NUMBERS[1])))).refused[:1]
    assert (one.row, one.reason) == (1, Refusal.SIZE)


def test_more_entries_than_a_file_may_hold_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.general_practice.entries.MOST_ROWS", 2)
    said = CONNECTORS["general_practice"].delivered(
        io.BytesIO(written(bundle(referral(), consent(), referral("b"))))
    )
    assert getattr(said, "reason", None) is Refusal.SIZE
