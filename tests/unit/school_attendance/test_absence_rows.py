"""Every row of an absence file that cannot be used is named by its column, and then nothing is derived."""

import pytest

from schemas.vocabulary import Refusal
from tests.support.deliveries import NUMBERS
from tests.unit.school_attendance.absence_files import MARCH, SIXTEEN, refused
from tests.unit.school_attendance.meldingen import absence, free_day, lesson_day, missed

BAD_ROWS = {
    "an unknown sort": ("les;2026-03-09;;;;;;;", Refusal.FIELD_INVALID, "Soort"),
    "no sort": (";2026-03-09;;;;;;;", Refusal.FIELD_MISSING, "Soort"),
    "a day with a pupil": ("lesvrij;2026-03-29;1001;;;;;;", Refusal.FIELD_INVALID, "Leerlingnummer"),
    "an earlier melding of nobody": ("gemeld;2026-03-09;;;;;;;", Refusal.FIELD_MISSING, "Leerlingnummer"),
    "no date": ("lesvrij;;;;;;;;", Refusal.FIELD_MISSING, "Datum"),
    "a day that is none": (lesson_day("2026-02-30"), Refusal.DATE_INVALID, "Datum"),
    "a day as people write it": (lesson_day("30-03-2026"), Refusal.DATE_INVALID, "Datum"),
    "a day to come": (lesson_day("2026-05-04"), Refusal.DATE_IN_FUTURE, "Datum"),
    "a lesson day in the May holiday": (lesson_day("2026-04-28"), Refusal.DATE_INVALID, "Datum"),
    "a lesson day on Easter Monday": (lesson_day("2026-04-06"), Refusal.DATE_INVALID, "Datum"),
    "a lesson day twice": (lesson_day("2026-03-09"), Refusal.DUPLICATE_IN_FILE, "Datum"),
    "a lesson day that was free": (free_day("2026-03-09"), Refusal.DUPLICATE_IN_FILE, "Datum"),
    "absence on a day without lessons": (missed("2026-03-28"), Refusal.DATE_INVALID, "Datum"),
    "a lesson missed twice": (missed("2026-03-02", 30), Refusal.DUPLICATE_IN_FILE, "Datum"),
    "a pupil's name for a number": (
        missed("2026-03-03", pupil="Jan de Vries"),
        Refusal.FIELD_INVALID,
        "Leerlingnummer",
    ),
    "a number of nobody": (
        missed("2026-03-03", pupil="1002", person="123456789"),
        Refusal.BSN_INVALID,
        "Persoonsgebonden nummer",
    ),
    "a pupil with two numbers": (
        missed("2026-03-03", person=NUMBERS[3]),
        Refusal.FIELD_INVALID,
        "Persoonsgebonden nummer",
    ),
    "a number with two pupils": (missed("2026-03-03", pupil="1003"), Refusal.FIELD_INVALID, "Leerlingnummer"),
    "a pupil born twice": (missed("2026-03-03", born="2012-05-06"), Refusal.FIELD_INVALID, "Geboortedatum"),
    "a pupil not yet born": (missed("2026-03-03", born="2027-05-06"), Refusal.DATE_IN_FUTURE, "Geboortedatum"),
    "lesson zero": (missed("2026-03-03", lesson=0), Refusal.FIELD_INVALID, "Lesuur"),
    "lesson twenty-one": (missed("2026-03-03", lesson=21), Refusal.FIELD_INVALID, "Lesuur"),
    "a lesson of no minutes": (missed("2026-03-03", 0), Refusal.FIELD_INVALID, "Minuten les"),
    "a lesson of more than a day": (missed("2026-03-03", 481), Refusal.FIELD_INVALID, "Minuten les"),
    "more missed than there was": (missed("2026-03-03", 51, length=50), Refusal.FIELD_INVALID, "Minuten gemist"),
    "half an hour with a comma": (
        missed("2026-03-03").replace(";60;60;", ";60;0,5;"),
        Refusal.FIELD_INVALID,
        "Minuten gemist",
    ),
    "leave that is neither": (missed("2026-03-03", allowed="ziek"), Refusal.FIELD_INVALID, "Geoorloofd"),
    "a character that nobody sees": (
        missed("2026-03-03", pupil="10\u200b02"),
        Refusal.CONTROL_CHARACTER,
        "Leerlingnummer",
    ),
    "a field too many": (missed("2026-03-03") + ";", Refusal.FIELD_COUNT, None),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_derived(name: str) -> None:
    row, reason, field = BAD_ROWS[name]
    content = absence(missed("2026-03-02"), *SIXTEEN, row, lessons=MARCH)
    assert refused(content) == [(len(MARCH) + len(SIXTEEN) + 2, reason, field)]


def test_every_row_that_cannot_be_used_is_named_at_once_and_in_order() -> None:
    content = absence(missed("2026-03-28"), "les;;;;;;;;", missed("2026-03-03", allowed="x"), lessons=MARCH)
    assert [row for row, _, _ in refused(content)] == [21, 22, 23]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (absence(lessons=MARCH).replace(b";", b","), Refusal.SEPARATOR),
        (absence(lessons=MARCH).replace(b"Lesuur", b"Reden"), Refusal.FIELD_NOT_ALLOWED),
        (absence(lessons=MARCH).replace(b";Lesuur", b"", 1), Refusal.FIELD_MISSING),
        (absence(lessons=MARCH).decode().encode("utf-16"), Refusal.ENCODING),
        (absence(missed("2026-03-02"), lessons=MARCH)[:-2], Refusal.SYNTAX),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(content: bytes, reason: Refusal) -> None:
    assert [(row, why) for row, why, _ in refused(content)] == [(0, reason)]
