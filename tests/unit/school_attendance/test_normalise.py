"""What a melding means, in both ways in which it is written: kinds, statuses, days, persons."""

import csv
from pathlib import Path

import pytest

import connectors.school_attendance
from connectors.bsn import Bsn
from connectors.connector import Described, Refused
from connectors.school_attendance import codes, dialects
from connectors.school_attendance.read import MANIFEST
from schemas.vocabulary import Refusal, SignalKind, VersionKind
from tests.support.deliveries import NUMBERS
from tests.unit.school_attendance.meldingen import SCHOOL_NUMBER
from tests.unit.school_attendance.written import BOTH, Write, csv_melding, drafted, refused, said, xml

BESLUIT = Path(connectors.school_attendance.__file__).parent / "besluit"


@BOTH
@pytest.mark.parametrize(("code", "kind"), codes.KIND_OF_CODE.items())
def test_every_code_of_the_register_is_a_kind(write: Write, code: str, kind: SignalKind) -> None:
    assert drafted(write(kind=code)).signal_kind is kind


@BOTH
@pytest.mark.parametrize("code", ["V1", "V2"])
def test_a_code_of_before_the_sixteen_hours_is_not_accepted(write: Write, code: str) -> None:
    reason, _ = refused(write(kind=code))
    assert reason is Refusal.KIND_NOT_ACCEPTED


@BOTH
@pytest.mark.parametrize("code", ["V5", "v3", "V3 ziek", "spijbelt, zegt zijn moeder"])
def test_a_kind_that_is_no_choice_is_refused(write: Write, code: str) -> None:
    assert refused(write(kind=code))[0] is Refusal.FIELD_INVALID


@BOTH
@pytest.mark.parametrize(
    ("code", "required"), [("V3", True), ("V4", True), ("LRV", True), ("RMC", True), ("L", False), ("O", False)]
)
def test_an_end_is_required_where_the_register_requires_it(write: Write, code: str, required: bool) -> None:
    content = write(kind=code, end="")
    if required:
        assert refused(content)[0] is Refusal.FIELD_MISSING
    else:
        assert drafted(content).ended_on is None


@pytest.mark.parametrize(("choice", "kind"), codes.KIND_OF_CHOICE.items())
def test_every_choice_of_the_besluit_is_a_kind(choice: str, kind: SignalKind) -> None:
    assert drafted(csv_melding(kind=choice)).signal_kind is kind


def test_a_choice_of_the_besluit_is_no_code_of_the_register() -> None:
    assert refused(xml(kind="luxe verzuim")) == (Refusal.FIELD_INVALID, "Verzuimsoort")


def _choices(name: str) -> set[str]:
    rows = csv.DictReader((BESLUIT / "codelijsten.csv").read_text().splitlines())
    return {row["waarde"] for row in rows if row["codelijst"] == name}


def test_the_tables_of_choices_are_those_of_the_besluit() -> None:
    assert set(codes.KIND_OF_CHOICE) == _choices("soort_verzuim")
    assert set(codes.VERSION_OF_REASON) == _choices("reden_melding_afgesloten")
    assert _choices("status_melding") < set(codes.VERSION_OF_CHOICE)


def test_every_field_of_the_besluit_is_taken_or_dropped() -> None:
    rows = csv.DictReader((BESLUIT / "velden.csv").read_text().splitlines())
    fields = {f"{row['groep']}: {row['veld']}" if row["groep"] else row["veld"] for row in rows}
    profile = dialects.PROFILE
    known = profile.required | profile.optional | profile.dropped
    assert fields <= known
    assert known - fields == {
        "Meldingsnummer",
        "BRIN",
        "Datum laatste mutatie",
        "Tijdstip laatste mutatie",
        "Gemeentecode",
    }
    assert not profile.dropped & (profile.required | profile.optional)
    assert not MANIFEST.takes & MANIFEST.drops


STATUSES = [
    ("R", "geregistreerd"),
    ("B", "in behandeling"),
    ("K", "ter kennisneming aangenomen"),
    ("G", "afgesloten"),
]


