"""The corners of both spellings and of time, where one reader could quietly differ from the other."""

import io
from datetime import date
from typing import Any

import pytest

from connectors.connector import RawRecord
from connectors.general_practice.consent_rules import standing
from connectors.general_practice.provisions import Lacking, Valid
from connectors.general_practice.times import day_after, day_of, moment_of
from schemas.vocabulary import Refusal
from tests.support.deliveries import CONNECTORS, Door
from tests.support.fhir import as_xml, bundle, consent, lines, patient, referral, written
from tests.unit.general_practice.test_consent_rules import ANNA, PERMIT, TODAY, said

CONNECTOR = CONNECTORS["general_practice"]


def refused(content: bytes) -> list[tuple[Refusal, str | None]]:
    return [(each.reason, each.field) for each in Door().send("general_practice", content).refused]


def test_a_day_that_ends_counts_whole_and_a_moment_does_not() -> None:
    assert day_after("2026-03-31") == date(2026, 4, 1)
    assert day_after("2026-03-31T23:59:00+02:00") == date(2026, 3, 31)
    assert day_after("9999-12-31") == date.max


def test_a_moment_late_in_the_evening_is_of_the_day_it_is_here() -> None:
    assert day_of("2026-03-31T22:30:00Z") == date(2026, 4, 1)
    assert day_of("2026-01-31T22:30:00Z") == date(2026, 1, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-03",
        "10-03-2026",
        "2026/03/10",
        "20260310",
        "2026-W11-1",
        "２026-03-10",
        "2026-03-10T09:12",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_neither_a_day_nor_a_moment_is_not_guessed_at(text: str) -> None:
    for reading in (day_of, day_after, moment_of):
        with pytest.raises(ValueError, match=r".+"):
            reading(text)


def test_a_version_without_a_readable_time_is_older_than_every_other() -> None:
    unreadable = said(PERMIT, lastUpdated="gisteren", status="inactive")
    assert standing([unreadable, said(PERMIT)], ANNA, TODAY) == Valid()
    assert standing([unreadable], ANNA, TODAY) is Lacking.STATUS


SPELLED = as_xml(bundle(referral(), consent()))


@pytest.mark.parametrize(
    ("before", "after", "reason", "field"),
    [
        (b'<status value="active"></status>', b"<status>active</status>", Refusal.FIELD_INVALID, ".status"),
        (b'<intent value="order">', b'<intent value="order" extra="x">', Refusal.FIELD_NOT_ALLOWED, ""),
        (b'<intent value="order">', b'<intent value="order"><extension url="x"/>', Refusal.FIELD_NOT_ALLOWED, ""),
        (b"<intent ", b'<naam value="Jan"/><intent ', Refusal.FIELD_NOT_ALLOWED, ""),
        (b"<intent ", b'<extension url="x"/><intent ', Refusal.FIELD_NOT_ALLOWED, ".extension"),
        (b"<intent ", b'<intent xmlns="urn:x" value="a"/><intent ', Refusal.FIELD_NOT_ALLOWED, ""),
        (b"<subject>", b'<subject naam="Jan">', Refusal.FIELD_NOT_ALLOWED, ".subject"),
        (b"<intent ", b"<contained/><intent ", Refusal.FIELD_NOT_ALLOWED, ".contained"),
    ],
)
def test_xml_that_says_more_than_fhir_does_is_refused(
    before: bytes, after: bytes, reason: Refusal, field: str
) -> None:
    assert before in SPELLED
    assert refused(SPELLED.replace(before, after, 1))[0] == (reason, f"ServiceRequest{field}")


def test_xml_may_carry_ids_space_and_an_html_text() -> None:
    html = (
        b'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></text><intent '
    )
    content = SPELLED.replace(b"<intent ", html, 1).replace(b"<subject>", b'<subject id="a">', 1)
    assert refused(content.replace(b'<status value="active">', b'<status id="b" value="active">', 1)) == []


@pytest.mark.parametrize("element", ["family", "given"])
def test_an_extension_of_a_name_that_is_not_known_is_refused_in_both_spellings(element: str) -> None:
    beside: Any = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-religion"}]}
    name: Any = {"family": "Testman", "given": ["Anna", "B."]}
    name[f"_{element}"] = beside if element == "family" else [None, beside]
    content = bundle(consent(patient={"reference": "Patient/p-1"}), patient(name=[name]))
    expected = [(Refusal.FIELD_NOT_ALLOWED, f"Patient.name._{element}.extension")]
    assert refused(written(content)) == refused(as_xml(content)) == expected


def test_a_file_of_lines_in_another_encoding_is_refused_whole() -> None:
    content = lines(referral(), consent()).decode().encode("utf-16")
    assert Door().send("general_practice", content).status == "refused"
    halfway = b"{\x00}\n{" + lines(referral(), consent())
    assert Door().send("general_practice", halfway).status == "refused"


def test_nothing_that_was_read_can_be_printed() -> None:
    assert repr(ANNA) == str(ANNA) == "PersonSaid"
    for row in CONNECTOR.read(io.BytesIO(SPELLED)):
        assert isinstance(row, RawRecord) and "9999" not in repr(row)
