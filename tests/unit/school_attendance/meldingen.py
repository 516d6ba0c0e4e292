"""Meldingen as CSV and absence files as schools would write them, about invented pupils."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from connectors.school_attendance.dialects import CSV

SCHOOL_NUMBER = "100000004"
ROW = {
    CSV.number: "999000401",
    CSV.bsn: "999990019",
    CSV.begin: "2026-03-02",
    CSV.end: "2026-03-20",
    CSV.kind: "V3",
}


def csv_row(**changes: str) -> dict[str, str]:
    """One melding by our own names of the fields (`number`, `end`, …)."""
    return ROW | {getattr(CSV, name): text for name, text in changes.items()}


def csv_file(*rows: Mapping[str, str]) -> bytes:
    """A CSV with every column that one of the rows has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(";".join(map(_cell, line)) + "\r\n" for line in lines).encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ';"\r\n') else text


HEADER = (
    "Soort;Datum;Leerlingnummer;Persoonsgebonden nummer;Geboortedatum;Lesuur;Minuten les;Minuten gemist;Geoorloofd"
)


def lesson_day(day: date | str) -> str:
    return f"lesdag;{day};;;;;;;"


def free_day(day: date | str) -> str:
    return f"lesvrij;{day};;;;;;;"


def reported(day: date | str, pupil: str = "1001") -> str:
    return f"gemeld;{day};{pupil};;;;;;"


def missed(
    day: date | str,
    minutes: int = 60,
    lesson: int = 1,
    *,
    length: int | None = None,
    pupil: str = "1001",
    person: str = "999990019",
    born: str = "2012-05-05",
    allowed: str = "nee",
) -> str:
    """One lesson missed; as long as it was missed unless a length is given."""
    whole = minutes if length is None else length
    return f"verzuim;{day};{pupil};{person};{born};{lesson};{whole};{minutes};{allowed}"


def weekdays(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (begin + timedelta(days=each) for each in range((end - begin).days + 1))
    return [day for day in days if day.weekday() < 5]


def absence(*rows: str, lessons: Iterable[date | str] = ()) -> bytes:
    """An absence file: the lesson days, then what is said of pupils."""
    return "\r\n".join([HEADER, *map(lesson_day, lessons), *rows, ""]).encode()
