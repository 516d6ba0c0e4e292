"""Whether anything newer takes away what an alert used, before the steps have caught up: the check at read.

Content is shown only while the basis of every signal is known and holds; what is not known yet hides too.
The consent part says the same as streams/core/consent.py; a test compares the two.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from schemas.vocabulary import ConsentKind, MembershipKind, Source


@dataclass(frozen=True, slots=True)
class Held:
    """A signal in the newest contribution of a person: the consent it rests on, if any."""

    version: str
    consent: str | None
    usable_until: date


@dataclass(frozen=True, slots=True)
class Contributed:
    """The newest contribution of one person to the household."""

    number: int
    area: str | None
    since: date | None
    signals: Mapping[str, Held]


@dataclass(frozen=True, slots=True)
class Member:
    """The newest statement about one person's membership of the household."""

    kind: MembershipKind
    area: str
    since: date
    until: date | None

    def holds(self, today: date) -> bool:
        """Whether the person is a member on this day."""
        ended = self.until is not None and self.until <= today
        return self.kind is MembershipKind.MEMBER and self.since <= today and not ended


@dataclass(frozen=True, slots=True)
class Statement:
    """The newest version of one statement of a person about the use of their data."""

    kind: ConsentKind
    source: Source | None
    valid_from: date
    valid_until: date | None
    recorded_at: datetime

    def holds(self, today: date) -> bool:
        """Whether the statement is in force on this day."""
        ended = self.valid_until is not None and self.valid_until <= today
        return self.valid_from <= today and not ended


@dataclass(frozen=True, slots=True)
class Person:
    """All that the feed knows of one person in one household."""

    contributed: Contributed | None = None
    member: Member | None = None
    statements: tuple[Statement, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A signal version that the shown revision rests on."""

    person: str
    signal: str
    version: str
    source: Source
    ground: str
    number: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a revision rests on: its team, its area, its rule, its signals."""

    team: str
    area: str
    rule: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """Which team is responsible where, and which grounds and rules are switched off."""

    teams: Mapping[str, str]
    stopped: frozenset[str] = frozenset()

    def is_stopped(self, kind: Literal["ground", "rule"], id: str) -> bool:
        """Whether nothing may be shown on this ground or by this rule now, as streams/core/policy.py says it."""
        return "all" in self.stopped or f"{kind}:{id}" in self.stopped


NOBODY = Person()


def is_overtaken(shown: Shown, persons: Mapping[str, Person], routing: Routing, today: date) -> bool:
    """Whether this revision must not be shown now.

    Time    `today` is the civil day in Europe/Amsterdam
    Source  rules.md 7
    """
    if routing.is_stopped("rule", shown.rule):
        return True
    if any(routing.is_stopped("ground", use.ground) or _taken_away(use, persons, today) for use in shown.uses):
        return True
    area = _area_now(persons.values(), today)
    return area != shown.area or routing.teams.get(area, shown.team) != shown.team


def usable_until(shown: Shown, persons: Mapping[str, Person]) -> date | None:
    """The first day on which a signal of this revision may not be shown any more."""
    held = ((persons.get(use.person, NOBODY).contributed, use.signal) for use in shown.uses)
    days = (each.signals[signal].usable_until for each, signal in held if each and signal in each.signals)
    return min(days, default=None)


def _taken_away(use: Use, persons: Mapping[str, Person], today: date) -> bool:
    person = persons.get(use.person, NOBODY)
    if person.gone or person.member is None or not person.member.holds(today):
        return True
    if person.contributed is None or person.contributed.number < use.number:
        return True
    held = person.contributed.signals.get(use.signal)
    if held is None or held.version != use.version or held.usable_until <= today:
        return True
    if _refuses(person.statements, use.source, today):
        return True
    return held.consent is not None and not _consents(person.statements, use.source, today)


def _refuses(statements: Iterable[Statement], source: Source, today: date) -> bool:
    refusals = (ConsentKind.OBJECTED, ConsentKind.RESTRICTED)
    return any(s.kind in refusals and s.source in (None, source) and s.holds(today) for s in statements)


def _consents(statements: Sequence[Statement], source: Source, today: date) -> bool:
    about = [s for s in statements if s.source in (None, source)]
    specific = [s for s in about if s.source == source]
    if any(s.kind in (ConsentKind.GIVEN, ConsentKind.WITHDRAWN) for s in specific):
        about = specific
    withdrawn = max((s.recorded_at for s in about if s.kind is ConsentKind.WITHDRAWN), default=None)
    given = [s for s in about if s.kind is ConsentKind.GIVEN]
    return any(s.holds(today) and (withdrawn is None or s.recorded_at > withdrawn) for s in given)


def _area_now(persons: Iterable[Person], today: date) -> str:
    """The newest address of those who contribute, as routing in streams/core decides it."""
    dated: list[tuple[date, str]] = []
    for person in persons:
        if person.gone or person.contributed is None or not person.contributed.signals:
            continue
        if person.member is not None:
            if person.member.holds(today):
                dated.append((person.member.since, person.member.area))
        elif person.contributed.area is not None:
            dated.append((person.contributed.since or date.min, person.contributed.area))
    return max(dated, default=(date.min, ""))[1]
