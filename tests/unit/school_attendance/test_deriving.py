"""From a school's absence file to a levering: what it needs, what it refuses, and what never leaves the school."""

import io
from datetime import date
from pathlib import Path

import pytest

import connectors.school_attendance.deriving as deriving
from connectors.school_attendance.deriving import Derived, Output, Region, SchoolType, derive
from schemas.events.signal import Signal
from schemas.vocabulary import Refusal, SignalKind
from tests.support.deliveries import NUMBERS, Door
from tests.unit.school_attendance.absence_files import MARCH, SIXTEEN, TODAY, derived, refused
from tests.unit.school_attendance.meldingen import (
    SCHOOL_NUMBER,
    absence,
    missed,
    reported,
    weekdays,
)

SAMPLES = Path(deriving.__file__).parent / "samples"


def spans(found: Derived) -> list[tuple[str, str, str]]:
    return [(each.kind, str(each.begin), str(each.end)) for each in found.meldingen]


@pytest.mark.parametrize("output", Output)
def test_what_is_derived_is_taken_in_as_a_signal(output: Output) -> None:
    found = derived(absence(*SIXTEEN, lessons=MARCH), output=output)
    door = Door()
    taken = door.send("school_attendance", found.levering)
    (signal,) = door.log.events(Signal)
    assert (taken.accepted, taken.refused) == (1, ())
    assert (signal.signal_kind, signal.observed_on, signal.ended_on) == (
        SignalKind.ABSENCE_16H_UNDER_18,
        date(2026, 3, 9),
        date(2026, 3, 11),
    )


def test_the_same_melding_in_both_formats_is_one_signal() -> None:
    door = Door()
    first, second = (derived(absence(*SIXTEEN, lessons=MARCH), output=each).levering for each in Output)
    assert door.send("school_attendance", first).accepted == 1
    assert door.send("school_attendance", second).duplicates == (1,)


def test_a_next_file_gives_the_same_melding_the_same_number() -> None:
    (first,) = derived(absence(*SIXTEEN, lessons=MARCH)).meldingen
    longer = [*MARCH, *weekdays("2026-03-30", "2026-04-02")]
    assert derived(absence(*SIXTEEN, lessons=longer)).meldingen == (first,)
    excused = [SIXTEEN[0], SIXTEEN[1], missed("2026-03-18", 240)]
    (corrected,) = derived(absence(*excused, lessons=MARCH)).meldingen
    assert corrected.number == first.number and corrected.end > first.end


def test_absence_per_lesson_never_leaves_the_school() -> None:
    told = {"pupil": "zz-7f3a", "born": "2013-07-19"}
    rows = [
        missed("2026-03-09", 437, lesson=13, **told),
        missed("2026-03-10", 463, length=470, **told),
        missed("2026-03-12", 60, **told),
        missed("2026-03-16", 300, pupil="zz-8b1c", person=NUMBERS[1], born="2014-01-01"),
    ]
    for output in Output:
        found = derived(absence(*rows, lessons=MARCH), output=output)
        assert len(found.meldingen) == 1
        for inside in (b"zz-", b"7f3a", b"2013", b"2026-03-10", b"437", b"463", b"470", NUMBERS[1].encode()):
            assert inside not in found.levering
        assert NUMBERS[0] not in repr(found) and "7f3a" not in repr(found)


def test_only_absence_without_leave_counts() -> None:
    sick = [missed("2026-03-09", 480), missed("2026-03-10", 480, allowed="ja"), missed("2026-03-11", 479)]
    assert spans(derived(absence(*sick, lessons=MARCH))) == []
    assert derived(absence(*sick, lessons=MARCH)).levering == b""


def test_two_pupils_are_counted_apart() -> None:
    rows = [
        missed("2026-03-09", 480),
        missed("2026-03-10", 480, pupil="1002", person=NUMBERS[1]),
        missed("2026-03-11", 480),
        missed("2026-03-12", 479, pupil="1002", person=NUMBERS[1]),
    ]
    found = derived(absence(*rows, lessons=MARCH))
    assert [each.person for each in found.meldingen] == [NUMBERS[0]]


