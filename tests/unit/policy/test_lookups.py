"""What a policy is asked for every signal is looked up, and says what reading the whole convenant would."""

import dataclasses

from schemas.vocabulary import SignalKind, Source
from streams.core.policy import Policy
from streams.policy.bundle import policy_of
from tests.support.stories import policy

POLICY = policy_of(policy())
GROUNDS = POLICY.convenant.grounds


def test_the_grounds_of_a_kind_are_those_of_the_convenant_in_its_order() -> None:
    for source in Source:
        for kind in SignalKind:
            about = tuple(each for each in GROUNDS if each.source == source and kind in each.kinds)
            assert POLICY.convenant.by_kind.get((source, kind), ()) == about


def test_of_two_grounds_with_one_id_the_first_is_found() -> None:
    twin = dataclasses.replace(GROUNDS[0], retention_days=1)
    doubled = dataclasses.replace(POLICY.convenant, grounds=(*GROUNDS, twin))
    assert doubled.by_id[twin.id] == GROUNDS[0]
    assert POLICY.ground("no such ground") is None


def test_the_retention_of_a_source_is_its_longest_and_of_a_stranger_the_longest_of_all() -> None:
    longer = dataclasses.replace(GROUNDS[0], retention_days=3000)
    first = dataclasses.replace(POLICY, convenant=dataclasses.replace(POLICY.convenant, grounds=(longer, *GROUNDS)))
    assert first.retention_days(longer.source) == 3000
    assert first.retention_days(Source.UNKNOWN) == first.longest_retention_days == 3000
    assert POLICY.retention_days(Source.UNKNOWN) == max(each.retention_days for each in GROUNDS)


def test_a_stopped_rule_is_active_no_more_and_the_others_are() -> None:
    rule = POLICY.rules[0]
    stopped: Policy = policy_of(policy(f"rule:{rule.id}"))
    kept = [each for each in POLICY.active_rules(rule.theme) if each != rule]
    assert list(stopped.active_rules(rule.theme)) == kept
    assert policy_of(policy("all")).active_rules(rule.theme) == ()
    assert POLICY.active_rules("no such theme") == ()
