"""Whom a row is about, as its Patient and its reference say it: a BSN, or else a description."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from connectors.general_practice.codes import BSN
from connectors.general_practice.said import PersonSaid

_POSTCODE = re.compile(r"[1-9][0-9]{3} ?[A-Za-z]{2}")
#: A street, the number of a house and what follows it.
_LINE = re.compile(r"\D.*?\s([0-9]{1,5})(?:\s*[-/ ]?\s*([0-9A-Za-z-]{1,6}))?")
_PAST = frozenset({"old", "temp"})


def person_of(reference: Any, patient: Any) -> PersonSaid:
    """The person; `patient` is empty where the delivery holds none."""
    identifiers = [reference.get("identifier", {}), *patient.get("identifier", [])]
    bsns = {each.get("value", "") for each in identifiers if each.get("system") == BSN}
    if bsns:
        return PersonSaid(bsns=sorted(bsns))  # a name beside a BSN is more than is needed
    name = _chosen(patient.get("name", []), "official")
    address = _chosen(patient.get("address", []), "home")
    postcode, number, suffix = _address(address)
    return PersonSaid(
        family=_composed(_own(name, "humanname-own-name") or name.get("family", "")),
        prefix=_composed(_own(name, "humanname-own-prefix")),
        given=_given(name, initials=False),
        initials=_given(name, initials=True),
        born=patient.get("birthDate", ""),
        postcode=postcode,
        house_number=number,
        house_suffix=_composed(suffix),
    )


class Births:
    """The birth dates that a delivery states of whoever has a BSN: they say who may consent."""

    def __init__(self, resources: Iterable[Any]) -> None:
        self._of: dict[str, set[str]] = {}
        for resource in resources:
            for each in (resource, *resource.get("contained", [])):
                if each.get("birthDate") and each.get("resourceType") == "Patient":
                    for bsn in person_of({}, each).bsns:
                        self._of.setdefault(bsn, set()).add(each["birthDate"])

    def of(self, person: PersonSaid) -> str:
        """The date; two that differ are no date, and an empty text is that none is stated."""
        if not person.bsns:
            return person.born
        return " ".join(sorted(self._of.get(person.bsns[0], ())))


def _chosen(candidates: Iterable[Any], use: str) -> Any:
    standing = [each for each in candidates if each.get("use") not in _PAST]
    return next((each for each in standing if each.get("use") == use), standing[0] if standing else {})


def _own(name: Any, extension: str) -> str:
    return str(name.get("_family", {}).get("extension", {}).get(extension, ""))


def _given(name: Any, initials: bool) -> str:
    """The given names, or what stands among them as initials only."""
    given = name.get("given", [])
    beside = [*name.get("_given", []), *[None] * len(given)]
    texts = [text for text, said in zip(given, beside, strict=False) if (_qualifier(said) == "IN") == initials]
    return _composed(("" if initials else " ").join(texts))


def _qualifier(beside: Any) -> str:
    return str((beside or {}).get("extension", {}).get("iso21090-EN-qualifier", ""))


def _address(address: Any) -> tuple[str, str, str]:
    """Postcode, number and suffix; all empty where the postcode is none of ours."""
    postcode = address.get("postalCode", "").strip()
    if _POSTCODE.fullmatch(postcode) is None:
        return "", "", ""
    return postcode.replace(" ", "").upper(), *_house(address)


def _house(address: Any) -> tuple[str, str]:
    """Number and suffix, from their own extensions or else from the line."""
    parts: dict[str, str] = {}
    for beside in address.get("_line", []):
        parts |= (beside or {}).get("extension", {})
    number = parts.get("iso21090-ADXP-houseNumber", "")
    if number:
        suffix = parts.get("iso21090-ADXP-buildingNumberSuffix", "") or parts.get("iso21090-ADXP-unitID", "")
        return number, suffix
    found = next((match for each in address.get("line", []) if (match := _LINE.fullmatch(each.strip()))), None)
    return (found[1], found[2] or "") if found else ("", "")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
