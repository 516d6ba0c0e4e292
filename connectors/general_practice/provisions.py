"""What the provisions of consents come to on a day: FHIR's rules and exceptions, flat and compared.

Source  formats.md 3.4 (NL Generic Function Consent): more specific beats less specific, and a deny wins where
neither is; BW 7:457 asks for consent that names who receives and for what (ADR 0014)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from connectors.general_practice.codes import MUNICIPALITY, WIJKTEAM
from connectors.general_practice.said import ProvisionSaid
from connectors.general_practice.times import day_after, day_of


class Lacking(StrEnum):
    """Which part of a Consent is missing, in the names of FHIR; the later in this list, the nearer it came."""

    CONSENT = "Consent"
    PATIENT = "Consent.patient"
    STATUS = "Consent.status"
    SCOPE = "Consent.scope"
    CATEGORY = "Consent.category"
    DATE_TIME = "Consent.dateTime"
    PERFORMER = "Consent.performer"
    DENIED = "Consent.provision.type"
    RECIPIENT = "Consent.provision.actor"
    PURPOSE = "Consent.provision.purpose"
    DATA = "Consent.provision"
    PERIOD = "Consent.provision.period"


#: In FHIR a rule may leave it open; what it then says is said by its exceptions.
TYPES = frozenset({"", "permit", "deny"})
#: Later is nearer to a valid consent, and more helpful to name.
NEARER = tuple(Lacking)


@dataclass(frozen=True, slots=True)
class Valid:
    """Sharing is permitted on the day that was asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One provision with what it has from those above it.

    Units   `recipient` 2 the wijkteam by name, 1 the municipality, 0 nobody in particular, None somebody else;
            `purpose` 1 ours by name, 0 none in particular, None another
    Time    `start` is the first day, `end` the first day that it no longer holds
    """

    permits: bool
    recipient: int | None
    receives: bool
    purpose: int | None
    narrowed: bool
    depth: int
    start: date = date.min
    end: date = date.max

    @property
    def precision(self) -> tuple[int, int, int, int]:
        return self.recipient or 0, self.purpose or 0, int(self.narrowed), self.depth

    def concerns_us(self) -> bool:
        return self.recipient is not None and self.purpose is not None

    def missing(self) -> Lacking | None:
        """What a permit lacks to let the wijkteam know, its period aside."""
        if self.recipient != 2 or not self.receives:
            return Lacking.RECIPIENT
        if self.purpose != 1:
            return Lacking.PURPOSE
        return Lacking.DATA if self.narrowed else None

    def on(self, day: date) -> bool:
        return self.start <= day < self.end


def _beats(permit: Rule, deny: Rule) -> bool:
    """Whether the permit is more specific somewhere and less so nowhere."""
    pairs = tuple(zip(permit.precision, deny.precision, strict=True))
    return all(mine >= its for mine, its in pairs) and any(mine > its for mine, its in pairs)


def every(provision: ProvisionSaid | None) -> Iterator[ProvisionSaid]:
    """The rule and all its exceptions."""
    if provision is not None:
        yield provision
        for nested in provision.provisions:
            yield from every(nested)


def rules_of(provision: ProvisionSaid | None) -> tuple[Rule, ...]:
    """Every rule of a consent, flat: what a nested one does not say it has from the one it is an exception to."""
    return () if provision is None else tuple(_flat(provision, None))


def _flat(provision: ProvisionSaid, above: Rule | None) -> Iterator[Rule]:
    rule = _rule(provision, above)
    if provision.type in ("permit", "deny"):
        yield rule
    for nested in provision.provisions:
        yield from _flat(nested, rule)


def _rule(provision: ProvisionSaid, above: Rule | None) -> Rule:
    permits = provision.type == "permit"
    start, end = period_of(provision) or ((date.max, date.max) if permits else (date.min, date.max))
    own = Rule(
        permits=permits,
        recipient=_recipient(provision),
        receives=_receives(provision),
        purpose=_purpose(provision),
        narrowed=provision.narrowed,
        depth=0,
        start=start,
        end=end,
    )
    if above is None:
        return own
    if not provision.actors:
        own = replace(own, recipient=above.recipient, receives=above.receives)
    if not provision.purposes:
        own = replace(own, purpose=above.purpose)
    if permits:
        # An exception permits within the rule it is an exception to; where that is not about us, neither is this.
        outside = not above.concerns_us()
        own = replace(
            own,
            recipient=None if outside else own.recipient,
            narrowed=own.narrowed or above.narrowed,
            start=max(own.start, above.start),
            end=min(own.end, above.end),
        )
    elif not provision.start and not provision.end:
        own = replace(own, start=above.start, end=above.end)
    return replace(own, depth=above.depth + 1)


def _recipient(provision: ProvisionSaid) -> int | None:
    if not provision.actors:
        return 0
    ranks = {WIJKTEAM: 2, MUNICIPALITY: 1}
    return max((ranks[each.who] for each in provision.actors if each.who in ranks), default=None)


def _receives(provision: ProvisionSaid) -> bool:
    return any(each.who == WIJKTEAM and each.receives for each in provision.actors)


def _purpose(provision: ProvisionSaid) -> int | None:
    if not provision.purposes:
        return 0
    return 1 if any(provision.purposes) else None


def period_of(provision: ProvisionSaid) -> tuple[date, date] | None:
    """First day, and first day after it; none if it cannot be read or ends before it begins."""
    try:
        start = day_of(provision.start) if provision.start else date.min
        end = day_after(provision.end) if provision.end else date.max
    except ValueError:
        return None
    return (start, end) if start < end else None


def verdict(rules: Iterable[Rule], day: date) -> Valid | Lacking:
    """What these rules together say of one day."""
    rules = tuple(rules)
    permits = [each for each in rules if each.permits]
    denies = [each for each in rules if not each.permits and each.concerns_us() and each.on(day)]
    standing = [each for each in permits if each.missing() is None and each.on(day)]
    if any(all(_beats(permit, deny) for deny in denies) for permit in standing):
        return Valid()
    if denies:
        return Lacking.DENIED
    return max((each.missing() or Lacking.PERIOD for each in permits), key=NEARER.index, default=Lacking.DATA)


def spans_of(rules: Iterable[Rule]) -> tuple[tuple[date, date, Valid | Lacking], ...]:
    """From day to day (exclusive) what the rules say, over all time; neighbours that say the same are one."""
    rules = tuple(rules)
    turns = sorted({date.min, date.max} | {day for each in rules for day in (each.start, each.end)})
    spans: list[tuple[date, date, Valid | Lacking]] = []
    for start, end in pairwise(turns):
        said = verdict(rules, start)
        if spans and spans[-1][2] == said:
            spans[-1] = (spans[-1][0], end, said)
        else:
            spans.append((start, end, said))
    return tuple(spans)
