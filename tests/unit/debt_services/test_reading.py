"""Rows of a debt-services file: of which version, in which order, and the same again from what was kept."""

import io
import json
from typing import Any

import pytest

from connectors.connector import Feedback, RawRecord, Refused
from connectors.debt_services.rows import Held, Shape, raw_of
from schemas.vocabulary import Refusal
from tests.support.deliveries import NUMBERS, arrears, ddas, ddas_file
from tests.unit.debt_services.files import CONNECTOR, TODAY, csv_file, meant, only, rows_in, v09, with_cases

CASES = [
    {"resultaat": "Inwoner is overleden", "vroegsignalen": [{"ID": "VS-1"}, {"ID": "VS-2"}]},
    {"resultaat": "(Budget)advies en/of quick fix", "vroegsignalen": [{"ID": "VS-3"}]},
    {"resultaat": "Niet opgepakt: herhaalde melding", "vroegsignalen": [{"ID": "VS-3"}]},
    {"matchingsdatum": "2026-03-05"},
]
FILES = {
    "v1.2": with_cases(arrears("VS-1"), cases=CASES),
    "v0.9": json.dumps(v09(arrears("VS-1", client={"Burgerservicenummer": NUMBERS[0]}))).encode(),
    "csv": csv_file({}, {"kenmerk": "H-2", "burgerservicenummer": "123456789"}),
}


@pytest.mark.parametrize("written", FILES)
def test_a_row_means_the_same_from_the_bytes_that_were_kept_of_it(written: str) -> None:
    for record in rows_in(FILES[written]):
        assert isinstance(record, RawRecord)
        again = CONNECTOR.again(record.row, record.raw)
        assert isinstance(again, RawRecord)
        assert (again, again.content) == (record, record.content)
        assert CONNECTOR.normalise(again, TODAY) == CONNECTOR.normalise(record, TODAY)


@pytest.mark.parametrize(
    "value", [{"ID": "VS-1"}, {"regel": {"kenmerk": "x"}}, {"vroegsignaal v0.9": 1}, 5, [], {}]
)
def test_no_row_can_pass_for_one_of_another_shape(value: Any) -> None:
    for shape in Shape:
        again = CONNECTOR.again(7, raw_of(Held(shape, value)))
        assert isinstance(again, RawRecord) and again.content == Held(shape, value)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"ID":1,"ID":2}', b"{} {}"])
def test_bytes_that_are_no_row_are_refused(raw: bytes) -> None:
    assert isinstance(CONNECTOR.again(1, raw), Refused)


def test_of_a_row_that_says_something_twice_nothing_is_kept_to_offer_again_as_one_of_the_two() -> None:
    twice = ddas_file(arrears("VS-1")).replace(
        b'"client":', b'"client":{"burgerservicenummer":"999990020"},"client":'
    )
    (refused,) = rows_in(twice)
    assert refused == Refused(1, Refusal.DUPLICATE_KEY) and refused.raw == b""


def test_what_a_zaak_says_of_each_signal_is_a_row_behind_all_signals() -> None:
    document = json.loads(FILES["v1.2"])
    (levering,) = document["leveringen"]
    levering = {"vroegsignaalzaken": levering.pop("vroegsignaalzaken")} | levering  # before the signals
    said = meant(json.dumps(document | {"leveringen": [levering]}).encode())[1:]
    assert [(each.source_id, each.withdrawn, each.repeated) for each in said if isinstance(each, Feedback)] == [
        ("VS-1", True, False),
        ("VS-2", True, False),
        ("VS-3", False, False),
        ("VS-3", True, True),
        ("", False, False),
    ]


def test_an_id_that_no_signal_can_have_is_refused_in_its_own_row() -> None:
    assert only(with_cases(cases=[{"vroegsignalen": [{"ID": " "}]}])) == Refused(
        1,
        Refusal.FIELD_INVALID,
        "vroegsignaalzaken.vroegsignalen.ID",
        raw_of(Held(Shape.CASE, {"resultaat": None, "ID": " "})),
    )


