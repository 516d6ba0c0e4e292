"""What a hand-over becomes, and every way in which it is none: one line a case."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.bsn import Bsn
from connectors.connector import Described, RawRecord, Refused, SignalDraft
from connectors.veilig_thuis.codes import LISTS
from schemas.vocabulary import Mark, Refusal, SignalKind, Source, VersionKind
from tests.support.deliveries import CONNECTORS, NUMBERS
from tests.support.handovers import handover, handover_file, person

TODAY = date(2026, 5, 1)
CONNECTOR = CONNECTORS["veilig_thuis"]


def read(*handovers: Any) -> list[SignalDraft | Refused]:
    rows = list(CONNECTOR.read(io.BytesIO(handover_file(*handovers))))
    return [row if isinstance(row, Refused) else CONNECTOR.normalise(row, TODAY) for row in rows]


def draft(*persons: Any, **changes: Any) -> SignalDraft:
    (each,) = read(handover(*persons, **changes))
    assert isinstance(each, SignalDraft), each
    return each


def reason(*persons: Any, **changes: Any) -> tuple[Refusal, str | None]:
    (each,) = read(handover(*persons, **changes))
    assert isinstance(each, Refused)
    return each.reason, each.field


def test_a_handover_becomes_one_signal_with_all_that_must_be_heeded() -> None:
    assert draft(belEerst=True, gewijzigdOp="2026-03-12T10:00:00+01:00") == SignalDraft(
        whom=Bsn(NUMBERS[1]),
        source_id="ML90001/999990020",
        source=Source.VEILIG_THUIS,
        kind=VersionKind.REPORTED,
        signal_kind=SignalKind.SAFETY_HANDOVER,
        observed_on=date(2026, 3, 12),
        ended_on=None,
        crisis=False,
        mutated_at=datetime(2026, 3, 12, 9, tzinfo=UTC),
        marks=frozenset({Mark.CALL_FIRST, Mark.SOURCE_PROTECTED}),
        inform_by=date(2026, 4, 9),
    )


def test_what_is_not_said_of_calling_and_protection_is_taken_the_safe_way() -> None:
    assert draft(bronBeschermd=None).marks == {Mark.CALL_FIRST, Mark.SOURCE_PROTECTED}
    assert draft(bronBeschermd=False).marks == {Mark.CALL_FIRST}
    assert draft(belEerst=False).marks == {Mark.SOURCE_PROTECTED}
    assert draft(belEerst=False, bronBeschermd=False).marks == frozenset()


def test_the_example_of_the_format_is_two_signals_of_two_persons() -> None:
    two = [person(), person(NUMBERS[0], rol="ouder")]
    first, second = read(handover(*two, vtContact="Veilig Thuis Testregio, dossierhouder 12"))
    assert isinstance(first, SignalDraft) and isinstance(second, SignalDraft)
    assert (first.source_id, second.source_id) == ("ML90001/999990020", "ML90001/999990019")
    assert (first.whom, second.whom) == (Bsn(NUMBERS[1]), Bsn(NUMBERS[0]))


@pytest.mark.parametrize(("number", "name"), [(2, "ML90001/2"), (None, "ML90001/999990019")])
def test_a_person_is_the_same_wherever_they_stand_and_whoever_is_left_out(number: int | None, name: str) -> None:
    one, two = person(nummer=1), person(NUMBERS[0], nummer=number)
    for order in ([one, two], [two, one], [two]):
        ids = {each.whom: each.source_id for each in read(handover(*order)) if isinstance(each, SignalDraft)}
        assert ids[Bsn(NUMBERS[0])] == name


@pytest.mark.parametrize("who", [{"ingetrokken": True}, {}])
def test_a_handover_or_one_person_of_it_is_taken_back(who: dict[str, Any]) -> None:
    whole = {} if who else {"ingetrokken": True}
    taken = draft(person(**who), gewijzigdOp="2026-03-14T10:00:00Z", **whole)
    assert taken.kind is VersionKind.WITHDRAWN
    assert reason(person(**who), **whole) == (Refusal.FIELD_MISSING, "gewijzigdOp")


INFORM = [
    # recorded, extensions, inform by, possible?  (handed over on 12 March 2026)
    (None, None, "2026-04-09", True),  # four weeks
    (None, None, "2026-04-10", False),
    (None, None, "2026-03-12", True),
    (None, None, "2026-03-11", False),  # before it was recorded
    (None, 1, "2026-04-23", True),  # two weeks more
    (None, 1, "2026-04-24", False),
    (None, 3, "2026-05-21", True),
    (None, 3, "2026-05-22", False),
    ("2026-03-01", None, "2026-03-29", True),  # counted from recording, not from handing over
    ("2026-03-01", None, "2026-03-30", False),
    ("2026-03-01", 1, "2026-04-12", True),
    ("2026-03-01", None, "2026-03-05", True),  # late already: that is so, not impossible
    ("2026-03-01", None, "2026-02-28", False),
]


@pytest.mark.parametrize(("recorded", "extended", "by", "possible"), INFORM)
def test_the_day_to_inform_by_lies_within_four_weeks_of_recording_and_two_more_each_time(
    recorded: str | None, extended: int | None, by: str, possible: bool
) -> None:
    said = {"datumVastlegging": recorded, "verlengingen": extended, "informerenUiterlijk": by}
    if possible:
        assert draft(**said).inform_by == date.fromisoformat(by)
    else:
        assert reason(**said) == (Refusal.DATE_INVALID, "informerenUiterlijk")


def test_who_was_informed_has_no_day_to_be_informed_by() -> None:
    assert draft(betrokkeneGeinformeerd=True, informerenUiterlijk=None).inform_by is None
    assert reason(betrokkeneGeinformeerd=True) == (Refusal.FIELD_INVALID, "informerenUiterlijk")
    assert reason(informerenUiterlijk=None) == (Refusal.FIELD_MISSING, "informerenUiterlijk")


REFUSED = [
    ({"vervolgOnderzoek": ["02"]}, (Refusal.KIND_NOT_ACCEPTED, "vervolgOnderzoek")),
    ({"vervolgOnderzoek": ["21"]}, (Refusal.KIND_NOT_ACCEPTED, "vervolgOnderzoek")),
    ({"vervolgOnderzoek": ["01", "21"]}, (Refusal.FIELD_INVALID, "vervolgOnderzoek")),
    ({"vervolgOnderzoek": ["01", "01"]}, (Refusal.FIELD_INVALID, "vervolgOnderzoek")),
    ({"vervolgOnderzoek": ["01", "11"]}, (Refusal.FIELD_INVALID, "vervolgOnderzoek")),
    ({"vervolgOnderzoek": []}, (Refusal.FIELD_INVALID, "vervolgOnderzoek")),
    ({"vervolg": "05"}, (Refusal.FIELD_INVALID, "vervolg")),
    ({"vervolg": 2}, (Refusal.FIELD_INVALID, "vervolg")),
    ({"meldingnummer": "OZ90001"}, (Refusal.FIELD_INVALID, "meldingnummer")),
    ({"meldingnummer": None}, (Refusal.FIELD_MISSING, "meldingnummer")),
    ({"grondslag": "Wmo2015-5.1.6"}, (Refusal.FIELD_INVALID, "grondslag")),
    ({"gemeentecode": "9991"}, (Refusal.OUTSIDE_AREA, "gemeentecode")),
    ({"datumOverdracht": "2026-05-02"}, (Refusal.DATE_IN_FUTURE, "datumOverdracht")),
    ({"datumOverdracht": "2014-12-31"}, (Refusal.DATE_INVALID, "datumOverdracht")),
    ({"datumOverdracht": "0001-01-01"}, (Refusal.DATE_INVALID, "datumOverdracht")),
    ({"datumOverdracht": "9999-12-31"}, (Refusal.DATE_IN_FUTURE, "datumOverdracht")),
    ({"datumOverdracht": "1773270000"}, (Refusal.DATE_INVALID, "datumOverdracht")),
    ({"datumVastlegging": "2026-03-13"}, (Refusal.DATE_INVALID, "datumVastlegging")),
    ({"datumVastlegging": "2014-12-31"}, (Refusal.DATE_INVALID, "datumVastlegging")),
    ({"gewijzigdOp": "2026-03-12T10:00:00"}, (Refusal.DATE_INVALID, "gewijzigdOp")),
    ({"verlengingen": -1}, (Refusal.FIELD_INVALID, "verlengingen")),
    ({"belEerst": "ja"}, (Refusal.FIELD_INVALID, "belEerst")),
    ({"betrokkenen": []}, (Refusal.FIELD_MISSING, "betrokkenen")),
    ({"betrokkenen": None}, (Refusal.FIELD_MISSING, "betrokkenen")),
    ({"betrokkenen": {}}, (Refusal.FIELD_INVALID, "betrokkenen")),
    ({"betrokkenen": "x"}, (Refusal.FIELD_INVALID, "betrokkenen")),
    ({"betrokkenen": [person(), "x"]}, (Refusal.FIELD_INVALID, "betrokkenen")),
    (
        {"betrokkenen": [person(nummer=1), person(NUMBERS[0], nummer=1)]},
        (Refusal.FIELD_INVALID, "betrokkenen.nummer"),
    ),
    ({"betrokkene": person()}, (Refusal.FIELD_NOT_ALLOWED, None)),
    ({"aanleiding": ["06"]}, (Refusal.FIELD_NOT_ALLOWED, None)),
    ({"aard": ["03"]}, (Refusal.FIELD_NOT_ALLOWED, None)),
    ({"hoedanigheidMelder": "08"}, (Refusal.FIELD_NOT_ALLOWED, None)),
]


@pytest.mark.parametrize(("changes", "expected"), REFUSED, ids=str)
def test_what_is_no_handover_to_a_wijkteam_is_refused_with_a_place(changes: Any, expected: Any) -> None:
    assert reason(**changes) == expected


def test_every_fault_of_a_row_is_told_to_who_must_mend_it() -> None:
    (refused,) = read(handover(person("999990021"), vervolgOnderzoek=["02"], gemeentecode="9991"))
    assert isinstance(refused, Refused)
    assert (refused.reason, *refused.others) == (
        Refusal.KIND_NOT_ACCEPTED,
        (Refusal.OUTSIDE_AREA, "gemeentecode"),
        (Refusal.BSN_INVALID, "betrokkene.burgerservicenummer"),
    )


NUMBER, BORN = "betrokkene.burgerservicenummer", "betrokkene.geboortedatum"
PERSONS = [
    (person("999990021"), (Refusal.BSN_INVALID, NUMBER)),
    (person("99990020"), (Refusal.BSN_INVALID, NUMBER)),
    (person("٩٩٩٩٩٠٠٢٠"), (Refusal.BSN_INVALID, NUMBER)),
    (person(None), (Refusal.BSN_MISSING, NUMBER)),
    (person("000000000"), (Refusal.BSN_MISSING, NUMBER)),
    (person("000000000", nummer=1), (Refusal.BSN_MISSING, NUMBER)),
    (person(None, geslachtsnaam="Tester"), (Refusal.FIELD_MISSING, "betrokkene.nummer")),
    (person("000000000", geboortedatum="20180000"), (Refusal.BSN_MISSING, NUMBER)),
    (person("999999999"), (Refusal.UNBORN, NUMBER)),
    (person("999999999", geslachtsnaam="Tester"), (Refusal.UNBORN, NUMBER)),
    (person("000000000", geboortedatum="99999999"), (Refusal.UNBORN, BORN)),
    (person(geboortedatum="99999999"), (Refusal.UNBORN, BORN)),
    (person(None, geboortedatum="2018-02-30"), (Refusal.DATE_INVALID, BORN)),
    (person(None, geboortedatum="20181300"), (Refusal.DATE_INVALID, BORN)),
    (person(None, geboortedatum="20180031"), (Refusal.DATE_INVALID, BORN)),
    (person(None, geboortedatum="gisteren"), (Refusal.DATE_INVALID, BORN)),
    (person(None, geboortedatum="2026-05-02"), (Refusal.DATE_IN_FUTURE, BORN)),
    (person(geboortedatum="2026-05-02"), (Refusal.DATE_IN_FUTURE, BORN)),
    (person(rol="pleger"), (Refusal.FIELD_INVALID, "betrokkene.rol")),
    (person(nummer=0), (Refusal.FIELD_INVALID, "betrokkene.nummer")),
    (person(nationaliteit="onbekend"), (Refusal.FIELD_NOT_ALLOWED, "betrokkene")),
    (person(None, geslachtsnaam="Te\u200bster"), (Refusal.CONTROL_CHARACTER, None)),
]


@pytest.mark.parametrize(("who", "expected"), PERSONS, ids=str)
def test_c5_a_person_who_cannot_be_in_a_register_is_refused_and_said_why(who: Any, expected: Any) -> None:
    assert reason(who) == expected


def test_who_has_no_number_is_described_for_a_human() -> None:
    who = person(
        "000000000",
        nummer=3,
        geslachtsnaam="Verzonne\u0301n",
        voorvoegsel="van der",
        voornamen="Test Tester",
        voorletters="T.T.",
        geboortedatum="20180501",
        postcode="9990 aa",
        huisnummer="12",
        huisnummertoevoeging="bis",
    )
    assert draft(who).whom == Described(
        family_name="Verzonnén",
        prefix="van der",
        given_names="Test Tester",
        initials="T.T.",
        born_on=date(2018, 5, 1),
        postcode="9990AA",
        house_number="12",
        house_suffix="bis",
    )


def test_c2_a_number_with_a_name_or_birth_date_beside_it_must_agree_with_them() -> None:
    number = Bsn(NUMBERS[1])
    assert draft(person(geslachtsnaam="Tester")).whom == Described(family_name="Tester", number=number)
    assert draft(person(geboortedatum="2018-05-01")).whom == Described(born_on=date(2018, 5, 1), number=number)
    assert draft(person(postcode="9990AA", huisnummer="1")).whom == number
    assert draft(person(geboortedatum="20180600", voorletters="T.")).whom == number


@pytest.mark.parametrize(
    ("text", "born"),
    [("2018-05-01", date(2018, 5, 1)), ("20180501", date(2018, 5, 1)), ("20180600", None), ("20180000", None)],
)
def test_a_birth_date_may_be_known_in_part(text: str, born: date | None) -> None:
    assert draft(person(None, geslachtsnaam="Tester", geboortedatum=text, nummer=1)).whom == Described(
        family_name="Tester", born_on=born
    )


def test_the_same_person_twice_in_one_handover_is_one_signal() -> None:
    first, second, third = read(handover(person(), person(), person(None, geslachtsnaam="Tester", nummer=9)))
    assert isinstance(first, SignalDraft) and isinstance(third, SignalDraft)
    assert isinstance(second, Refused) and second.reason is Refusal.DUPLICATE_IN_FILE
    strangers = [person("000000000", geslachtsnaam="Tester", nummer=number) for number in (1, 2)]
    assert all(isinstance(each, SignalDraft) for each in read(handover(*strangers)))


def test_a_row_is_read_again_from_what_was_kept_of_it() -> None:
    rows = CONNECTOR.read(io.BytesIO(handover_file(handover(person(), person(NUMBERS[0], nummer=None)))))
    for row in rows:
        assert isinstance(row, RawRecord)
        kept = CONNECTOR.again(row.row, row.raw)
        assert isinstance(kept, RawRecord)
        assert CONNECTOR.normalise(kept, TODAY) == CONNECTOR.normalise(row, TODAY)


def test_the_code_lists_are_those_of_the_protocol() -> None:
    assert LISTS["vervolg_onderzoek"]["01"] == "Overdracht naar wijkteam"
    assert LISTS["vervolg_melding"]["03"] == "Melding omgezet in advies"
    assert LISTS["hoedanigheid_melder"]["01"] == "Politie"
    assert LISTS["bsn_bijzondere_waarde"] == {"000000000": "Geen BSN bekend", "999999999": "Ongeboren kind"}
