"""A rule's own examples, run against the rule itself: an example that lies keeps the policy from loading."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.events.contribution import ContributedSignal
from schemas.identity import PersonPseudonym, SignalId, VersionId
from schemas.sectors import LIFE_DOMAIN_OF, SECTOR_OF
from schemas.vocabulary import LifeDomain, SignalKind, Source
from streams.core.rules import Contributing, matched
from streams.policy.bundle import rule_of


@dataclass(frozen=True, slots=True)
class Given:
    """One signal of an example."""

    observed_on: date
    source: Source
    kind: SignalKind
    member: str
    crisis: bool


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _contributing(number: int, given: Given) -> Contributing:
    signal = ContributedSignal(
        signal=SignalId(_named(f"signal-{number}")),
        version=VersionId(_named(f"version-{number}")),
        source=given.source,
        sector=SECTOR_OF[given.source],
        life_domain=LIFE_DOMAIN_OF.get(given.kind, LifeDomain.SOCIAL_RELATIONS),
        signal_kind=given.kind,
        observed_on=given.observed_on,
        crisis=given.crisis,
        ground="example",
        consent=None,
        usable_until=date.max,
    )
    return Contributing(PersonPseudonym(_named(given.member)), 1, signal)


def fails(raw_rule: Mapping[str, Any], given: Sequence[Given], matches: bool) -> bool:
    """Whether the rule says something else about the example than the example does."""
    signals = [_contributing(number, each) for number, each in enumerate(given)]
    return (matched(rule_of(raw_rule), signals) is not None) != matches