@pytest.mark.parametrize(
    ("school_type", "lessons", "minutes", "length", "melding"),
    [
        (SchoolType.VO, 16, 50, 50, True),
        (SchoolType.PO, 16, 50, 50, False),
        (SchoolType.VO, 16, 60, 60, True),
        (SchoolType.PO, 16, 60, 60, True),
        (SchoolType.VO, 12, 80, 80, True),
        (SchoolType.VO, 12, 79, 80, False),
        (SchoolType.PO, 12, 80, 80, True),
        (SchoolType.VO, 16, 49, 50, False),
    ],
)
def test_primary_schools_count_clock_hours_and_secondary_schools_lessons(
    school_type: SchoolType, lessons: int, minutes: int, length: int, melding: bool
) -> None:
    rows = [missed(MARCH[each // 8], minutes, lesson=each % 8 + 1, length=length) for each in range(lessons)]
    assert bool(derived(absence(*rows, lessons=MARCH), school_type).meldingen) is melding


@pytest.mark.parametrize(
    ("born", "kind"),
    [
        ("2008-03-12", "V3"),
        ("2008-03-11", "V4"),
        ("2008-03-10", "V4"),
        ("2003-03-12", "V4"),
        ("2003-03-11", None),
        ("2008-02-29", "V4"),
    ],
    ids=["18 tomorrow", "18 on the day", "18 in between", "23 tomorrow", "23 on the day", "of a leap day"],
)
def test_the_kind_goes_by_the_age_on_the_day_that_the_hours_were_reached(born: str, kind: str | None) -> None:
    rows = [missed("2026-03-09", 480, born=born), missed("2026-03-11", 480, born=born)]
    found = spans(derived(absence(*rows, lessons=MARCH)))
    assert found == ([(kind, "2026-03-09", "2026-03-11")] if kind else [])


def test_a_pupil_without_a_bsn_is_reported_by_school_number() -> None:
    rows = [missed("2026-03-09", 480, person=SCHOOL_NUMBER), missed("2026-03-11", 480, person=SCHOOL_NUMBER)]
    content = absence(*rows, lessons=MARCH)
    for output in Output:
        (no,) = Door().send("school_attendance", derived(content, output=output).levering).refused
        assert no.reason is Refusal.IDENTITY_UNCERTAIN


def test_what_was_reported_before_is_not_reported_again() -> None:
    rows = [*SIXTEEN, missed("2026-03-17", 480), missed("2026-03-24", 480)]
    assert [end for _, _, end in spans(derived(absence(*rows, lessons=MARCH)))] == ["2026-03-11", "2026-03-24"]
    told = [reported("2026-03-04"), reported("2026-03-11"), *rows, reported("2026-03-09")]
    assert [end for _, _, end in spans(derived(absence(*told, lessons=MARCH)))] == ["2026-03-24"]
    assert spans(derived(absence(reported("2026-03-11", "1009"), lessons=MARCH))) == []


def test_delivering_the_absence_file_itself_is_refused_and_nothing_of_it_is_kept() -> None:
    door = Door()
    (no,) = door.send("school_attendance", absence(*SIXTEEN, lessons=MARCH)).refused
    assert (no.row, no.reason) == (0, Refusal.FIELD_NOT_ALLOWED)
    assert NUMBERS[0].encode() not in door.log.everything()


@pytest.mark.parametrize("brin", ["", "99xx", "99XX1", "school"])
def test_a_school_is_named_by_its_brin(brin: str) -> None:
    with pytest.raises(ValueError, match="brin"):
        derive(io.BytesIO(absence(lessons=MARCH)), Region.NOORD, SchoolType.PO, brin, TODAY)


@pytest.mark.parametrize("path", sorted((SAMPLES / "accepted").iterdir()), ids=lambda path: path.name)
def test_an_accepted_sample_gives_a_levering(path: Path) -> None:
    assert derived(path.read_bytes(), SchoolType.VO).levering


@pytest.mark.parametrize("path", sorted((SAMPLES / "refused").iterdir()), ids=lambda path: path.name)
def test_a_refused_sample_is_refused_for_the_reason_in_its_name(path: Path) -> None:
    assert {reason.value for _, reason, _ in refused(path.read_bytes())} == {path.stem.partition("-")[0]}