@pytest.mark.parametrize(("code", "choice"), STATUSES)
def test_a_melding_stands_whatever_is_being_done_with_it(code: str, choice: str) -> None:
    for content in (xml(status=code), csv_melding(status=choice)):
        assert drafted(content).kind is VersionKind.REPORTED


def test_a_school_that_says_no_status_reports() -> None:
    assert drafted(csv_melding()).kind is VersionKind.REPORTED
    assert refused(xml(status="")) == (Refusal.FIELD_MISSING, "StatusMeldingRelatiefVerzuim")


def test_a_withdrawn_melding_is_withdrawn() -> None:
    for content in (xml(status="I"), csv_melding(status="ingetrokken")):
        assert drafted(content).kind is VersionKind.WITHDRAWN


def test_handing_over_to_others_is_no_lawful_status() -> None:
    assert refused(xml(status="D")) == (Refusal.FIELD_INVALID, "StatusMeldingRelatiefVerzuim")
    assert refused(csv_melding(status="overgedragen aan derden")) == (Refusal.FIELD_INVALID, "Status melding")


@pytest.mark.parametrize(("reason", "kind"), codes.VERSION_OF_REASON.items())
def test_a_closed_melding_stands_unless_its_reason_says_otherwise(reason: str, kind: VersionKind) -> None:
    stands = "geen verzuim" not in reason and "overleden" not in reason
    assert kind is (VersionKind.REPORTED if stands else VersionKind.WITHDRAWN)
    for content in (xml(status="G", reason=reason), csv_melding(status="afgesloten", reason=reason)):
        assert drafted(content).kind is kind
    for content in (xml(status="I", reason=reason), csv_melding(status="ingetrokken", reason=reason)):
        assert drafted(content).kind is VersionKind.WITHDRAWN


def test_a_reason_that_is_free_text_is_refused_and_so_is_one_of_a_melding_that_is_open() -> None:
    for content in (
        xml(status="G", reason="moeder is ziek"),
        xml(status="B", reason="inschrijving beëindigd, werk"),
    ):
        assert refused(content) == (Refusal.FIELD_INVALID, "RedenMeldingAfgesloten")
    assert refused(csv_melding(reason="inschrijving beëindigd, werk"))[0] is Refusal.FIELD_INVALID


def test_a_pupil_without_a_bsn_has_a_school_number() -> None:
    for content in (
        xml().replace(b"BSN>", b"Onderwijsnummer>").replace(NUMBERS[1].encode(), SCHOOL_NUMBER.encode()),
        csv_melding(bsn=SCHOOL_NUMBER),
    ):
        assert drafted(content).whom == Described(school_number=SCHOOL_NUMBER)


def test_one_column_tells_a_bsn_from_a_school_number_by_their_checks() -> None:
    assert isinstance(drafted(csv_melding(bsn=NUMBERS[0])).whom, Bsn)
    assert refused(csv_melding(bsn="100000012")) == (Refusal.BSN_INVALID, dialects.CSV.bsn)
    assert refused(csv_melding(bsn="")) == (Refusal.BSN_MISSING, dialects.CSV.bsn)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"bsn": SCHOOL_NUMBER}, (Refusal.BSN_INVALID, "BSN")),
        ({"bsn": "", "school_number": NUMBERS[0]}, (Refusal.FIELD_INVALID, "Onderwijsnummer")),
        ({"bsn": "", "school_number": "1000.00.004"}, (Refusal.FIELD_INVALID, "Onderwijsnummer")),
        ({"bsn": "", "school_number": "100000005"}, (Refusal.FIELD_INVALID, "Onderwijsnummer")),
        ({"bsn": "", "school_number": ""}, (Refusal.BSN_MISSING, "IdentificatieOnderwijsontvanger")),
        ({"school_number": SCHOOL_NUMBER}, (Refusal.FIELD_INVALID, "IdentificatieOnderwijsontvanger")),
    ],
)
def test_a_number_in_the_wrong_field_is_refused(numbers: dict[str, str], expected: tuple[Refusal, str]) -> None:
    assert refused(xml(**numbers)) == expected