def test_no_contact_no_date_and_no_other_field_of_a_zaak_is_kept() -> None:
    case = CASES[0] | {"contactpogingen": [{"soort": "Huisbezoek", "datum": "2026-03-09", "bereikt": True}]}
    kept = b"".join(each.raw for each in rows_in(with_cases(cases=[case])))
    assert b"Huisbezoek" not in kept and b"2026" not in kept


def test_a_result_that_does_not_exist_stops_the_file() -> None:
    (refused,) = rows_in(with_cases(cases=[{"resultaat": "verhuisd"}]))
    assert (refused.row, refused.reason, refused.field) == (0, Refusal.FIELD_INVALID, "resultaat")  # type: ignore[union-attr]


@pytest.mark.parametrize("first", [0, 1])
def test_a_file_of_two_versions_is_refused_as_a_whole(first: int) -> None:
    both = [ddas(arrears("VS-1"))["leveringen"][0], v09(arrears("VS-2"))["leveringen"][0] | {"teller": 2}]
    document = ddas() | {"leveringen": [both[first], both[1 - first]]}
    said = CONNECTOR.delivered(io.BytesIO(json.dumps(document).encode()))
    assert isinstance(said, Refused) and said.reason is Refusal.FIELD_NOT_ALLOWED


@pytest.mark.parametrize("broken", ["", '"', "}}"])
def test_what_is_broken_behind_rows_of_an_unknown_version_is_found(broken: str) -> None:
    document = json.dumps(ddas(arrears("VS-1")))
    before, _, _ = document.partition('"aanleverendeOrganisatie"')
    rows = json.dumps(ddas(arrears("VS-1"))["leveringen"][0]["vroegsignalen"])
    said = CONNECTOR.delivered(io.BytesIO(f'{before}"vroegsignalen":{rows}{broken}'.encode()))
    assert isinstance(said, Refused)


def test_a_levering_of_no_version_is_refused_for_what_it_lacks() -> None:
    document = ddas(arrears("VS-1"))
    del document["leveringen"][0]["aanleverendeOrganisatie"]
    said = CONNECTOR.delivered(io.BytesIO(json.dumps(document).encode()))
    assert isinstance(said, Refused)
    assert (said.reason, said.field) == (Refusal.FIELD_MISSING, "aanleverendeOrganisatie")


def test_two_leveringen_may_differ_in_their_rows_alone() -> None:
    one, other = ddas(arrears("VS-1"))["leveringen"], ddas(arrears("VS-2", NUMBERS[1]))["leveringen"]
    assert len(meant(json.dumps(ddas() | {"leveringen": one + other}).encode())) == 2
    said = CONNECTOR.delivered(io.BytesIO(json.dumps(ddas() | {"leveringen": one + one}).encode()))
    assert isinstance(said, Refused) and said.field == "leveringen"


def test_signals_and_zaken_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    file = with_cases(arrears("VS-1"), arrears("VS-2"), cases=CASES)
    for most, field in ((6, "vroegsignalen"), (4, "vroegsignaalzaken"), (1, "vroegsignalen")):
        monkeypatch.setattr("connectors.debt_services.read.MOST_ROWS", most)
        said = CONNECTOR.delivered(io.BytesIO(file))
        assert isinstance(said, Refused) and (said.reason, said.field) == (Refusal.SIZE, field)
    monkeypatch.setattr("connectors.debt_services.read.MOST_ROWS", 7)
    assert not isinstance(CONNECTOR.delivered(io.BytesIO(file)), Refused)


def test_an_xml_file_is_no_debt_services_file() -> None:
    said = CONNECTOR.delivered(io.BytesIO(b"<levering/>"))
    assert isinstance(said, Refused) and said.reason is Refusal.SYNTAX


def test_a_file_with_zaken_alone_is_a_file() -> None:
    document = json.loads(with_cases(cases=CASES))
    del document["leveringen"][0]["vroegsignalen"]
    assert len(meant(json.dumps(document).encode())) == 5
