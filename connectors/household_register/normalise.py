"""From what the BRP answers to residents and homes; pure, and what is not understood is left out.

Source  formats.md 5.1 and 5.2
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from connectors.brp import Answer, part
from connectors.bsn import Bsn
from connectors.household_register.resident import Address, Born, Home, Resident

#: More people than this at one address is an institution or a shelter, never a household.  Source  bad_inputs.md C6
MOST_RESIDENTS = 15


def resident(person: Answer) -> Resident | None:
    """A `Persoon`, or None when it has no usable number of its own."""
    bsn = _bsn(person)
    if bsn is None:
        return None
    suspended = part(person, "opschortingBijhouding", "reden", "code")
    return Resident(
        bsn=bsn,
        born=born(part(person, "geboorte", "datum")),
        died_on=_death(person, suspended),
        kept=suspended is None,
        municipality=str(part(person, "gemeenteVanInschrijving", "code") or ""),
        address=_address(person),
        secrecy=person.get("geheimhoudingPersoonsgegevens") is True,
        under_investigation=any(bool(part(person, *path)) for path in _UNDER_INVESTIGATION),
        parents=_bsns(person.get("ouders")),
        children=_bsns(person.get("kinderen")),
        partners=_bsns(_partners(person, ended=False)),
        former_partners=_bsns(_partners(person, ended=True)),
        custody=_custody(person, bsn),
    )


def _death(person: Answer, suspended: Any) -> date | None:
    """The day of a death; the first of all days when it is not known. Source  opschorting O: overlijden."""
    if not person.get("overlijden") and suspended != "O":
        return None
    days = (_first(part(person, *path, "datum")) for path in (("overlijden",), ("opschortingBijhouding",)))
    return next((day for day in days if day is not None), date.min)


_UNDER_INVESTIGATION = (("inOnderzoek",), ("verblijfplaats", "inOnderzoek"), ("geboorte", "inOnderzoek"))


def home(answer: Answer) -> Home | None:
    """A `Bewoning`; `mogelijkeBewoners` are never taken for residents."""
    object_id, listed = answer.get("adresseerbaarObjectIdentificatie"), answer.get("bewoners")
    if not isinstance(object_id, str) or not isinstance(listed, list):
        return None
    many = answer.get("indicatieVeelBewoners") is True or len(listed) > MOST_RESIDENTS
    return Home(object_id, _bsns(listed), many)


def _bsn(holder: Any) -> Bsn | None:
    text = part(holder, "burgerservicenummer")
    return Bsn.parse(text) if isinstance(text, str) else None


def _bsns(holders: Any) -> frozenset[Bsn]:
    found = map(_bsn, holders) if isinstance(holders, list | tuple) else ()
    return frozenset(each for each in found if each is not None)


def _partners(person: Answer, ended: bool) -> tuple[Any, ...]:
    listed = person.get("partners")
    return tuple(
        each
        for each in (listed if isinstance(listed, list) else ())
        if bool(part(each, "ontbindingHuwelijkPartnerschap")) is ended
    )


def _address(person: Answer) -> Address | None:
    """Only a woonadres: a briefadres (functieAdres B), abroad, unknown or a location is no home."""
    lives = person.get("verblijfplaats")
    if part(lives, "type") != "Adres" or part(lives, "functieAdres", "code") == "B":
        return None
    if part(lives, "indicatieVastgesteldVerblijftNietOpAdres") is True:
        return None
    object_id = part(lives, "adresseerbaarObjectIdentificatie")
    if not isinstance(object_id, str):
        return None
    postcode = str(part(lives, "verblijfadres", "postcode") or "").replace(" ", "").upper()
    number = part(lives, "verblijfadres", "huisnummer")
    return Address(object_id, postcode, number if isinstance(number, int) else 0, _first(part(lives, "datumVan")))


def _shared(gezag: Answer) -> frozenset[Bsn]:
    return _bsns(gezag.get("ouders"))


def _with_another(gezag: Answer) -> frozenset[Bsn]:
    return _bsns((gezag.get("ouder"), gezag.get("derde")))


_CUSTODY: Mapping[str, Callable[[Answer], frozenset[Bsn]]] = MappingProxyType(
    {"GezamenlijkOuderlijkGezag": _shared, "TweehoofdigOuderlijkGezag": _shared, "GezamenlijkGezag": _with_another}
)


def _custody(person: Answer, bsn: Bsn) -> frozenset[Bsn]:
    """Who hold gezag over this person together; nobody when any of it is in onderzoek or is held by one."""
    holders: frozenset[Bsn] = frozenset()
    listed = person.get("gezag")
    for each in listed if isinstance(listed, list) else ():
        about = _bsn(part(each, "minderjarige"))
        if not isinstance(each, dict) or (about is not None and about != bsn):
            continue
        if each.get("inOnderzoek"):
            return frozenset()
        reads = _CUSTODY.get(str(each.get("type")))
        holders |= reads(each) if reads else frozenset()
    return holders if len(holders) > 1 else frozenset()


def born(written: Any) -> Born | None:
    """The span of days a polymorphic date may mean."""
    try:
        match part(written, "type"):
            case "Datum":
                day = date.fromisoformat(written["datum"])
                return Born(day, day)
            case "JaarMaandDatum":
                year, month = written["jaar"], written["maand"]
                return Born(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
            case "JaarDatum":
                return Born(date(written["jaar"], 1, 1), date(written["jaar"], 12, 31))
            case _:
                return None
    except (KeyError, TypeError, ValueError):
        return None


def _first(written: Any) -> date | None:
    span = born(written)
    return span.earliest if span else None
