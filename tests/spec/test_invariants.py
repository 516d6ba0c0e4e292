"""Every invariant holds over a run, and each is seen when somebody breaks it."""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence

import pytest

from schemas.codec import NotDecoded
from schemas.events.account import AccessDecision, Evidence, Outcome
from schemas.events.alert import Alert
from schemas.events.contribution import Contribution
from schemas.events.delivery import Delivery, Quarantined, RefusedRow
from schemas.events.event import Event, Position, placed
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.following import Arrived
from schemas.identity import ReceiptId
from schemas.vocabulary import ConsentKind, DeliveryKind, Reason, Refusal, Source, Stage
from signaalbrug.invariants import check, checked
from streams.core.consent import Standing
from streams.runtime.memory import Memory
from streams.trail.kept import Held, keep
from streams.trail.shelf import Shelf
from tests.support.stories import (
    OOSTERDIJK,
    Said,
    absence,
    agreed,
    alerts,
    arrears,
    at,
    closes,
    codec,
    corrected,
    dawn,
    died,
    erased,
    joined,
    left,
    objected,
    policy,
    takes_up,
    withdrew,
)
from tests.support.trail import arrived, shelf_of, told_with_deliveries

STORY: tuple[Said, ...] = (
    joined("ouder", "huis"),
    joined("kind", "huis"),
    agreed("kind", on=2),
    absence("kind", on=3),
    arrears("ouder", on=10),
    dawn(20),
)
LIVES: tuple[tuple[Said, ...], ...] = (
    STORY,
    (*STORY, withdrew("kind", on=21), dawn(22)),
    (*STORY, objected("ouder", on=21), dawn(22)),
    (*STORY, corrected("kind", on=3), dawn(22)),
    (*STORY, left("kind", "huis", on=21), joined("kind", "ander huis", on=21, area=OOSTERDIJK), dawn(22)),
    (*STORY, policy("rule:school-en-schulden"), policy(), dawn(22)),
    (*STORY, policy("ground:wgs-3-1-b"), dawn(22)),
    (*STORY, died("kind", on=21), dawn(22)),
    (*STORY, erased("kind", on=21), dawn(22)),
    (absence("kind", on=3), dawn(20)),
    (*STORY, dawn(400)),
)


def run(said: Sequence[Said] = STORY) -> Memory:
    memory = told_with_deliveries(said)
    for decided in (takes_up, closes):
        live = [each for each in alerts(memory) if each.views]
        if live:
            memory.publish(decided(live[-1]))
            memory.run()
    return memory


def wrong(records: Sequence[Arrived]) -> set[tuple[str, str]]:
    return {(each.invariant, each.what) for each in check(shelf_of(records), codec())}


def first(records: Sequence[Arrived], kind: type[Event], when: Callable[[Event], bool] = lambda _: True) -> Arrived:
    return next(each for each in records if isinstance(each.event, kind) and when(each.event))


def without(records: Sequence[Arrived], gone: Arrived) -> list[Arrived]:
    return [each for each in records if each is not gone]


def instead(records: Sequence[Arrived], old: Arrived, **changes: object) -> list[Arrived]:
    """The same records, with one that says something else at its place."""
    event = dataclasses.replace(old.event, **changes)  # type: ignore[type-var]
    object.__setattr__(event, "at", old.at)
    value = codec().encode(old.at.topic, event)  # type: ignore[arg-type]
    new = dataclasses.replace(old, event=event, value=value)
    return [new if each is old else each for each in records]


@pytest.mark.parametrize("said", LIVES)
def test_every_invariant_holds_over_a_life(said: tuple[Said, ...]) -> None:
    shelf = shelf_of(arrived(run(said)))
    for each in checked(shelf, codec()):
        assert each.findings == (), each.invariant
    assert [each.invariant for each in checked(shelf, codec())] == ["I1", "I2", "I3", "I4"]


def test_a_check_of_a_run_looked_at_something() -> None:
    assert all(each.checked > 0 for each in checked(shelf_of(arrived(run())), codec()))


