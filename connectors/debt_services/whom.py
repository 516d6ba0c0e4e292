"""Whom a vroegsignaal is about: a number that passes the elfproef, or a description that one person may fit."""

import re
import unicodedata
from datetime import date

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.debt_services.agreement import Agreement
from connectors.refusing import Faulty
from schemas.vocabulary import Refusal

_POSTCODE = re.compile(r"([1-9][0-9]{3}) ?([A-Za-z]{2})")


def bsn_of(agreed: Agreement, text: str, name: str) -> Bsn:
    """The number; one of the official examples is read as the invented person who stands for it.  Raises Faulty"""
    bsn = Bsn.parse(agreed.fixtures.get(text, text))
    if bsn is None:
        raise Faulty((Refusal.BSN_INVALID, name))
    return bsn


def described(born_on: date | None, given: dict[str, str | None], place: str, postcode_name: str) -> Described:
    """A description with an address, or with a name and a day of birth.

    Shapes  `given` maps names of `Described` to what the source wrote
    Raises  Faulty: bsn_missing where neither is there
    """
    said = {name: unicodedata.normalize("NFC", (text or "").strip()) for name, text in given.items()}
    whom = Described(
        family_name=said.get("family_name", ""),
        prefix=said.get("prefix", ""),
        initials=said.get("initials", ""),
        born_on=born_on,
        postcode=_postcode(said.get("postcode", ""), postcode_name),
        house_number=said.get("house_number", ""),
        house_suffix=said.get("house_suffix", ""),
    )
    if not (whom.postcode and whom.house_number) and not (whom.family_name and whom.born_on):
        raise Faulty((Refusal.BSN_MISSING, place))
    return whom


def _postcode(text: str, name: str) -> str:
    found = _POSTCODE.fullmatch(text)
    if text and found is None:
        raise Faulty((Refusal.FIELD_INVALID, name))
    return "".join(found.groups()).upper() if found else ""
