"""What a hand-over means to us: that there is one, since when, what to heed, and by when the person is told."""

import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from pydantic import ValidationError

from connectors.bsn import Bsn
from connectors.connector import Described, RawRecord, Refused, SignalDraft, Whom
from connectors.moments import moment_in
from connectors.reading import unseen_in
from connectors.refusing import refused_by
from connectors.veilig_thuis.codes import HANDED_TO_WIJKTEAM, NO_BSN, NO_FOLLOW_UP, UNBORN_BSN, UNBORN_DAY
from connectors.veilig_thuis.model import Betrokkene, Overdracht, born_on
from connectors.veilig_thuis.never import never
from schemas.vocabulary import Mark, Refusal, SignalKind, Source, VersionKind

#: Veilig Thuis exists since then: an older hand-over is a mistake.  Source  Wmo 2015 art. 4.1.1
FIRST_DAY = date(2015, 1, 1)
#: Source  Wmo 2015 art. 5.3.1: within four weeks of recording, each time longer by at most two
INFORM_WITHIN, LONGER_BY = timedelta(weeks=4), timedelta(weeks=2)
_DATES = ("datumOverdracht", "datumVastlegging", "informerenUiterlijk", "gewijzigdOp", "geboortedatum")
_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {"burgerservicenummer": Refusal.BSN_INVALID, **dict.fromkeys(_DATES, Refusal.DATE_INVALID)}
)
_NUMBER = "betrokkene.burgerservicenummer"

Fault = tuple[Refusal, str]


def normalise(municipality: str, record: RawRecord, today: date) -> SignalDraft | Refused:
    """The draft for one person of a hand-over, or why there is none."""
    forbidden = never(record.content, frozenset())
    if forbidden is not None:
        return Refused(record.row, forbidden)
    if unseen_in(record.content):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        given = Overdracht.model_validate(record.content)
    except ValidationError as invalid:
        return refused_by(record, invalid, _SPECIAL)
    whom = _whom(given.betrokkene, today)
    faults = [*_not_for_us(municipality, given), *_wrong_days(given, today)]
    match whom:
        case Bsn() | Described() if not faults:
            return _draft(given, whom)
        case (reason, field):
            faults.append((reason, field))
    (reason, field), *others = faults
    return Refused(record.row, reason, field, record.raw, tuple(others))


def _not_for_us(municipality: str, given: Overdracht) -> list[Fault]:
    """What the codes say that makes it no hand-over to a wijkteam of this municipality."""
    follows = set(given.vervolgOnderzoek)
    none_and_some = NO_FOLLOW_UP in follows and len(follows) > 1
    twice = len(follows) != len(given.vervolgOnderzoek)
    elsewhere = given.gemeentecode not in (None, municipality)
    undated = _gone(given) and given.gewijzigdOp is None
    wrong = (
        (HANDED_TO_WIJKTEAM not in follows, Refusal.KIND_NOT_ACCEPTED, "vervolgOnderzoek"),
        (none_and_some or twice, Refusal.FIELD_INVALID, "vervolgOnderzoek"),
        (elsewhere, Refusal.OUTSIDE_AREA, "gemeentecode"),
        (undated, Refusal.FIELD_MISSING, "gewijzigdOp"),
    )
    return [(reason, field) for is_wrong, reason, field in wrong if is_wrong]


def _gone(given: Overdracht) -> bool:
    return given.ingetrokken or given.betrokkene.ingetrokken


def _wrong_days(given: Overdracht, today: date) -> list[Fault]:
    handed = date.fromisoformat(given.datumOverdracht)
    recorded = date.fromisoformat(given.datumVastlegging) if given.datumVastlegging else handed
    if handed > today:
        return [(Refusal.DATE_IN_FUTURE, "datumOverdracht")]
    if handed < FIRST_DAY:
        return [(Refusal.DATE_INVALID, "datumOverdracht")]
    if not FIRST_DAY <= recorded <= handed:
        return [(Refusal.DATE_INVALID, "datumVastlegging")]
    if given.betrokkeneGeinformeerd:
        return [(Refusal.FIELD_INVALID, "informerenUiterlijk")] if given.informerenUiterlijk else []
    if given.informerenUiterlijk is None:
        return [(Refusal.FIELD_MISSING, "informerenUiterlijk")]
    latest = recorded + INFORM_WITHIN + given.verlengingen * LONGER_BY
    possible = recorded <= date.fromisoformat(given.informerenUiterlijk) <= latest
    return [] if possible else [(Refusal.DATE_INVALID, "informerenUiterlijk")]


def _whom(given: Betrokkene, today: date) -> Whom | Fault:
    """A number, a description, or a number that must agree with what stands beside it: the wrong door harms.

    A child that is not born yet is in no register.
    Source  bad_inputs.md C2, C4, C5
    """
    if given.burgerservicenummer == UNBORN_BSN:
        return Refusal.UNBORN, _NUMBER
    if given.geboortedatum == UNBORN_DAY:
        return Refusal.UNBORN, "betrokkene.geboortedatum"
    numbered = given.burgerservicenummer not in (None, NO_BSN)
    number = Bsn.parse(given.burgerservicenummer or "") if numbered else None
    if numbered and number is None:
        return Refusal.BSN_INVALID, _NUMBER
    described = _described(given, number)
    if described.born_on is not None and described.born_on > today:
        return Refusal.DATE_IN_FUTURE, "betrokkene.geboortedatum"
    if number is not None:
        return described if described.family_name or described.born_on else number
    if described == Described():
        return Refusal.BSN_MISSING, _NUMBER
    return described if given.nummer is not None else (Refusal.FIELD_MISSING, "betrokkene.nummer")


def _described(given: Betrokkene, number: Bsn | None) -> Described:
    return Described(
        family_name=_text(given.geslachtsnaam),
        prefix=_text(given.voorvoegsel),
        given_names=_text(given.voornamen),
        initials=_text(given.voorletters),
        born_on=born_on(given.geboortedatum) if given.geboortedatum else None,
        postcode=_text(given.postcode).replace(" ", "").upper(),
        house_number=_text(given.huisnummer),
        house_suffix=_text(given.huisnummertoevoeging),
        number=number,
    )


def _text(given: str | None) -> str:
    return unicodedata.normalize("NFC", given or "").strip()


def _id_of(given: Overdracht) -> str:
    """The person within the melding: never their place, which changes when somebody before them is left out."""
    who = given.betrokkene
    return f"{given.meldingnummer}/{who.nummer if who.nummer is not None else who.burgerservicenummer}"


def _draft(given: Overdracht, whom: Whom) -> SignalDraft:
    marks = {Mark.CALL_FIRST: given.belEerst, Mark.SOURCE_PROTECTED: given.bronBeschermd}
    return SignalDraft(
        whom=whom,
        source_id=_id_of(given),
        source=Source.VEILIG_THUIS,
        kind=VersionKind.WITHDRAWN if _gone(given) else VersionKind.REPORTED,
        signal_kind=SignalKind.SAFETY_HANDOVER,
        observed_on=date.fromisoformat(given.datumOverdracht),
        ended_on=None,
        crisis=False,
        mutated_at=moment_in(given.gewijzigdOp) if given.gewijzigdOp else None,
        marks=frozenset(mark for mark, holds in marks.items() if holds),
        inform_by=date.fromisoformat(given.informerenUiterlijk) if given.informerenUiterlijk else None,
    )
