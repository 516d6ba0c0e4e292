"""A file of hand-overs over the loop: what is published, what is kept, and what came of corrections."""

import json
from typing import Any

import pytest

from schemas.events.account import ProcessingLine
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.sealing import unseal
from schemas.vocabulary import Mark, Refusal, VersionKind
from tests.support.deliveries import NUMBERS, PRIVATE, Door, arrears, ddas_file
from tests.support.handovers import handover, handover_file, person

CANARY = "kanarie-7f3a"


def send(door: Door, *handovers: Any) -> list[tuple[int, Refusal, str | None]]:
    taken = door.send("veilig_thuis", handover_file(*handovers))
    return [(each.row, each.reason, each.field) for each in taken.refused]


def test_each_person_of_a_handover_gets_a_signal_with_its_marks_and_day() -> None:
    door = Door()
    assert send(door, handover(person(), person(NUMBERS[0]))) == []
    first, second = door.log.events(Signal)
    assert first.person != second.person and first.signal != second.signal
    assert first.marks == second.marks == (Mark.CALL_FIRST, Mark.SOURCE_PROTECTED)
    assert str(first.inform_by) == "2026-04-09"


def test_one_person_is_taken_back_and_the_other_stays() -> None:
    door = Door()
    both = [person(nummer=1), person(NUMBERS[0], nummer=2)]
    send(door, handover(*both, gewijzigdOp="2026-03-12T10:00:00Z"))
    gone = person(NUMBERS[0], nummer=2, ingetrokken=True)
    send(door, handover(gone, gewijzigdOp="2026-03-14T10:00:00Z"))
    said = {each.signal: each.kind for each in door.log.events(Signal)}
    assert sorted(said.values()) == [VersionKind.REPORTED, VersionKind.WITHDRAWN]


def test_who_is_left_out_of_a_later_delivery_stays_and_nobody_gets_a_second_signal() -> None:
    door = Door()
    send(door, handover(person(), person(NUMBERS[0])))
    door.send("veilig_thuis", handover_file(handover(person(NUMBERS[0]), datumOverdracht="2026-03-13")))
    events = door.log.events(Signal)
    assert [each.kind for each in events] == [VersionKind.REPORTED, VersionKind.REPORTED, VersionKind.CORRECTED]
    assert len({each.signal for each in events}) == len({each.person for each in events}) == 2


def test_a_number_that_was_somebody_elses_is_put_right_by_the_number_within_the_melding() -> None:
    door = Door()
    send(door, handover(person(nummer=1), gewijzigdOp="2026-03-12T10:00:00Z"))
    send(door, handover(person(NUMBERS[0], nummer=1), gewijzigdOp="2026-03-13T10:00:00Z"))
    first, gone, second = door.log.events(Signal)
    assert (gone.kind, gone.person, second.kind) == (VersionKind.WITHDRAWN, first.person, VersionKind.CORRECTED)
    assert first.person != second.person


def test_a_correction_is_a_new_version_of_the_same_signal_also_when_it_comes_first() -> None:
    old = handover(gewijzigdOp="2026-03-12T10:00:00Z")
    new = handover(gewijzigdOp="2026-03-13T10:00:00Z", datumOverdracht="2026-03-13")
    for order in ([old, new], [new, old]):
        door = Door()
        for each in order:
            assert send(door, each) == []
        events = door.log.events(Signal)
        assert len({each.signal for each in events}) == 1
        newest = max(events, key=lambda each: each.mutated_at)
        assert str(newest.observed_on) == "2026-03-13"


def test_the_same_handover_twice_is_one_signal() -> None:
    door = Door()
    send(door, handover())
    taken = door.send("veilig_thuis", handover_file(handover()) + b"\n")
    assert taken.duplicates == (1,) and len(door.log.events(Signal)) == 1


def test_two_that_say_different_things_in_one_file_without_a_time_are_not_guessed_between() -> None:
    door = Door()
    assert send(door, handover(), handover(datumOverdracht="2026-03-13")) == [(2, Refusal.DUPLICATE_IN_FILE, None)]


def test_its_lines_in_the_processing_log_are_of_an_activity_that_can_be_withheld() -> None:
    door = Door()
    send(door, handover())
    door.send("debt_services", ddas_file(arrears()))
    ours, other = door.log.events(ProcessingLine)
    assert ours.name == "overdracht-veilig-thuis-ontvangen"
    assert ours.activity != other.activity


