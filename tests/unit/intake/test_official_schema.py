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
from connectors.debt_services.model import Vroegsignaal
from connectors.debt_services.read import walk
from connectors.moments import moment_in
from tests.support.deliveries import NUMBERS, arrears, ddas

SCHEMA = Path(__file__).parents[4] / "shared/reference/ddas/json_schema_Uitwisselmodel.v1.2.json"
pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason=f"the official schema is not at {SCHEMA}")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _official() -> jsonschema.protocols.Validator:
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

    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=formats)


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
            if isinstance(each, RawRecord):
                Vroegsignaal.model_validate(each.content)
    except ValidationError:
        return False
    return True


def _full() -> dict[str, Any]:
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


def _damaged(chance: random.Random) -> Any:
    """One document with one to three changes: removed, replaced, doubled, renamed or added."""
    document = _full()
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
                holder[chance.choice(["extra", "ID", "type", "postcode"])] = chance.choice(_OTHER)
    return document


def test_the_whole_document_is_in_order_for_both() -> None:
    assert _official().is_valid(_full()) and _ours(_full())


def test_the_official_example_of_an_older_version_is_refused_by_both() -> None:
    old = json.loads((SCHEMA.parent / "enkelvoudigVoorbeeld.v0.9.json").read_text())
    assert not _official().is_valid(old) and not _ours(old)


def test_both_give_the_same_verdict_on_damaged_documents(capsys: pytest.CaptureFixture[str]) -> None:
    chance, official = random.Random(4), _official()
    verdicts = {True: 0, False: 0}
    for _ in range(3_000):
        document = _damaged(chance)
        wanted = official.is_valid(document)
        assert _ours(document) is wanted, (wanted, sorted(map(str, official.iter_errors(document)))[:1])
        verdicts[wanted] += 1
    with capsys.disabled():
        print(f"\nDDAS v1.2: {verdicts[True]} damaged documents still valid, {verdicts[False]} not")  # noqa: T201
    assert min(verdicts.values()) > 300
