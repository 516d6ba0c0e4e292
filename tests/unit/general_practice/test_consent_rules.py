"""The provision rules as a table of decisions, and what several consents come to together."""

from datetime import date, timedelta
from typing import Any

import pytest

from connectors.general_practice.consent_rules import standing
from connectors.general_practice.provisions import Lacking, Valid, rules_of, spans_of, verdict
from connectors.general_practice.said import ActorSaid, ConsentSaid, FaultSaid, PersonSaid, ProvisionSaid

TODAY = date(2026, 5, 1)
ANNA, BOB = PersonSaid(bsns=["999990019"]), PersonSaid(bsns=["999990020"])
TEAM, TOWN, OTHER = (ActorSaid(who=who, receives=True) for who in ("wijkteam", "gemeente", ""))
TEAM_AS_AUTHOR = ActorSaid(who="wijkteam", receives=False)


def rule(kind: str = "permit", **changes: Any) -> ProvisionSaid:
    content: dict[str, Any] = {"type": kind, "actors": [TEAM], "purposes": [True]}
    return ProvisionSaid(**(content | changes))


def exception(kind: str, start: str, end: str) -> ProvisionSaid:
    return ProvisionSaid(type=kind, start=start, end=end)


def said(provision: ProvisionSaid | None = None, **changes: Any) -> ConsentSaid:
    content: dict[str, Any] = {
        "id": "c-1",
        "status": "active",
        "privacy": True,
        "disclosure": True,
        "person": ANNA,
        "dateTime": "2026-03-10T09:10:00+01:00",
        "provision": provision,
    }
    return ConsentSaid(**(content | changes))


PERMIT = rule()
ONLY_MAY = {"start": "2026-05-01", "end": "2026-05-31"}

TABLE = [
    ("names recipient and purpose", PERMIT, Valid()),
    ("a first and a last day that count whole", rule(start="2026-05-01", end="2026-05-01"), Valid()),
    ("over yesterday", rule(end="2026-04-30"), Lacking.PERIOD),
    ("from tomorrow", rule(start="2026-05-02"), Lacking.PERIOD),
    ("until a moment today", rule(end="2026-05-01T23:00:00+02:00"), Lacking.PERIOD),
    ("a period that cannot be read", rule(end="2026-05"), Lacking.PERIOD),
    ("nobody named", rule(actors=[]), Lacking.RECIPIENT),
    ("somebody else named", rule(actors=[OTHER]), Lacking.RECIPIENT),
    ("the municipality is not yet the team", rule(actors=[TOWN]), Lacking.RECIPIENT),
    ("the team, not as recipient", rule(actors=[TEAM_AS_AUTHOR]), Lacking.RECIPIENT),
    ("no purpose", rule(purposes=[]), Lacking.PURPOSE),
    ("another purpose", rule(purposes=[False]), Lacking.PURPOSE),
    ("ours among the purposes", rule(purposes=[False, True]), Valid()),
    ("of some data only", rule(narrowed=True), Lacking.DATA),
    ("neither permit nor deny", rule(""), Lacking.DATA),
    ("nothing said", None, Lacking.DATA),
    ("deny", rule("deny"), Lacking.DENIED),
    ("deny to everybody", rule("deny", actors=[], purposes=[]), Lacking.DENIED),
    ("deny to somebody else", rule("deny", actors=[OTHER]), Lacking.DATA),
    ("deny for another purpose", rule("deny", purposes=[False]), Lacking.DATA),
    ("deny until yesterday", rule("deny", end="2026-04-30"), Lacking.DATA),
    ("deny with a period that cannot be read", rule("deny", end="x"), Lacking.DENIED),
    (
        "deny to all, but not to the team",
        rule("deny", actors=[], purposes=[], provisions=[PERMIT]),
        Valid(),
    ),
    (
        "deny to the municipality, but not to its team",
        rule("deny", actors=[TOWN], provisions=[PERMIT]),
        Valid(),
    ),
    (
        "permit, but not now",
        rule(provisions=[exception("deny", **ONLY_MAY)]),
        Lacking.DENIED,
    ),
    (
        "permit, but not later",
        rule(provisions=[ProvisionSaid(type="deny", start="2026-06-01")]),
        Valid(),
    ),
    (
        "permit, but some data not: which cannot be told, so nothing is",
        rule(provisions=[ProvisionSaid(type="deny", narrowed=True)]),
        Lacking.DENIED,
    ),
    (
        "deny, but now it may",
        rule("deny", provisions=[exception("permit", **ONLY_MAY)]),
        Valid(),
    ),
    (
        "an exception within a rule about somebody else",
        rule(actors=[OTHER], provisions=[PERMIT]),
        Lacking.RECIPIENT,
    ),
    (
        "an exception does not outlive its rule",
        rule("deny", end="2026-04-30", provisions=[PERMIT]),
        Lacking.PERIOD,
    ),
    (
        "an exception does not begin before its rule",
        rule(start="2026-06-01", provisions=[exception("permit", **ONLY_MAY)]),
        Lacking.PERIOD,
    ),
    (
        "an exception within a rule about some data",
        rule(narrowed=True, provisions=[ProvisionSaid(type="permit")]),
        Lacking.DATA,
    ),
    (
        "an exception to an exception",
        rule(provisions=[ProvisionSaid(type="deny", provisions=[ProvisionSaid(type="permit")])]),
        Valid(),
    ),
    (
        "less specific in who, more in depth: the deny wins",
        rule(provisions=[ProvisionSaid(type="deny", actors=[TOWN])]),
        Lacking.DENIED,
    ),
]


