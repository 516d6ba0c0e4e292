"""Whether consents let a GP tell the wijkteam about a person today, and if not, which part of which is missing.

Source  formats.md 3.4; BW 7:457; ADR 0014
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from connectors.general_practice.ages import suffices_on
from connectors.general_practice.provisions import NEARER, TYPES, Lacking, Rule, Valid, every, rules_of, verdict
from connectors.general_practice.said import ConsentSaid, PersonSaid
from connectors.general_practice.times import day_of, moment_of


def usable(consent: ConsentSaid, subject: PersonSaid, day: date) -> Lacking | None:
    """What a Consent lacks before its provisions are looked at."""
    if consent.person != subject or subject == PersonSaid():
        return Lacking.PATIENT
    if consent.status != "active":
        return Lacking.STATUS
    if consent.faults or any(each.type not in TYPES for each in every(consent.provision)):
        return Lacking.CONSENT
    if not consent.privacy:
        return Lacking.SCOPE
    if not consent.disclosure:
        return Lacking.CATEGORY
    try:
        given_on = day_of(consent.dateTime)
    except ValueError:
        return Lacking.DATE_TIME
    return Lacking.DATE_TIME if given_on > day else None


#: What cannot be read could be an objection: beside it no other consent is relied on.
_UNREADABLE = frozenset({Lacking.CONSENT, Lacking.DATE_TIME})


def standing(consents: Iterable[ConsentSaid], subject: PersonSaid, day: date) -> Valid | Lacking:
    """Whether these consents together let the GP tell the wijkteam about this person, or which part is missing.

    Time    the civil day on which it is told
    """
    newest = _newest(consents, subject)
    lacks = [usable(each, subject, day) for each in newest]
    unreadable = [each for each in lacks if each in _UNREADABLE]
    if unreadable or None not in lacks:
        return max((each for each in unreadable or lacks if each), key=NEARER.index, default=Lacking.CONSENT)
    usables = [each for each, lack in zip(newest, lacks, strict=True) if lack is None]
    unheard = [each for each in usables if not _may_give(each, day)]
    said = verdict((rule for each in usables for rule in _rules(each, each not in unheard)), day)
    return Lacking.PERFORMER if unheard and said not in (Valid(), Lacking.DENIED) else said


def _rules(consent: ConsentSaid, may_give: bool) -> Iterator[Rule]:
    """Its rules; whoever may not consent is still believed when they object."""
    return (rule for rule in rules_of(consent.provision) if may_give or not rule.permits)


def _may_give(consent: ConsentSaid, day: date) -> bool:
    try:
        return suffices_on(consent, day_of(consent.dateTime)) and suffices_on(consent, day)
    except ValueError:
        return False


def _newest(consents: Iterable[ConsentSaid], subject: PersonSaid) -> list[ConsentSaid]:
    """Of each consent its newest version; of one moment every version, for each may hold an objection."""
    newest: dict[tuple[str, bool], list[ConsentSaid]] = {}
    for number, each in enumerate(consents):
        name = (each.id or str(number), each.person == subject)
        before = newest.setdefault(name, [])
        if not before or _order(each) > _order(before[0]):
            newest[name] = [each]
        elif _order(each) == _order(before[0]) and each not in before:
            before.append(each)
    return [each for versions in newest.values() for each in versions]


def _order(consent: ConsentSaid) -> tuple[datetime, bool]:
    try:
        changed_at = moment_of(consent.lastUpdated or consent.dateTime)
    except ValueError:
        changed_at = datetime.min.replace(tzinfo=UTC)
    return changed_at, consent.status != "active"
