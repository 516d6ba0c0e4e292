"""The second evaluator says no for every reason there is, and yes when nothing stands against it."""

import dataclasses
from datetime import timedelta

import pytest

from schemas.events.register import Consent
from schemas.vocabulary import ConsentKind, Purpose, SignalKind, Source
from signaalbrug.proof.second_opinion import Asked, objection
from tests.support.stories import agreed, day, objected, policy, withdrew

SCHOOL = Asked(
    source=Source.SCHOOL_ATTENDANCE,
    kind=SignalKind.ABSENCE_16H_UNDER_18,
    observed_on=day(3),
    ground="lpw-toestemming",
    consent=agreed("kind").consent,
    day=day(20),
)
DEBTS = Asked(Source.DEBT_SERVICES, SignalKind.ARREARS_RENT, day(3), "wgs-3-1-b", None, day(20))
LATER = agreed("kind", on=8, name="tweede")


def without_purpose() -> Consent:
    return dataclasses.replace(agreed("kind"), purpose=Purpose.REVEAL_IDENTITY)


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        (SCHOOL, [agreed("kind")]),
        (SCHOOL, [agreed("kind", source=None)]),
        (SCHOOL, [agreed("kind", until=21)]),
        (SCHOOL, [agreed("kind"), objected("kind", on=2, source=Source.DEBT_SERVICES)]),
        (SCHOOL, [agreed("kind"), objected("kind", on=21)]),
        (dataclasses.replace(SCHOOL, consent=LATER.consent), [agreed("kind"), withdrew("kind", on=5), LATER]),
        (DEBTS, []),
        (DEBTS, [withdrew("ouder", on=2, source=Source.DEBT_SERVICES)]),
    ],
)
def test_a_lawful_use_has_no_objection(asked: Asked, statements: list[Consent]) -> None:
    assert objection(asked, policy(), statements) is None


@pytest.mark.parametrize(
    ("asked", "statements", "why"),
    [
        (SCHOOL, [], "no consent stands"),
        (SCHOOL, [agreed("kind", source=Source.DEBT_SERVICES)], "no consent stands"),
        (SCHOOL, [agreed("kind", on=21)], "no consent stands"),
        (SCHOOL, [agreed("kind", until=20)], "no consent stands"),
        (SCHOOL, [agreed("kind"), withdrew("kind", on=5)], "no consent stands"),
        (SCHOOL, [agreed("kind"), withdrew("kind", on=5, name="andere")], "no consent stands"),
        (
            SCHOOL,
            [agreed("kind", source=None), withdrew("kind", on=2, name="specifiek")],
            "no consent stands",
        ),
        (SCHOOL, [without_purpose()], "no consent stands"),
        (SCHOOL, [LATER], "the consent named is not one that stands"),
        (SCHOOL, [agreed("kind"), objected("kind", on=2)], "the person objected, or the use is restricted"),
        (DEBTS, [objected("ouder", on=2)], "the person objected, or the use is restricted"),
        (dataclasses.replace(DEBTS, ground="bestaat-niet"), [], "the convenant does not know the ground"),
        (dataclasses.replace(DEBTS, ground="lpw-toestemming"), [], "the ground is not about this kind of signal"),
        (
            dataclasses.replace(DEBTS, kind=SignalKind.SAFETY_HANDOVER),
            [],
            "the ground is not about this kind of signal",
        ),
        (dataclasses.replace(DEBTS, day=day(3) + timedelta(days=183)), [], "the signal is too old"),
        (
            dataclasses.replace(DEBTS, day=day(3).replace(year=2020), observed_on=day(1).replace(year=2020)),
            [],
            "the ground is not in force",
        ),
    ],
)
def test_every_unlawful_use_is_named(asked: Asked, statements: list[Consent], why: str) -> None:
    assert objection(asked, policy(), statements) == why


@pytest.mark.parametrize("stopped", ["ground:wgs-3-1-b", "all"])
def test_a_stopped_ground_is_named(stopped: str) -> None:
    assert objection(DEBTS, policy(stopped), []) == "the ground is stopped"


def test_a_restriction_forbids_as_an_objection_does() -> None:
    restricted = dataclasses.replace(objected("ouder", on=2), kind=ConsentKind.RESTRICTED)
    assert objection(DEBTS, policy(), [restricted]) is not None