@pytest.mark.parametrize(("provision", "answer"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_provision_is_judged_as_the_table_says(provision: ProvisionSaid | None, answer: Valid | Lacking) -> None:
    assert standing([said(provision)], ANNA, TODAY) == answer


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"status": "inactive"}, Lacking.STATUS),
        ({"status": "draft"}, Lacking.STATUS),
        ({"privacy": False}, Lacking.SCOPE),
        ({"disclosure": False}, Lacking.CATEGORY),
        ({"person": BOB}, Lacking.PATIENT),
        ({"person": PersonSaid()}, Lacking.PATIENT),
        ({"dateTime": ""}, Lacking.DATE_TIME),
        ({"dateTime": "2026-05-02"}, Lacking.DATE_TIME),
        ({"faults": [FaultSaid(reason="field_not_allowed", field="Consent")]}, Lacking.CONSENT),
    ],
)
def test_a_consent_that_cannot_be_relied_on_says_which_part(changes: dict[str, Any], part: Lacking) -> None:
    assert standing([said(PERMIT, **changes)], ANNA, TODAY) is part


def test_without_any_consent_the_consent_itself_is_missing() -> None:
    assert standing([], ANNA, TODAY) is Lacking.CONSENT


def test_nobody_is_the_same_person_as_nobody() -> None:
    assert standing([said(PERMIT, person=PersonSaid())], PersonSaid(), TODAY) is Lacking.PATIENT


def test_the_nearest_of_several_consents_says_what_is_missing() -> None:
    expired = said(rule(end="2026-04-30"), id="c-2")
    assert standing([said(PERMIT, person=BOB), expired], ANNA, TODAY) is Lacking.PERIOD
    assert (
        standing([said(PERMIT, status="draft"), said(PERMIT, id="c-3", person=BOB)], ANNA, TODAY) is Lacking.STATUS
    )


def test_a_deny_in_another_consent_wins_unless_it_is_less_specific() -> None:
    to_all = said(rule("deny", actors=[], purposes=[]), id="c-2")
    to_team = said(rule("deny"), id="c-3")
    assert standing([said(PERMIT), to_all], ANNA, TODAY) == Valid()
    assert standing([said(PERMIT), to_all, to_team], ANNA, TODAY) is Lacking.DENIED


def test_beside_one_that_cannot_be_read_no_other_is_relied_on() -> None:
    odd = said(PERMIT, id="c-2", faults=[FaultSaid(reason="field_invalid", field="Consent.provision")])
    assert standing([said(PERMIT), odd], ANNA, TODAY) is Lacking.CONSENT


def test_a_rule_of_a_kind_that_we_do_not_know_could_be_an_objection() -> None:
    for odd in (rule("forbid"), rule(provisions=[rule("forbid")]), rule("forbid", provisions=[PERMIT])):
        assert standing([said(PERMIT), said(odd, id="c-2")], ANNA, TODAY) is Lacking.CONSENT


def test_of_one_consent_the_newest_version_counts_in_whatever_order_it_comes() -> None:
    given = said(PERMIT, lastUpdated="2026-04-01T08:00:00Z")
    gone = said(PERMIT, lastUpdated="2026-04-02T08:00:00Z", status="inactive")
    back = said(PERMIT, lastUpdated="2026-04-03T08:00:00Z")
    for order in ([given, gone], [gone, given]):
        assert standing(order, ANNA, TODAY) is Lacking.STATUS
    assert standing([gone, back, given], ANNA, TODAY) == Valid()


def test_of_two_versions_of_one_moment_the_one_against_counts() -> None:
    permit, deny = said(PERMIT), said(rule("deny"))
    for order in ([permit, deny], [deny, permit], [permit, permit, deny]):
        assert standing(order, ANNA, TODAY) is Lacking.DENIED
    for order in ([permit, said(PERMIT, status="inactive")], [said(PERMIT, status="inactive"), permit]):
        assert standing(order, ANNA, TODAY) is Lacking.STATUS


def test_consents_without_an_id_are_each_their_own() -> None:
    deny = said(rule("deny"), id="", dateTime="2026-03-01")
    assert standing([deny, said(PERMIT, id="")], ANNA, TODAY) is Lacking.DENIED


def test_spans_say_of_every_day_what_the_verdict_says() -> None:
    tree = rule(start="2026-03-01", end="2026-08-31", provisions=[exception("deny", **ONLY_MAY)])
    rules = rules_of(tree)
    spans = spans_of(rules)
    assert spans[0][0] == date.min and spans[-1][1] == date.max
    assert [each[0] for each in spans[1:]] == [each[1] for each in spans[:-1]]
    for number in range(400):
        day = date(2026, 1, 1) + timedelta(days=number)
        (span,) = (each for each in spans if each[0] <= day < each[1])
        assert span[2] == verdict(rules, day)
