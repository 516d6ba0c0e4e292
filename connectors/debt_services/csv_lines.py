"""The CSV of a small partner (a landlord with ten houses): Dutch columns, one line a signal, nothing guessed."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from connectors.connector import SignalDraft, Whom
from connectors.csv_rows import Profile
from connectors.debt_services.agreement import Agreement
from connectors.debt_services.said import KIND_OF, STATUSES, Names, Said, draft_of, identifier
from connectors.debt_services.whom import bsn_of, described
from connectors.moments import lived_day_in
from connectors.reading import MOST_ROWS
from connectors.refusing import Faulty, Reading
from schemas.vocabulary import Attestation, Refusal

_PERSON: Mapping[str, str] = MappingProxyType(
    {
        "achternaam": "family_name",
        "voorvoegsel": "prefix",
        "voorletters": "initials",
        "postcode": "postcode",
        "huisnummer": "house_number",
        "huisnummertoevoeging": "house_suffix",
    }
)
#: Besluit gemeentelijke schuldhulpverlening art. 2 onder a-d; beside each a column `<naam>_op` with the day.
ATTESTED: Mapping[str, Attestation] = MappingProxyType(
    {
        "contact_gezocht": Attestation.CONTACT_SOUGHT,
        "op_schuldhulp_gewezen": Attestation.HELP_POINTED_OUT,
        "schriftelijk_herinnerd": Attestation.REMINDED_IN_WRITING,
        "doorgeven_aangeboden": Attestation.PASSING_ON_OFFERED,
    }
)
PROFILE = Profile(
    required=frozenset({"kenmerk", "soort", "signaaldatum"}),
    optional=frozenset(
        {"burgerservicenummer", "geboortedatum", "bedrag", "ontstaansdatum", "crisis", "warme_overdracht", "status"}
    )
    | frozenset(_PERSON)
    | frozenset(ATTESTED)
    | frozenset(f"{name}_op" for name in ATTESTED),
    most_rows=MOST_ROWS,
)
_NAMES = Names(source_id="kenmerk", partner="soort")
_YES_NO: Mapping[str, bool] = MappingProxyType({"ja": True, "nee": False, "": False})
#: Whole euros: 1.250 and 12,50 mean different things to different programs, so neither is read.
_WHOLE = re.compile(r"[0-9]{1,9}")

Fields = Mapping[str, str]


def line_draft(agreed: Agreement, fields: Fields, today: date) -> SignalDraft:
    """The signal that one line means.  Raises Faulty"""
    reading = Reading()
    said = Said(
        source_id=reading.of(identifier, fields["kenmerk"], "kenmerk") or "",
        partner=reading.of(_one_of, fields, "soort", frozenset(KIND_OF)),
        status=reading.of(_one_of, fields, "status", STATUSES),
        signalled_on=reading.of(_day, fields, "signaaldatum"),
        began_on=reading.of(_day, fields, "ontstaansdatum"),
        amount=reading.of(_amount, fields),
        crisis=reading.of(_yes, fields, "crisis") or False,
        warm_handover=reading.of(_yes, fields, "warme_overdracht") or False,
        attestations=frozenset(
            each for name, each in ATTESTED.items() if reading.of(_attested, fields, name, today)
        ),
    )
    whom = reading.of(_whom, agreed, fields)
    return draft_of(reading, said, whom, _NAMES, today)


def _whom(agreed: Agreement, fields: Fields) -> Whom:
    """By number alone, or by a description alone: who knows the number needs to send no name or address."""
    number = fields.get("burgerservicenummer", "")
    if not number:
        person = {ours: fields.get(theirs) for theirs, ours in _PERSON.items()}
        return described(_day(fields, "geboortedatum"), person, "burgerservicenummer", "postcode")
    if beside := [name for name in ("geboortedatum", *_PERSON) if fields.get(name)]:
        raise Faulty(*((Refusal.FIELD_NOT_ALLOWED, name) for name in beside))
    return bsn_of(agreed, number, "burgerservicenummer")


def _one_of(fields: Fields, name: str, known: frozenset[str]) -> str | None:
    text = fields.get(name, "")
    if text and text not in known:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return text or None


def _day(fields: Fields, name: str) -> date | None:
    text = fields.get(name, "")
    try:
        return lived_day_in(text) if text else None
    except ValueError:
        raise Faulty((Refusal.DATE_INVALID, name)) from None


def _amount(fields: Fields) -> int | None:
    text = fields.get("bedrag", "")
    if text and _WHOLE.fullmatch(text) is None:
        raise Faulty((Refusal.FIELD_INVALID, "bedrag"))
    return int(text) if text else None


def _yes(fields: Fields, name: str) -> bool:
    text = fields.get(name, "")
    if text not in _YES_NO:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return _YES_NO[text]


def _attested(fields: Fields, name: str, today: date) -> bool:
    """Whether it was done; a day beside it may not be still to come, and not stand beside a no."""
    yes, day = _yes(fields, name), _day(fields, f"{name}_op")
    if day is not None and day > today:
        raise Faulty((Refusal.DATE_IN_FUTURE, f"{name}_op"))
    if day is not None and not yes:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return yes
