"""bad_inputs.md C13: a signal that is corrected or taken back after the alert, and before it ever came.

Our reading: a correction or withdrawal of what never came is not parked for 30 days. It is kept as the newest
version under the signal's own id, so that the report, however late it comes, raises nothing.
"""

import dataclasses
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.sources import SOURCES
from schemas.events.signal import Signal
from schemas.vocabulary import VersionKind
from streams.runtime.memory import Memory
from tests.support.deliveries import NUMBERS, Door, arrears, ddas_file, duo_file, melding
from tests.support.fhir import bundle, consent, referral, written
from tests.support.handovers import handover, handover_file
from tests.support.stories import Said, agreed, alerts, dawn, joined, open_alerts, seen, told
from tests.support.stories import absence as absent
from tests.support.stories import arrears as owes

WHO = NUMBERS[0]
Makes = Callable[[int, bool], bytes]


def _school(day: int, gone: bool) -> bytes:
    mutated = f"2026-04-{day:02}T08:00:00.000"
    return duo_file(melding(bsn=WHO, status="I" if gone else "R", end=f"2026-03-{day + 15}", mutated=mutated))


def _debt(day: int, gone: bool) -> bytes:
    status = "Niet opgepakt: onterecht signaal" if gone else "Nog niet opgepakt"
    row = arrears("VS-1", WHO, status=status, signaaldatum=f"2026-03-{day + 10}")
    return ddas_file(row, stated=f"2026-04-{day:02}T08:00:00Z")


def _practice(day: int, gone: bool) -> bytes:
    said = {"authoredOn": f"2026-03-{day + 10}T09:00:00+01:00", "status": "revoked" if gone else "active"}
    return written(bundle(referral(**said, meta={"lastUpdated": f"2026-04-{day:02}T08:00:00Z"}), consent()))


def _safety(day: int, gone: bool) -> bytes:
    who = {"burgerservicenummer": WHO, "rol": "kind"} | ({"ingetrokken": True} if gone else {})
    said = {"datumOverdracht": f"2026-03-{day + 10}", "gewijzigdOp": f"2026-04-{day:02}T08:00:00Z"}
    return handover_file(handover(who, **said))


def _worry(day: int, gone: bool) -> bytes:
    row: dict[str, Any] = {
        "id": "IN-2026-1",
        "burgerservicenummer": WHO,
        "gezienOp": f"2026-03-{day + 10}",
        "leefgebied": "wonen",
        "crisis": False,
        "vastgelegdOp": f"2026-04-{day:02}T08:00:00Z",
    }
    return json.dumps(row | ({"ingetrokken": True} if gone else {})).encode() + b"\n"


MAKES: dict[str, Makes] = {
    "school_attendance": _school,
    "debt_services": _debt,
    "general_practice": _practice,
    "veilig_thuis": _safety,
    "wijkteam_intake": _worry,
}


def delivered(source: str, *said: tuple[int, bool]) -> list[Signal]:
    door = Door()
    for day, gone in said:
        assert door.send(source, MAKES[source](day, gone)).refused == ()
    return door.log.events(Signal)


def test_every_source_of_signals_is_here() -> None:
    assert set(MAKES) == set(SOURCES) - {"consent_register"}


REPORT, CORRECTION, WITHDRAWAL = (2, False), (3, False), (4, True)


@pytest.mark.parametrize("source", MAKES)
def test_c13_in_whatever_order_they_come_what_the_source_said_last_is_the_newest(source: str) -> None:
    for order in itertools.permutations((REPORT, CORRECTION, WITHDRAWAL)):
        signals = delivered(source, *order)
        newest = max(signals, key=lambda each: (each.mutated_at, each.content_hash))
        assert newest.kind is VersionKind.WITHDRAWN and len({each.signal for each in signals}) == 1


@pytest.mark.parametrize("source", MAKES)
def test_c13_a_correction_of_what_never_came_is_the_signal_and_the_late_report_does_not_overtake_it(
    source: str,
) -> None:
    signals = delivered(source, CORRECTION, REPORT)
    newest = max(signals, key=lambda each: (each.mutated_at, each.content_hash))
    assert newest.observed_on == delivered(source, CORRECTION)[0].observed_on
    assert newest.ended_on == delivered(source, CORRECTION)[0].ended_on


def story(signals: list[Signal], *more: Said) -> Memory:
    """The family of whom the signals are told: a parent has a debt; `broer` is the other child."""
    (who,) = {each.person for each in signals}
    family: list[Said] = [
        dataclasses.replace(joined("kind", "huis"), person=who),
        dataclasses.replace(agreed("kind", source=signals[0].source), person=who),
    ]
    family += [joined("ouder", "huis"), joined("broer", "huis"), agreed("broer")]
    return told([*family, owes("ouder", on=70), *more, *signals, dawn(122)])


@pytest.mark.parametrize("source", MAKES)
def test_c13_a_withdrawal_that_overtakes_its_report_raises_nothing(source: str) -> None:
    without = story(delivered(source, WITHDRAWAL))
    late = story(delivered(source, WITHDRAWAL, REPORT))
    assert seen(late) == seen(without)
    assert len(open_alerts(late)) == len(open_alerts(without)) == 0


@pytest.mark.parametrize("source", MAKES)
def test_c13_without_the_withdrawal_the_same_report_does_make_a_difference(source: str) -> None:
    """The check that must refuse: what was not taken back is seen."""
    assert seen(story(delivered(source, REPORT))) != seen(story(delivered(source, WITHDRAWAL)))


@pytest.mark.parametrize("source", MAKES)
def test_c13_what_is_taken_back_after_the_alert_is_taken_out_of_it(source: str) -> None:
    other = absent("broer", on=72)
    report, withdrawal = delivered(source, REPORT, WITHDRAWAL)
    before, after = story([report], other), story([report, withdrawal], other)
    assert open_alerts(before), "with the absence of the brother there is an alert whatever the source"
    assert seen(after) == seen(story([withdrawal], other)) != seen(before)
    said = alerts(after)
    assert len(said) > len(alerts(before)), "the team hears of it"
    for name in {each.alert for each in said}:
        revisions = [each.revision for each in said if each.alert == name]
        assert revisions == list(range(1, len(revisions) + 1))