def test_who_calls_and_every_value_stay_behind() -> None:
    door = Door()
    known = person(voornamen=CANARY, postcode="9990AA", huisnummer="4321")
    send(
        door,
        handover(known, vtContact=CANARY),
        handover(person(rol=CANARY), meldingnummer="ML90002", vtContact="x"),
    )
    left = door.log.everything()
    for secret in (CANARY, "4321", "ML90001", "ML90002", *NUMBERS[:2]):
        assert secret.encode() not in left
    send(door, handover(meldingnummer="ML90003", vtContact=CANARY, betrokkenen=[]))
    for kept in door.log.events(Quarantined):
        assert kept.sealed and b"vtContact" not in unseal(PRIVATE, kept.sealed)


@pytest.mark.parametrize("field", ["aanleiding", "aard", "hoedanigheid", "uitkomst", "nationaliteit"])
def test_c11_what_may_not_be_delivered_is_refused_and_not_kept_even_sealed(field: str) -> None:
    door = Door()
    ((row, reason, _),) = send(door, handover(**{field: ["06"]}))
    assert (row, reason) == (1, Refusal.FIELD_NOT_ALLOWED)
    (kept,) = door.log.events(Quarantined)
    assert kept.sealed == b"" and door.log.events(Signal) == []


def test_a_bad_handover_does_not_take_the_good_ones_beside_it_along() -> None:
    door = Door()
    good = handover(meldingnummer="ML90002")
    assert send(door, handover(aard=["03"]), good, handover(betrokkenen=[])) == [
        (1, Refusal.FIELD_NOT_ALLOWED, None),
        (3, Refusal.FIELD_MISSING, "betrokkenen"),
    ]
    assert len(door.log.events(Signal)) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"5", Refusal.SYNTAX),
        (b'"x"', Refusal.SYNTAX),
        (b"[5]", Refusal.FIELD_INVALID),
        (b"[[]]", Refusal.FIELD_INVALID),
        (b"[]", Refusal.EMPTY),
        (b"<overdracht/>", Refusal.SYNTAX),
        (b"a|b|c\n", Refusal.SYNTAX),
        (b"OZ90001|06|20260101|20260301|06|03|01|999990020|20180501|V\n", Refusal.KIND_NOT_ACCEPTED),
        (json.dumps(handover()).encode() * 2, Refusal.SYNTAX),
        (json.dumps([handover()]).encode() + b" {}", Refusal.SYNTAX),
        (json.dumps([handover()]).encode()[:-1], Refusal.SYNTAX),
        (json.dumps(handover()).encode("utf-16"), Refusal.ENCODING),
        (b'{"vervolg": "03", "vervolg": "02"}', Refusal.DUPLICATE_KEY),
    ],
)
def test_a_file_that_is_no_list_of_handovers_is_refused_as_a_whole(content: bytes, expected: Refusal) -> None:
    door = Door()
    taken = door.send("veilig_thuis", content)
    assert [(each.row, each.reason) for each in taken.refused] == [(0, expected)]
    assert door.log.events(Signal) == []


def test_a_row_that_is_too_large_is_refused_alone() -> None:
    door = Door()
    big = handover(person(None, geslachtsnaam="x" * 66_000), meldingnummer="ML90002")
    assert send(door, handover(), big) == [(2, Refusal.SIZE, None)]
    assert len(door.log.events(Signal)) == 1


def test_more_rows_than_a_file_may_hold_are_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.veilig_thuis.read.MOST_ROWS", 2)
    persons = [person(bsn) for bsn in NUMBERS[:3]]
    assert send(Door(), handover(*persons[:2])) == []
    assert send(Door(), handover(*persons)) == [(0, Refusal.SIZE, "betrokkenen[3]")]


def test_c2_a_number_beside_a_name_waits_until_the_register_agrees_or_a_human_says_so() -> None:
    door = Door()
    assert send(door, handover(person(geslachtsnaam="Verzonnen"))) == [(1, Refusal.IDENTITY_UNCERTAIN, None)]
    assert door.log.events(Signal) == []


def test_c8_a_protected_source_and_a_call_first_stay_on_every_version() -> None:
    door = Door()
    for day in (12, 13):
        send(door, handover(gewijzigdOp=f"2026-03-{day}T10:00:00Z", datumOverdracht=f"2026-03-{day}"))
    assert [each.marks for each in door.log.events(Signal)] == [(Mark.CALL_FIRST, Mark.SOURCE_PROTECTED)] * 2


CODES = ["meldingnummer", "vervolg", "vervolgOnderzoek", "grondslag", "gemeentecode", "betrokkeneGeinformeerd"]


@pytest.mark.parametrize("field", CODES)
def test_c9_text_in_a_field_of_codes_is_refused_and_told_nowhere(field: str) -> None:
    door = Door()
    text = f"{CANARY} Jansen, 999990019, depressie"
    ((row, reason, place),) = send(door, handover(**{field: [text] if field == "vervolgOnderzoek" else text}))
    assert (row, reason, place) == (1, Refusal.FIELD_INVALID, field)
    assert CANARY.encode() not in door.log.everything()