@BOTH
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": ""}, Refusal.FIELD_MISSING),
        ({"number": "9 9"}, Refusal.FIELD_INVALID),
        ({"number": "9" * 41}, Refusal.FIELD_INVALID),
        ({"number": "9\u200b9"}, Refusal.CONTROL_CHARACTER),
        ({"kind": ""}, Refusal.FIELD_MISSING),
        ({"begin": ""}, Refusal.FIELD_MISSING),
        ({"begin": "02-03-2026"}, Refusal.DATE_INVALID),
        ({"begin": "20260302"}, Refusal.DATE_INVALID),
        ({"begin": "2026-02-29"}, Refusal.DATE_INVALID),
        ({"begin": "0001-01-01"}, Refusal.DATE_INVALID),
        ({"begin": "2009-07-31"}, Refusal.DATE_INVALID),
        ({"begin": "1772409600"}, Refusal.DATE_INVALID),
        ({"begin": "２026-03-02"}, Refusal.DATE_INVALID),
        ({"begin": "2026-05-02", "end": "2026-05-03"}, Refusal.DATE_IN_FUTURE),
        ({"end": "2026-05-02"}, Refusal.DATE_IN_FUTURE),
        ({"end": "2026-03-01"}, Refusal.DATE_INVALID),
        ({"end": "9999-12-31", "kind": "L"}, Refusal.DATE_IN_FUTURE),
        ({"changed_on": "2026-04-01"}, Refusal.FIELD_MISSING),
        ({"changed_at": "08:00:00"}, Refusal.FIELD_MISSING),
        ({"changed_on": "0001-01-01", "changed_at": "00:00:00"}, Refusal.DATE_INVALID),
        ({"changed_at": "25:00:00", "changed_on": "2026-04-01"}, Refusal.DATE_INVALID),
        ({"changed_at": "8 uur", "changed_on": "2026-04-01"}, Refusal.DATE_INVALID),
        ({"changed_at": "02:30:00", "changed_on": "2026-03-29"}, Refusal.DATE_INVALID),
        ({"area": "0344"}, Refusal.OUTSIDE_AREA),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(write: Write, changes: dict[str, str], reason: Refusal) -> None:
    named = dialects.XML if write is xml else dialects.CSV
    other = {"changed_on": "changed_at", "changed_at": "changed_on"}
    first = next(iter(changes))
    wrong = other.get(first, first) if reason is Refusal.FIELD_MISSING else first
    assert refused(write(**changes)) == (reason, getattr(named, wrong))


def test_the_own_municipality_may_be_named() -> None:
    assert drafted(xml(area="009990")) and drafted(csv_melding(area="9990"))
    assert refused(xml(area="9990")) == (Refusal.OUTSIDE_AREA, "CodeUitvoerderVSV")


@BOTH
def test_everything_that_is_wrong_with_a_row_is_said_at_once(write: Write) -> None:
    named = dialects.XML if write is xml else dialects.CSV
    no = said(write(number="9 9", bsn="123456789", kind="V9", begin="gisteren", status="D", end="2026-02-30"))
    assert isinstance(no, Refused)
    assert [(no.reason, no.field), *no.others] == [
        (Refusal.FIELD_INVALID, named.number),
        (Refusal.BSN_INVALID, named.bsn),
        (Refusal.FIELD_INVALID, named.status),
        (Refusal.FIELD_INVALID, named.kind),
        (Refusal.DATE_INVALID, named.begin),
    ]
    no = said(write(begin="gisteren", end="2026-02-30", changed_on="morgen"))
    assert isinstance(no, Refused)
    assert [(no.reason, no.field), *no.others] == [
        (Refusal.DATE_INVALID, named.begin),
        (Refusal.DATE_INVALID, named.end),
        (Refusal.DATE_INVALID, named.changed_on),
    ]


@BOTH
def test_one_fault_is_said_once(write: Write) -> None:
    no = said(write(kind="V9"))
    assert isinstance(no, Refused) and no.others == ()