def test_a_lost_outcome_is_seen() -> None:
    records = arrived(run((absence("kind", on=3), dawn(20))))
    assert wrong(records) == set()
    lost = without(records, first(records, Outcome))
    assert ("I1", "the newest version of a signal has no outcome: lost") in wrong(lost)


def test_a_lost_signal_is_seen() -> None:
    records = arrived(run())
    said = wrong(without(records, first(records, Signal)))
    assert ("I1", "1 rows were accepted, 0 are on the log") in said
    assert ("I1", "an outcome of a signal version that never came in") in said
    assert ("I4", "an edge whose parent does not exist: contributor") in said


def test_a_row_that_became_two_things_is_seen() -> None:
    records = arrived(run())
    closed = first(records, Delivery, lambda e: isinstance(e, Delivery) and e.kind is DeliveryKind.CLOSED)
    refused = (RefusedRow(1, Refusal.BSN_INVALID, None),)
    said = wrong(instead(records, closed, rows=2, refused=refused))
    assert ("I1", "row 1 became two things") in said
    assert ("I1", "rows is not accepted + duplicates + refused") in wrong(instead(records, closed, rows=9))


def test_a_delivery_that_is_gone_is_seen() -> None:
    records = arrived(run())
    gone = [each for each in records if not isinstance(each.event, Delivery)]
    said = wrong(gone)
    assert ("I1", "rows came in of a delivery nobody opened") in said
    assert ("I4", "the walk reaches no receipt") in said
    assert ("I4", "an edge whose parent does not exist: trigger") in said


def test_a_doubled_revision_is_seen() -> None:
    records = arrived(run())
    alert = first(records, Alert)
    last = max(each.at for each in records if each.at.topic == "alert.v1")
    again = dataclasses.replace(alert, at=last._replace(offset=last.offset + 1))
    assert ("I2", "revision 1 was said twice") in wrong([*records, again])


def test_a_skipped_revision_is_seen() -> None:
    records = arrived(run())
    second = first(records, Alert, lambda e: isinstance(e, Alert) and e.revision == 2)
    assert ("I2", "revision 2 is missing") in wrong(without(records, second))


def test_two_open_alerts_of_one_household_are_seen() -> None:
    records = arrived(told_with_deliveries(STORY))
    alert = first(records, Alert)
    other = dataclasses.replace(alert, at=alert.at._replace(offset=alert.at.offset + 1))
    twice = instead([*records, other], other, alert="f" * 32)
    assert ("I2", "two open alerts of one household and theme") in wrong(twice)


def shown(event: Event) -> bool:
    return isinstance(event, AccessDecision) and event.alert is not None


def test_a_flipped_decision_is_seen() -> None:
    records = arrived(run())
    flipped = instead(records, first(records, AccessDecision, shown), allowed=False)
    assert ("I3", "a signal without a decision that allowed it") in wrong(flipped)


def test_a_missing_decision_is_seen() -> None:
    records = arrived(run())
    missing = without(records, first(records, AccessDecision, shown))
    assert ("I3", "a signal without a decision that allowed it") in wrong(missing)


def test_a_decision_of_another_transaction_is_seen() -> None:
    records = arrived(run())
    decision = first(records, AccessDecision, shown)
    headers = [(k, b"contribution.v1/0/9999" if k == "sbcause" else v) for k, v in decision.headers or ()]
    moved = [dataclasses.replace(each, headers=headers) if each is decision else each for each in records]
    assert ("I3", "the decision was not taken in the transaction of the revision") in wrong(moved)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": ConsentKind.WITHDRAWN}, "what was known when the signal was contributed cannot be found"),
        ({"source": Source.GENERAL_PRACTICE}, "what was known when the signal was contributed cannot be found"),
    ],
)
def test_a_statement_that_says_something_else_is_seen(changes: dict[str, object], why: str) -> None:
    records = arrived(run())
    assert ("I3", why) in wrong(instead(records, first(records, Consent), **changes))


