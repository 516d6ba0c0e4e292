"""Which signals of a household may count: judged again at publish, held back until both steps have one policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events.state import Episode, Member
from schemas.vocabulary import Reason
from streams.core.episode import is_live
from streams.core.grounds import judged_again
from streams.core.rules import Contributing
from streams.core.step import Context


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything contributed, taken apart: usable, denied again with the reason, waiting for the same policy."""

    usable: tuple[Contributing, ...]
    denied: tuple[tuple[Contributing, Reason], ...]
    waiting: frozenset[str]


def gathered(members: Sequence[Member], context: Context) -> Gathered:
    """The second check of the grounds, signal by signal, under the household's own policy and day."""
    usable: list[Contributing] = []
    denied: list[tuple[Contributing, Reason]] = []
    waiting: set[str] = set()
    for member in members:
        for signal in member.signals:
            each = Contributing(member.person, member.number, signal)
            reason = judged_again(signal, context.policy, context.today)
            if reason is not None:
                denied.append((each, reason))
                continue
            usable.append(each)
            if member.policy_hash != context.policy.hash:
                waiting.add(signal.signal)
    return Gathered(tuple(usable), tuple(denied), frozenset(waiting))


def eligible(gathering: Gathered, episode: Episode | None) -> Sequence[Contributing]:
    """The signals that may open or extend, and those on which a live alert already rests.

    Source  rules.md 2: a deny acts at once; opening or extending waits until the policy hashes agree
    """
    if not gathering.waiting:
        return gathering.usable
    rested_on = {(each.signal, each.version) for each in episode.signals} if episode and is_live(episode) else set()
    return [
        each
        for each in gathering.usable
        if each.signal.signal not in gathering.waiting or (each.signal.signal, each.signal.version) in rested_on
    ]
