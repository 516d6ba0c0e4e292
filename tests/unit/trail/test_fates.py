"""A signal has one fate, however many writers spoke of it."""

import dataclasses

import pytest

from schemas.events.account import Outcome
from schemas.events.signal import Signal
from schemas.vocabulary import OutcomeKind, Reason
from streams.trail.fates import fates
from streams.trail.kept import Kept
from tests.support.stories import (
    absence,
    agreed,
    arrears,
    corrected,
    dawn,
    erased,
    household,
    joined,
    left,
    withdrew,
)
from tests.support.trail import arrived, shelf_of, told_with_deliveries

STORY = (
    joined("ouder", "huis"),
    joined("kind", "huis"),
    agreed("kind", on=2),
    absence("kind", on=3),
    arrears("ouder", on=10),
    dawn(20),
)


def became(*said: object) -> dict[str, OutcomeKind | None]:
    shelf = shelf_of(arrived(told_with_deliveries(said)))  # type: ignore[arg-type]
    sources = {r.event.signal: r.event.source.value for r in shelf.records if isinstance(r.event, Signal)}
    return {sources.get(signal, "gone"): fate.kind for signal, fate in fates(shelf.records).items()}


@pytest.mark.parametrize(
    ("said", "school"),
    [
        (STORY, OutcomeKind.USED),
        ((*STORY, withdrew("kind", on=21)), OutcomeKind.DENIED),
        ((*STORY, corrected("kind", on=3)), OutcomeKind.USED),
        ((*STORY, dawn(400)), OutcomeKind.EXPIRED),
        ((*STORY, left("kind", "huis", on=20)), OutcomeKind.WAITING),
        ((*STORY, left("kind", "huis", on=20), joined("kind", "elders", on=20)), OutcomeKind.KEPT_NO_MATCH),
        ((*STORY, joined("kind", "elders", on=20)), OutcomeKind.USED),
    ],
)
def test_the_fate_follows_what_happened(said: tuple[object, ...], school: OutcomeKind) -> None:
    assert became(*said)["school_attendance"] is school


def test_the_erased_have_a_fate_without_a_body() -> None:
    assert became(*STORY, erased("kind", on=21))["gone"] is OutcomeKind.ERASED


def told(*outcomes: tuple[str, int, OutcomeKind]) -> OutcomeKind | None:
    """The fate when a signal's writers say this, in this order."""
    shelf = shelf_of(arrived(told_with_deliveries(STORY)))
    signal = next(r for r in shelf.records if isinstance(r.event, Signal))
    assert isinstance(signal.event, Signal)
    name = f"outcome/{signal.event.signal}"
    template = next(r for r in shelf.records if isinstance(r.event, Outcome) and r.name.node == name)

    def said(index: int, writer: str, number: int, kind: OutcomeKind) -> Kept:
        event = dataclasses.replace(template.event, writer=writer, number=number, kind=kind, reason=Reason.UNKNOWN)  # type: ignore[type-var,call-arg]
        return dataclasses.replace(template, at=template.at._replace(offset=index), event=event)

    records = [signal, *(said(index, *each) for index, each in enumerate(outcomes))]
    return fates(records)[signal.event.signal].kind


HOME, OTHER = household("huis"), household("elders")
USED, WAITING, KEPT, DENIED = OutcomeKind.USED, OutcomeKind.WAITING, OutcomeKind.KEPT_NO_MATCH, OutcomeKind.DENIED


@pytest.mark.parametrize(
    ("outcomes", "fate"),
    [
        ([("person", 2, DENIED), (HOME, 1, USED)], DENIED),
        ([("person", 1, WAITING), (HOME, 1, KEPT), (OTHER, 1, USED)], USED),
        ([(HOME, 1, KEPT), (OTHER, 1, WAITING)], WAITING),
        ([(HOME, 2, KEPT), (HOME, 1, USED)], KEPT),
        ([("person", 1, WAITING)], WAITING),
        ([], None),
    ],
)
def test_a_late_word_does_not_bury_a_higher_number(
    outcomes: list[tuple[str, int, OutcomeKind]], fate: OutcomeKind | None
) -> None:
    assert told(*outcomes) is fate