def test_a_signal_of_another_kind_than_the_convenant_permits_is_seen() -> None:
    records = arrived(run())
    signal = first(records, Signal, lambda e: isinstance(e, Signal) and e.source is Source.DEBT_SERVICES)
    said = wrong(instead(records, signal, source=Source.VEILIG_THUIS))
    assert ("I3", "judged again: the ground is not about this kind of signal") in said


def test_a_forged_contribution_is_seen() -> None:
    records = arrived(run())
    forged = wrong(instead(records, first(records, Contribution), area=OOSTERDIJK))
    assert any(what.startswith("an edge to other content") or "missing" in what for _, what in forged)


def test_a_forged_alert_is_seen() -> None:
    records = arrived(run())
    said = wrong(instead(records, first(records, Alert), rule_version="9.9"))
    assert ("I4", "decided again: evidence is missing") in said


def test_forged_evidence_is_seen() -> None:
    records = arrived(run())
    evidence = first(records, Evidence, lambda e: isinstance(e, Evidence) and e.step == "household")
    assert isinstance(evidence.event, Evidence)
    said = wrong(instead(records, evidence, before=()))
    assert any(what.startswith("decided again: number 0: alert.v1 was emitted") for _, what in said), said


def test_evidence_with_another_cause_is_seen() -> None:
    records = arrived(run())
    evidence = first(records, Evidence)
    said = wrong(instead(records, evidence, cause_hash="0" * 64))
    assert ("I4", "decided again: cause hash") in said
    assert ("I4", "an edge to other content than its hash says: trigger") in said


def test_a_core_that_forgets_consent_is_seen_by_the_second_opinion_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core decides again as it decided: only who judges apart from it can see that it is wrong."""
    consent = agreed("kind", on=2)
    blind = Standing(Reason.CONSENT_VALID, consent.consent)
    monkeypatch.setattr("streams.core.grounds.consent_for", lambda *_: blind)
    said = wrong(arrived(run((*STORY[:2], withdrew("kind", on=2), *STORY[3:]))))
    assert said == {("I3", "judged again: no consent stands")}


def test_a_core_that_forgets_objections_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.core.grounds.refusal", lambda *_: None)
    said = wrong(arrived(run((objected("ouder", on=1), *STORY))))
    assert said == {("I3", "judged again: the person objected, or the use is restricted")}


def test_content_that_is_not_what_its_hash_says_is_seen() -> None:
    shelf = shelf_of(arrived(run()))
    forged = [
        dataclasses.replace(each, hash="0" * 64) if each.at.topic == "alert.v1" else each for each in shelf.records
    ]
    said = {each.what for each in check(Shelf(forged, shelf.edges), codec())}
    assert "the content is not what its hash says" in said
    assert "an edge whose child does not exist" in said


def test_a_signal_that_a_step_sealed_away_is_not_lost() -> None:
    records = arrived(run((absence("kind", on=3), dawn(20))))
    signal = first(records, Signal)
    sealed = Quarantined(
        receipt=ReceiptId("a" * 32),
        stage=Stage.DECIDE,
        reason=Refusal.UNDECIDABLE,
        component="step-person",
        topic=signal.at.topic,
        partition=signal.at.partition,
        offset=signal.at.offset,
        row=None,
        field=None,
        failed_at=at(3),
        content_hash="",
        size=1,
        sealed=b"",
    )
    place = Position("quarantine.v1", 0, 0)
    value = codec().encode("quarantine.v1", sealed)
    there = dataclasses.replace(signal, at=place, event=placed(sealed, place), value=value)
    assert wrong([*without(records, first(records, Outcome)), there]) == set()


def test_what_cannot_be_read_leaves_its_hash_alone() -> None:
    records = arrived(run())
    signal = first(records, Signal)
    poison = dataclasses.replace(signal, value=b"999990019", event=NotDecoded(Refusal.FRAMING))
    (kept,) = keep([poison], codec())
    assert (kept.held, kept.value, kept.key, kept.event) == (Held.HASH_ONLY, None, None, None)
    assert kept.hash == hashlib.sha256(b"999990019").hexdigest()
