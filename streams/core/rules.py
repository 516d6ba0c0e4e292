"""Whether a set of permitted signals fulfils a rule: counted in event time, so that order cannot matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.events.contribution import ContributedSignal
from schemas.identity import PersonPseudonym
from streams.core.policy import Rule


@dataclass(frozen=True, slots=True)
class Contributing:
    """One permitted signal of one member, as the household holds it."""

    person: PersonPseudonym
    number: int
    signal: ContributedSignal


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that is fulfilled, by which signals, in which window."""

    rule: Rule
    signals: tuple[Contributing, ...]
    window_start: date
    window_end: date


def _counts(rule: Rule, signal: ContributedSignal) -> bool:
    fits = not rule.sectors or signal.sector in rule.sectors
    return fits and (signal.crisis or not rule.crisis_only)


def _fulfils(rule: Rule, signals: Sequence[Contributing]) -> bool:
    return (
        len(signals) >= rule.min_signals
        and len({each.signal.sector for each in signals}) >= rule.min_sectors
        and len({each.signal.signal_kind for each in signals}) >= rule.min_kinds
    )


def matched(rule: Rule, signals: Sequence[Contributing]) -> Match | None:
    """The newest window in which the rule is fulfilled, with every signal in it.

    Time    windows end on the day of a signal and count back; the present day plays no part
    """
    relevant = [each for each in signals if _counts(rule, each.signal)]
    if not _fulfils(rule, relevant):
        return None  # what all of them together do not fulfil, no window can
    for end in sorted({each.signal.observed_on for each in relevant}, reverse=True):
        start = end - timedelta(days=rule.window_days - 1)
        inside = [each for each in relevant if start <= each.signal.observed_on <= end]
        if _fulfils(rule, inside):
            ordered = sorted(inside, key=lambda each: each.signal.signal)
            return Match(rule, tuple(ordered), start, end)
    return None


def first_match(rules: Sequence[Rule], signals: Sequence[Contributing]) -> Match | None:
    """The first rule of a theme, in the order of the bundle, that is fulfilled."""
    matches = (matched(rule, signals) for rule in rules)
    return next((each for each in matches if each is not None), None)
