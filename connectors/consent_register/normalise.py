"""What a line of the register means: who stated what about whose data, for which purpose, from when until when."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from connectors.bsn import Bsn
from connectors.connector import ConsentDraft, RawRecord, Refused
from connectors.moments import Day, Moment, moment_in
from connectors.reading import unseen
from connectors.refusing import first_fault
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
    {"zelf": GivenBy.SELF, "vertegenwoordiger": GivenBy.REPRESENTATIVE, "beiden": GivenBy.BOTH}
)
_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {
        "burgerservicenummer": Refusal.BSN_INVALID,
        "geldigVanaf": Refusal.DATE_INVALID,
        "geldigTot": Refusal.DATE_INVALID,
        "vastgelegdOp": Refusal.DATE_INVALID,
    }
)


class Verklaring(BaseModel):
    """One line."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    burgerservicenummer: str
    verklaring: Literal["gegeven", "ingetrokken", "bezwaar", "beperking"]
    bron: Literal["school", "schuldhulp", "huisarts", "veilig_thuis", "alle"]
    doel: Literal["correlatie", "tonen", "onthullen"]
    geldigVanaf: Day
    geldigTot: Day | None = None
    gegevenDoor: Literal["zelf", "vertegenwoordiger", "beiden"]
    vastgelegdOp: Moment


def normalise(record: RawRecord, today: date) -> ConsentDraft | Refused:
    """The draft of one statement, or why it is none; a statement may hold from a later day on."""
    if unseen("".join(_texts(record.content))):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        given = Verklaring.model_validate(record.content)
    except ValidationError as invalid:
        reason, field = first_fault(invalid, _SPECIAL)
        return Refused(record.row, reason, field, record.raw)
    return _draft(record, given)


def _draft(record: RawRecord, given: Verklaring) -> ConsentDraft | Refused:
    bsn = Bsn.parse(given.burgerservicenummer)
    if bsn is None:
        return Refused(record.row, Refusal.BSN_INVALID, "burgerservicenummer", record.raw)
    first = date.fromisoformat(given.geldigVanaf)
    last = date.fromisoformat(given.geldigTot) if given.geldigTot is not None else None
    if last is not None and last < first:
        return Refused(record.row, Refusal.DATE_INVALID, "geldigTot", record.raw)
    return ConsentDraft(
        whom=bsn,
        source_id=given.id,
        kind=KIND_OF[given.verklaring],
        source=SOURCE_OF[given.bron],
        purpose=PURPOSE_OF[given.doel],
        valid_from=first,
        valid_until=last,
        given_by=GIVEN_BY[given.gegevenDoor],
        recorded_at=moment_in(given.vastgelegdOp),
    )


def _texts(content: Any) -> list[str]:
    items = content.items() if isinstance(content, dict) else ()
    return [text for pair in items for text in pair if isinstance(text, str)]
