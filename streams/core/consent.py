"""What a person has said about the use of their own data, as one answer for one source on one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from schemas.events.state import KeptConsent
from schemas.identity import ConsentId
from schemas.vocabulary import ConsentKind, Reason, Source

_REFUSES = {ConsentKind.RESTRICTED: Reason.RESTRICTED, ConsentKind.OBJECTED: Reason.OBJECTED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether consent stands, why (not), and until when."""

    reason: Reason
    consent: ConsentId | None = None
    valid_until: date | None = None


def _holds(statement: KeptConsent, today: date) -> bool:
    ended = statement.valid_until is not None and statement.valid_until <= today
    return statement.valid_from <= today and not ended


def refusal(statements: Iterable[KeptConsent], source: Source, today: date) -> Reason | None:
    """The objection or restriction that stands against any use, whatever the ground.

    Source  AVG art. 18 and 21; rule of the convenant: an objection always wins
    """
    standing = {
        _REFUSES[each.kind]
        for each in statements
        if each.kind in _REFUSES and each.source in (None, source) and _holds(each, today)
    }
    return min(standing, default=None)


def consent_for(statements: Iterable[KeptConsent], source: Source, today: date) -> Standing:
    """The consent that stands for this source: the more specific statement wins, then the newest.

    Source  formats.md 3.4 (NL Generic Function Consent): specific beats general; at equal rank a refusal wins
    """
    about = [each for each in statements if each.source in (None, source)]
    if any(each.source == source and each.kind in _GIVEN_OR_NOT for each in about):
        about = [each for each in about if each.source == source]
    withdrawn = [each.recorded_at for each in about if each.kind is ConsentKind.WITHDRAWN]
    given = [each for each in about if each.kind is ConsentKind.GIVEN]
    if withdrawn:
        given = [each for each in given if each.recorded_at > max(withdrawn)]
    if not given:
        return Standing(Reason.CONSENT_WITHDRAWN if withdrawn else Reason.NEVER_ASKED)
    valid = [each for each in given if _holds(each, today)]
    if not valid:
        early = all(each.valid_from > today for each in given)
        return Standing(Reason.CONSENT_NOT_YET_VALID if early else Reason.CONSENT_EXPIRED)
    best = max(valid, key=lambda each: (each.valid_until or date.max, each.consent))
    return Standing(Reason.CONSENT_VALID, best.consent, best.valid_until)


_GIVEN_OR_NOT = (ConsentKind.GIVEN, ConsentKind.WITHDRAWN)
