"""May this signal be used and shown? Judged a second time, from convenant and statements alone.

Written from law.md 7.2-7.3 and AVG art. 6, 7, 18 and 21, apart from streams.core: it reads the policy as plain JSON
and the statements as they stand on the log, so that a fault in the one is no fault in the other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from schemas.events.context import PolicyPublished
from schemas.events.register import Consent
from schemas.vocabulary import ConsentKind, Purpose

_FOR_THIS = (Purpose.USE_FOR_CORRELATION, Purpose.SHOW_TO_TEAM)


@dataclass(frozen=True, slots=True)
class Asked:
    """One use of one signal on one day, on one ground."""

    source: str
    kind: str
    observed_on: date
    ground: str
    consent: str | None
    day: date


@lru_cache(maxsize=64)
def _grounds(bundle: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = json.loads(bundle)["convenant"]["ground"]
    return found


def newest(statements: Iterable[Consent]) -> list[Consent]:
    """Of each statement what was said last; at the same moment a refusal stands above a yes."""
    last: dict[str, Consent] = {}
    for each in statements:
        known = last.get(each.consent)
        if known is None or _said(each) > _said(known):
            last[each.consent] = each
    return list(last.values())


def _said(each: Consent) -> tuple[Any, ...]:
    return (each.recorded_at, each.kind is not ConsentKind.GIVEN, each.valid_from)


def objection(asked: Asked, policy: PolicyPublished, statements: Sequence[Consent]) -> str | None:
    """Why this use is not lawful; None when it is."""
    return next(_objections(asked, policy, newest(statements)), None)


def _objections(asked: Asked, policy: PolicyPublished, statements: Sequence[Consent]) -> Iterator[str]:
    if any(_forbids(each, asked) for each in statements):
        yield "the person objected, or the use is restricted"
    ground = next((each for each in _grounds(policy.bundle) if each["id"] == asked.ground), None)
    if ground is None:
        yield "the convenant does not know the ground"
        return
    if ground["source"] != asked.source or asked.kind not in ground["kinds"]:
        yield "the ground is not about this kind of signal"
    if "all" in policy.stopped or f"ground:{asked.ground}" in policy.stopped:
        yield "the ground is stopped"
    if not _within(ground, asked.day):
        yield "the ground is not in force"
    if asked.day - asked.observed_on >= timedelta(days=ground["retention_days"]):
        yield "the signal is too old"
    if ground["basis"] != "statutory":
        yield from _without_consent(asked, statements)


def _within(ground: Mapping[str, Any], day: date) -> bool:
    begins, ends = date.fromisoformat(ground["in_force_from"]), ground.get("in_force_until")
    return begins <= day and (ends is None or day < date.fromisoformat(ends))


def _holds(each: Consent, day: date) -> bool:
    return each.valid_from <= day and (each.valid_until is None or day < each.valid_until)


def _forbids(each: Consent, asked: Asked) -> bool:
    about = each.source is None or each.source.value == asked.source
    return about and each.kind in (ConsentKind.OBJECTED, ConsentKind.RESTRICTED) and _holds(each, asked.day)


def _without_consent(asked: Asked, statements: Sequence[Consent]) -> Iterator[str]:
    """Consent for this source if there is any talk of it, else in general; a later withdrawal ends earlier ones."""
    talk = [each for each in statements if each.kind in (ConsentKind.GIVEN, ConsentKind.WITHDRAWN)]
    specific = [each for each in talk if each.source is not None and each.source.value == asked.source]
    relevant = specific or [each for each in talk if each.source is None]
    withdrawn = max((e.recorded_at for e in relevant if e.kind is ConsentKind.WITHDRAWN), default=None)
    standing = [
        each
        for each in relevant
        if each.kind is ConsentKind.GIVEN
        and each.purpose in _FOR_THIS
        and _holds(each, asked.day)
        and (withdrawn is None or each.recorded_at > withdrawn)
    ]
    if not standing:
        yield "no consent stands"
    elif asked.consent not in {each.consent for each in standing}:
        yield "the consent named is not one that stands"
