"""What a row means: a vroegsignaal of either version, a line of a CSV, or what a zaak says of a signal."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from connectors.connector import Feedback, RawRecord, Refused, SignalDraft, Whom
from connectors.debt_services import model, model_v09
from connectors.debt_services.agreement import Agreement
from connectors.debt_services.csv_lines import line_draft
from connectors.debt_services.rows import Held, Shape
from connectors.debt_services.said import REPEATED, WITHDRAWN, Names, Said, draft_of, identifier
from connectors.debt_services.whom import bsn_of, described
from connectors.reading import unseen
from connectors.refusing import Faulty, Reading, refused_by, refused_for
from schemas.vocabulary import Refusal, Source

_Given = model.Vroegsignaal | model_v09.Vroegsignaal

_SPECIAL: Mapping[str, Refusal] = MappingProxyType(
    {
        "burgerservicenummer": Refusal.BSN_INVALID,
        "Burgerservicenummer": Refusal.BSN_INVALID,
        "signaaldatum": Refusal.DATE_INVALID,
        "ontstaansdatum": Refusal.DATE_INVALID,
        "geboortedatum": Refusal.DATE_INVALID,
        "Geboortedatum": Refusal.DATE_INVALID,
    }
)
_OPEN_09: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "client": model_v09.names_of(model_v09.Client),
        "signaalpartner": model_v09.names_of(model_v09.Signaalpartner),
    }
)


def normalise(agreed: Agreement, record: RawRecord, today: date) -> SignalDraft | Feedback | Refused:
    """The draft of one row, or why it is none."""
    held: Held = record.content
    if unseen(_all_text(held.value)):
        return Refused(record.row, Refusal.CONTROL_CHARACTER, raw=record.raw)
    try:
        return _MEANING[held.shape](agreed, held.value, today)
    except ValidationError as invalid:
        return refused_by(record, invalid, _SPECIAL)
    except Faulty as faulty:
        return refused_for(record, faulty.faults)


def _signal_12(agreed: Agreement, content: Any, today: date) -> SignalDraft:
    given, reading = model.Vroegsignaal.model_validate(content), Reading()
    return _draft(agreed, reading, given, reading.of(_whom_12, agreed, given.client), today)


def _whom_12(agreed: Agreement, client: model.Client) -> Whom:
    if client.burgerservicenummer is not None:
        return bsn_of(agreed, client.burgerservicenummer, "client.burgerservicenummer")
    address = {
        "postcode": client.postcode,
        "house_number": client.huisnummer,
        "house_suffix": client.huisnummertoevoeging,
    }
    return described(_day(client.geboortedatum), address, "client", "client.postcode")


def _signal_09(agreed: Agreement, content: Any, today: date) -> SignalDraft:
    given, reading = model_v09.Vroegsignaal.model_validate(content), Reading()
    # The schema leaves these two open; what was not agreed may not be sent.
    if more := [part for part, known in _OPEN_09.items() if set(content[part]) - known]:
        raise Faulty(*((Refusal.FIELD_NOT_ALLOWED, part) for part in more))
    return _draft(agreed, reading, given, reading.of(_whom_09, agreed, given.client), today)


def _whom_09(agreed: Agreement, client: model_v09.Client) -> Whom:
    """By number where there is one: then the names beside it are dropped."""
    if client.burgerservicenummer:
        return bsn_of(agreed, client.burgerservicenummer, "client.Burgerservicenummer")
    person = {
        "family_name": client.achternaam,
        "prefix": client.voorvoegsel,
        "initials": client.voorletters,
        "postcode": client.postcode,
        "house_number": client.huisnummer,
        "house_suffix": client.huisnummertoevoeging,
    }
    return described(_day(client.geboortedatum), person, "client", "client.Postcode")


def _draft(agreed: Agreement, reading: Reading, given: _Given, whom: Whom | None, today: date) -> SignalDraft:
    partner = given.signaalpartner.type
    said = Said(
        source_id=reading.of(identifier, given.ID, "ID") or "",
        partner=partner,
        status=given.status,
        signalled_on=_day(given.signaaldatum),
        began_on=_day(given.ontstaansdatum),
        amount=given.bedrag,
        crisis=given.crisissignaal or False,
        warm_handover=given.warmeOverdracht or False,
        attestations=agreed.attested.get(partner or "", frozenset()),
    )
    return draft_of(reading, said, whom, Names(), today)


def _case(_agreed: Agreement, content: Any, _today: date) -> Feedback:
    """What the result of a zaak says of one signal: that it ends, or nothing that the signal did not say itself."""
    result, name = content["resultaat"], content["ID"]
    return Feedback(
        source_id="" if name is None else identifier(name, "vroegsignaalzaken.vroegsignalen.ID"),
        source=Source.DEBT_SERVICES,
        withdrawn=result in WITHDRAWN,
        repeated=result == REPEATED,
    )


_MEANING: Mapping[Shape, Callable[[Agreement, Any, date], SignalDraft | Feedback]] = MappingProxyType(
    {Shape.SIGNAL_12: _signal_12, Shape.SIGNAL_09: _signal_09, Shape.CASE: _case, Shape.LINE: line_draft}
)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def _all_text(content: object) -> str:
    match content:
        case str():
            return content
        case dict():
            return "".join(f"{key}{_all_text(value)}" for key, value in content.items())
        case list():
            return "".join(map(_all_text, content))
        case _:
            return ""
