"""Invented inhabitants as the BRP knows them, for the vault's question who is meant."""

import json
from pathlib import Path
from typing import Any

from stdnum.nl import bsn as rules

from connectors.brp import person_file
from connectors.bsn import Bsn, digits_of
from connectors.connector import Described


def _numbers(count: int, start: int = 999_700_000) -> list[Bsn]:
    found: list[Bsn] = []
    while len(found) < count:
        if rules.is_valid(str(start)):
            found.append(Bsn(str(start)))
        start += 1
    return found


NAMES = ("anna", "sam", "sara", "jan", "other_jan", "fatima", "mo", "piet", "ali", "alicia", "ida")
WHO = dict(zip(NAMES, _numbers(len(NAMES)), strict=True))
#: Valid, and nobody's in this register.
STRANGER = _numbers(len(NAMES) + 1)[-1]


def _person(
    name: str, given: str, prefix: str, family: str, born: str, home: tuple[str, str, str], **more: Any
) -> dict[str, Any]:
    whole = {"type": "Datum", "datum": born} if len(born) == 10 else {"type": "JaarDatum", "jaar": int(born)}
    address = {"postcode": home[0], "huisnummer": int(home[1]), "huisletter": home[2]}
    return {
        "burgerservicenummer": digits_of(WHO[name]),
        "naam": {"voornamen": given, "voorvoegsel": prefix, "geslachtsnaam": family},
        "geboorte": {"datum": whole},
        "verblijfplaats": {"type": "Adres", "verblijfadres": {k: v for k, v in address.items() if v != ""}},
        **more,
    }


_MARRIED = {"partners": [{"naam": {"voorvoegsel": "de", "geslachtsnaam": "Vries"}}]}
_DIED = {"opschortingBijhouding": {"reden": {"code": "O"}}}

PEOPLE = (
    _person("anna", "Anna Maria", "van der", "Berg", "1980-05-05", ("9990AA", "12", "")),
    _person("sam", "Sam", "", "Ünal", "2010-03-01", ("9990AB", "7", "")),
    _person("sara", "Sara", "", "Ünal", "2010-03-01", ("9990AB", "7", "")),
    _person("jan", "Jan", "", "Jansen", "1970-01-01", ("9990AC", "1", "")),
    _person("other_jan", "Jan", "", "Jansen", "1970-01-01", ("9990AD", "9", "")),
    _person("fatima", "Fatima", "", "El Amrani", "1985-02-02", ("9990AE", "3", "A"), **_MARRIED),
    _person("mo", "Mohammed", "", "Saïd", "1960", ("9990AF", "5", "")),
    _person("piet", "Piet", "", "Smit", "1940-04-04", ("9990AG", "2", ""), **_DIED),
    _person("ali", "Ali", "de", "Boer", "1999-09-09", ("9990AH", "4", "")),
    _person("alicia", "Alicia", "de", "Boer", "1999-09-09", ("9990AH", "4", "")),
    _person("ida", "Ida", "", "Smits", "1991-11-11", ("9990AG", "2", "")),
)


def written(folder: Path) -> Path:
    """The register as files of Haal Centraal."""
    persons = folder / "personen"
    persons.mkdir(parents=True, exist_ok=True)
    (folder / "bewoningen").mkdir(exist_ok=True)
    for person in PEOPLE:
        answer = {"type": "RaadpleegMetBurgerservicenummer", "personen": [person]}
        (persons / person_file(Bsn(person["burgerservicenummer"]))).write_text(json.dumps(answer))
    return folder


def described(**said: Any) -> Described:
    """Anna as a source describes her, but for what is said."""
    from datetime import date

    born = said.pop("born", "1980-05-05")
    anna = {"family_name": "Berg", "prefix": "van der", "given_names": "Anna Maria", "initials": "A.M."}
    home = {"postcode": "9990AA", "house_number": "12"}
    return Described(**{**anna, **home, **said}, born_on=date.fromisoformat(born) if born else None)


def nameless(**said: Any) -> Described:
    """Somebody without a name or an address, but for what is said."""
    bare = dict.fromkeys(("family_name", "prefix", "given_names", "initials", "postcode", "house_number"), "")
    return described(**{**bare, **said})
