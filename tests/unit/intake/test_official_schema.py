"""Our model of a DDAS file and the official schema give the same verdict, on thousands of damaged documents too."""

import copy
import io
import json
import random
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from connectors.connector import RawRecord, Refused
from connectors.debt_services import model, model_v09
from connectors.debt_services.read import walk
from connectors.debt_services.rows import Shape
from connectors.moments import moment_in
from tests.support.deliveries import NUMBERS, arrears, ddas

OFFICIAL = Path(__file__).parents[4] / "shared/reference/ddas"
pytestmark = pytest.mark.skipif(not OFFICIAL.exists(), reason=f"the official schemas are not at {OFFICIAL}")
VERSIONS = ("1.2", "0.9")
SIGNALS = {Shape.SIGNAL_12: model.Vroegsignaal, Shape.SIGNAL_09: model_v09.Vroegsignaal}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _official(version: str) -> jsonschema.protocols.Validator:
    formats = jsonschema.FormatChecker(formats=())

    @formats.checks("date", raises=ValueError)
    def _date(text: object) -> bool:
        return not isinstance(text, str) or bool(_DAY.fullmatch(text) and date.fromisoformat(text))

    @formats.checks("date-time", raises=ValueError)
    def _moment(text: object) -> bool:
        return not isinstance(text, str) or bool(moment_in(text))

    @formats.checks("email")
    def _email(text: object) -> bool:
        return not isinstance(text, str) or "@" in text

    return jsonschema.Draft202012Validator(
        json.loads((OFFICIAL / f"json_schema_Uitwisselmodel.v{version}.json").read_text()), format_checker=formats
    )


class _Everywhere(str):
    """The code of whatever municipality: which one it is, is no business of the schema."""

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


def _ours(document: Any) -> bool:
    """Whether our reader finds the document in order, as far as the schema goes."""
    try:
        for each in walk(_Everywhere(), 10**8, io.BytesIO(json.dumps(document).encode())):
            if isinstance(each, Refused) and each.reason.value != "empty":
                return False
            if isinstance(each, RawRecord) and each.content.shape in SIGNALS:
                SIGNALS[each.content.shape].model_validate(each.content.value)
    except ValidationError:
        return False
    return True


def _full_12() -> dict[str, Any]:
    document = ddas(
        arrears("VS-1"),
        arrears("VS-2", client={"postcode": "9999ZZ", "huisnummer": "12", "geboortedatum": "1986-04-12"}),
        arrears("VS-3", NUMBERS[2], signaalpartner={"type": "CAK Eigen bijdrage"}, crisissignaal=True),
    )
    document["leveringen"][0]["vroegsignaalzaken"] = [
        {
            "resultaat": "Vervolghulp en/of verwijzing financieel",
            "matchingsdatum": "2026-03-08",
            "datumOpgepakt": "2026-03-09",
            "vroegsignalen": [{"ID": "VS-1"}, {"ID": "VS-2"}],
            "contactpogingen": [
                {"soort": "Telefoon", "bereikt": False, "datum": "2026-03-09", "dagdeel": "Ochtend"}
            ],
        }
    ]
    document["leveringen"].append(ddas(arrears("VS-4", NUMBERS[3]))["leveringen"][0] | {"teller": 2})
    return document


def _full_09() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((OFFICIAL / "enkelvoudigVoorbeeld.v0.9.json").read_text())
    (levering,) = document["leveringen"]
    levering["vroegsignalen"] += [
        arrears("VS-2") | {"client": {"Achternaam": "Verzonnen", "Geboortedatum": "1986-04-12"}},
        arrears("VS-3") | {"client": {}, "signaalpartner": {}},
    ]
    document["leveringen"].append(copy.deepcopy(levering) | {"teller": 2})
    return document


FULL = {"1.2": _full_12, "0.9": _full_09}
_OTHER: list[Any] = [
    None,
    True,
    0,
    1.0,
    640.5,
    -3,
    10**30,
    "",
    "Huur",
    "2026-02-30",
    "2026-03-01",
    "20260301",
    "2026-04-02T08:00:00",
    "2026-04-02t08:00:00+01:00",
    "999990019",
    "12345678",
    [],
    {},
    [{}],
    {"ID": "x"},
    "a@b",
]
NAMES_THAT_DIFFER = ["aanleverende_organisatie", "aanleverendeOrganisatie", "datum_opgepakt", "datumOpgepakt"]
Place = tuple[str | int, ...]


def _places(value: Any, here: Place = ()) -> Iterator[Place]:
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*here, key))


def _at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


def _damaged(version: str, chance: random.Random) -> Any:
    """One document with one to three changes: removed, replaced, doubled, renamed or added."""
    document = FULL[version]()
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        *rest, last = chance.choice([each for each in _places(document) if each])
        holder = _at(document, tuple(rest))
        match chance.choice(["remove", "replace", "replace", "double", "rename", "add"]):
            case "remove":
                del holder[last]
            case "replace":
                holder[last] = copy.deepcopy(chance.choice(_OTHER))
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case "rename" if isinstance(holder, dict):
                holder[f"{last}x"] = holder.pop(last)
            case _ if isinstance(holder, dict):
                holder[chance.choice(["extra", "ID", "type", "postcode", "Postcode", *NAMES_THAT_DIFFER])] = (
                    chance.choice(_OTHER)
                )
    return document


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_document_is_in_order_for_both(version: str) -> None:
    assert _official(version).is_valid(FULL[version]()) and _ours(FULL[version]())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_document_is_in_order_for_no_other_version(version: str) -> None:
    (other,) = set(VERSIONS) - {version}
    assert not _official(other).is_valid(FULL[version]())


@pytest.mark.parametrize("version", VERSIONS)
def test_both_give_the_same_verdict_on_damaged_documents(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    seed = 4
    chance, official = random.Random(seed), _official(version)
    (other,) = set(VERSIONS) - {version}
    verdicts = {True: 0, False: 0}
    for _ in range(1_500):
        document = _damaged(version, chance)
        wanted = official.is_valid(document)
        same = _ours(document) is wanted or _official(other).is_valid(document)
        assert same, (wanted, sorted(map(str, official.iter_errors(document)))[:1])
        verdicts[wanted] += 1
    with capsys.disabled():
        print(  # noqa: T201
            f"\nDDAS v{version}, seed {seed}: {verdicts[True]} damaged documents still valid, {verdicts[False]} not"
        )
    assert min(verdicts.values()) > 150


def test_a_file_of_two_versions_is_neither() -> None:
    document = _full_12()
    document["leveringen"].append(_full_09()["leveringen"][0])
    assert not _ours(document) and not any(_official(version).is_valid(document) for version in VERSIONS)
    document["leveringen"].reverse()
    assert not _ours(document)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_is_found_when_the_name_that_says_it_comes_last(version: str) -> None:
    document = FULL[version]()
    for levering in document["leveringen"]:
        name = next(each for each in levering if each.startswith("aanleverende"))
        levering[name] = levering.pop(name)
    assert _ours(document)
