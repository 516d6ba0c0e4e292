"""What a source states beside its signal: attestations decide whether it may be used, marks reach the team."""

import dataclasses
from datetime import date

import pytest

from schemas.events.account import Outcome
from schemas.events.signal import Signal
from schemas.vocabulary import Attestation, Mark, OutcomeKind, Reason
from tests.support.stories import ATTESTED, absence, agreed, arrears, dawn, joined, open_alerts, seen, told

FAMILY = (joined("kind", "huis"), joined("ouder", "huis"), agreed("kind", on=2))


def fates(signal: Signal) -> list[tuple[OutcomeKind, Reason]]:
    memory = told([*FAMILY, absence("kind", on=3), signal, dawn(20)])
    told_of = [each for each in memory.events("outcome.v1") if isinstance(each, Outcome)]
    return [(each.kind, each.reason) for each in told_of if each.signal == signal.signal]


@pytest.mark.parametrize("missing", ATTESTED)
def test_arrears_without_any_one_attestation_are_denied_and_leave_no_trace(missing: Attestation) -> None:
    full = arrears("ouder", on=10)
    lacking = dataclasses.replace(full, attestations=tuple(each for each in ATTESTED if each is not missing))
    assert fates(lacking) == [(OutcomeKind.DENIED, Reason.ATTESTATION_MISSING)]
    without = told([*FAMILY, absence("kind", on=3), dawn(20)])
    assert seen(told([*FAMILY, absence("kind", on=3), lacking, dawn(20)])) == seen(without)


def test_a_correction_that_brings_the_attestations_is_used() -> None:
    full = arrears("ouder", on=10)
    before = full.mutated_at.replace(hour=1)
    early = dataclasses.replace(full, attestations=(), mutated_at=before, version=full.signal)
    memory = told([*FAMILY, absence("kind", on=3), early, full, dawn(20)])
    assert len(open_alerts(memory)) == 1


def test_marks_and_the_day_to_inform_by_stand_on_the_line_of_every_role_that_sees_it() -> None:
    marked = dataclasses.replace(
        arrears("ouder", on=10), marks=(Mark.CALL_FIRST, Mark.WARM_HANDOVER), inform_by=date(2026, 2, 1)
    )
    memory = told([*FAMILY, absence("kind", on=3), marked, dawn(20)])
    (alert,) = open_alerts(memory).values()
    lines = [line for view in alert.views for line in view.lines]
    assert {(line.marks, line.inform_by) for line in lines if line.source is marked.source} == {
        ((Mark.CALL_FIRST, Mark.WARM_HANDOVER), date(2026, 2, 1))
    }
    assert {(line.marks, line.inform_by) for line in lines if line.source is not marked.source} == {((), None)}
