"""What a line of the register means: who stated what about whose data, for which purpose, from when until when."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from connectors.bsn import Bsn
from connectors.connector import ConsentDraft, RawRecord, Refused
from connectors.consent_register.who_may import Declared, consents_until
from connectors.moments import Day, LivedDay, Moment, moment_in
from connectors.reading import unseen_in
from connectors.refusing import refused_by
from schemas.civil import civil_day
from schemas.vocabulary import ConsentKind, GivenBy, Purpose, Refusal, Source

KIND_OF: Mapping[str, ConsentKind] = MappingProxyType(
    {
        "gegeven": ConsentKind.GIVEN,
        "ingetrokken": ConsentKind.WITHDRAWN,
        "bezwaar": ConsentKind.OBJECTED,
        "beperking": ConsentKind.RESTRICTED,
    }
)
SOURCE_OF: Mapping[str, Source | None] = MappingProxyType(
    {
        "school": Source.SCHOOL_ATTENDANCE,
        "schuldhulp": Source.DEBT_SERVICES,
        "huisarts": Source.GENERAL_PRACTICE,
        "veilig_thuis": Source.VEILIG_THUIS,
        "wijkteam": Source.WIJKTEAM,
        "alle": None,
    }
)
PURPOSE_OF: Mapping[str, Purpose] = MappingProxyType(
    {
        "correlatie": Purpose.USE_FOR_CORRELATION,
        "tonen": Purpose.SHOW_TO_TEAM,
        "onthullen": Purpose.REVEAL_IDENTITY,
    }
)
GIVEN_BY: Mapping[str, GivenBy] = MappingProxyType(
    {
        "zelf": GivenBy.SELF,
        "vertegenwoordiger": GivenBy.REPRESENTATIVE,
        "beide_vertegenwoordigers": GivenBy.REPRESENTATIVE,
        "beiden": GivenBy.BOTH,
        "zelf_en_beide_vertegenwoordigers": GivenBy.BOTH,
    }
)
#: Nobody older lives.
FIRST_BIRTH = date(1900, 1, 1)
_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {
        "burgerservicenummer": Refusal.BSN_INVALID,
        "geldigVanaf": Refusal.DATE_INVALID,
        "geldigTot": Refusal.DATE_INVALID,
        "geboortedatum": Refusal.DATE_INVALID,
        "vastgelegdOp": Refusal.DATE_INVALID,
    }
)


class Verklaring(BaseModel):
    """One line."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    burgerservicenummer: str
    verklaring: Literal["gegeven", "ingetrokken", "bezwaar", "beperking"]
    bron: Literal["school", "schuldhulp", "huisarts", "veilig_thuis", "wijkteam", "alle"]
    doel: Literal["correlatie", "tonen", "onthullen"]
    geldigVanaf: LivedDay
    geldigTot: Day | None = None
    gegevenDoor: Literal[
        "zelf", "vertegenwoordiger", "beide_vertegenwoordigers", "beiden", "zelf_en_beide_vertegenwoordigers"
    ]
    vastgelegdOp: Moment
    geboortedatum: Day | None = None
    gezag: (
        Literal[
            "eenhoofdig", "gezamenlijk", "voogdij", "curatele", "tijdelijk_geen", "niet_te_bepalen", "in_onderzoek"
        ]
        | None
    ) = None


def normalise(record: RawRecord, today: date) -> ConsentDraft | Refused:
    """The draft of one statement, or why it is none; a statement may hold from a later day on."""
    if unseen_in(record.content):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        given = Verklaring.model_validate(record.content)
    except ValidationError as invalid:
        return refused_by(record, invalid, _SPECIAL)
    return _draft(record, given)


def _draft(record: RawRecord, given: Verklaring) -> ConsentDraft | Refused:
    bsn = Bsn.parse(given.burgerservicenummer)
    first, last = date.fromisoformat(given.geldigVanaf), _day(given.geldigTot)
    until = _until(given, first, last)
    faults = []
    if bsn is None:
        faults.append((Refusal.BSN_INVALID, "burgerservicenummer"))
    if last is not None and last < first:
        faults.append((Refusal.DATE_INVALID, "geldigTot"))
    if isinstance(until, tuple):
        faults.append(until)
    if bsn is None or isinstance(until, tuple) or faults:
        (reason, field), *others = faults
        return Refused(record.row, reason, field, record.raw, tuple(others))
    return ConsentDraft(
        whom=bsn,
        source_id=given.id,
        kind=KIND_OF[given.verklaring],
        source=SOURCE_OF[given.bron],
        purpose=PURPOSE_OF[given.doel],
        valid_from=first,
        valid_until=until,
        given_by=GIVEN_BY[given.gegevenDoor],
        recorded_at=moment_in(given.vastgelegdOp),
    )


def _until(given: Verklaring, first: date, last: date | None) -> date | tuple[Refusal, str] | None:
    """Until when it holds: as stated, or for a minor until the birthday from which this giver no longer suffices.

    Who takes a consent back, objects or asks for restriction is always believed: it only ever stops a use.
    """
    declared, born = civil_day(moment_in(given.vastgelegdOp)), _day(given.geboortedatum)
    if born is not None and not FIRST_BIRTH <= born <= declared:
        return Refusal.DATE_INVALID, "geboortedatum"
    if KIND_OF[given.verklaring] is not ConsentKind.GIVEN:
        return last
    ends = consents_until(Declared(given.bron, given.gegevenDoor, given.gezag, born, declared, first))
    if isinstance(ends, tuple):
        return ends
    return min((each for each in (ends, last) if each is not None), default=None)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
