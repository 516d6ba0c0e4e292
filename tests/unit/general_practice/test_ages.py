"""Who may consent for whom: by the same table as the consent register's, and until which birthday."""

from datetime import date
from typing import Any

import pytest

from connectors.general_practice.ages import suffices_until
from connectors.general_practice.consent_rules import standing
from connectors.general_practice.provisions import Lacking, Valid
from schemas.vocabulary import ConsentKind, GivenBy, Refusal
from tests.support.deliveries import NUMBERS
from tests.support.fhir import bsn, bundle, consent, patient, provision, referral
from tests.unit.general_practice.test_consent import CHANGED, refused, told
from tests.unit.general_practice.test_consent_rules import ANNA, PERMIT, TODAY, rule, said

PARENT, SELF = {"type": "RelatedPerson"}, bsn(NUMBERS[0])
FOREVER = provision(period=None)


def born(on: str) -> Any:
    return patient("p-1", birthDate=on)


@pytest.mark.parametrize(
    ("birth", "performers", "until"),
    [
        ("1984-05-06", [SELF], None),
        ("2014-03-11", [PARENT], "2026-03-11"),
        ("2016-03-10", [PARENT], "2028-03-10"),
        ("2016-02-29", [PARENT], "2028-02-29"),
        ("2013-01-01", [SELF, PARENT], None),
        ("2018-01-01", [SELF, PARENT], None),
        ("2010-03-10", [SELF], None),
    ],
)
def test_a_consent_holds_while_who_gave_it_may_give_it(birth: str, performers: Any, until: str | None) -> None:
    (one,) = told(bundle(born(birth), consent(performer=performers, provision=FOREVER)))
    assert one.kind is ConsentKind.GIVEN
    assert (one.valid_until.isoformat() if one.valid_until else None) == until


@pytest.mark.parametrize(
    ("birth", "performers"),
    [
        ("2018-01-01", [SELF]),
        ("2018-01-01", None),
        ("2014-03-10", [PARENT]),
        ("2013-01-01", [SELF]),
        ("2010-03-11", [SELF]),
        ("1984-05-06", [PARENT]),
    ],
)
def test_who_may_not_consent_is_refused_and_the_referral_too(birth: str, performers: Any) -> None:
    resources = born(birth), consent(performer=performers, provision=FOREVER), referral()
    assert refused(*resources) == [
        (Refusal.MAY_NOT_CONSENT, "Consent.performer"),
        (Refusal.CONSENT_NEEDED, "Consent.performer"),
    ]


def test_of_somebody_who_speaks_for_another_the_birth_date_is_needed() -> None:
    assert refused(consent(performer=[PARENT])) == [(Refusal.FIELD_MISSING, "Patient.birthDate")]


@pytest.mark.parametrize("births", [["1984"], ["1984-05-06", "2018-05-06"]])
def test_a_birth_date_that_cannot_be_told_is_refused(births: list[str]) -> None:
    people = [patient(f"p-{number}", birthDate=each) for number, each in enumerate(births)]
    assert refused(consent(), referral(), *people) == [
        (Refusal.DATE_INVALID, "Patient.birthDate"),
        (Refusal.CONSENT_NEEDED, "Consent.performer"),
    ]


def test_a_consent_from_a_later_day_must_suffice_on_that_day() -> None:
    later = consent(performer=[PARENT], provision=provision(period={"start": "2026-06-01"}))
    assert refused(born("2014-05-20"), later) == [(Refusal.MAY_NOT_CONSENT, "Consent.performer")]


def test_a_period_that_ends_before_the_birthday_stays_as_it_is() -> None:
    (one,) = told(bundle(born("2016-03-10"), consent(performer=[PARENT])))
    assert (str(one.valid_until), one.given_by) == ("2026-09-11", GivenBy.REPRESENTATIVE)


def test_whoever_objects_or_takes_back_is_believed() -> None:
    deny = consent(provision={"type": "deny"})
    (one,) = told(bundle(born("2018-01-01"), deny))
    assert one.kind is ConsentKind.OBJECTED
    (gone,) = told(bundle(born("2018-01-01"), consent(status="inactive", meta=CHANGED)))
    assert gone.kind is ConsentKind.WITHDRAWN


def test_beside_somebody_unknown_nobody_is_believed_to_agree() -> None:
    odd = {"born": "1984-05-06", "performers": ["self", "other"]}
    assert standing([said(PERMIT, **odd)], ANNA, TODAY) is Lacking.PERFORMER
    assert standing([said(rule("deny"), **odd)], ANNA, TODAY) is Lacking.DENIED


def test_an_objection_of_a_child_stands_against_the_consent_of_a_parent() -> None:
    child = {"born": "2014-01-01"}
    given = said(PERMIT, performers=["self", "representative"], **child)
    objects = said(rule("deny"), id="c-2", performers=["self"], **child)
    assert standing([given], ANNA, TODAY) == Valid()
    assert standing([given, objects], ANNA, TODAY) is Lacking.DENIED
    assert standing([given, said(PERMIT, id="c-3", **child)], ANNA, TODAY) == Valid()


def test_who_was_born_on_a_leap_day_has_a_birthday_in_every_year() -> None:
    parent = said(PERMIT, born="2088-02-29", performers=["representative"])
    assert suffices_until(parent, date(2090, 1, 1)) == date(2100, 3, 1)
