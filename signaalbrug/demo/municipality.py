"""Waterrijk as files: what the register answers, which area an address lies in, and two rounds of deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from signaalbrug.demo import (
    consent_files,
    ddas_files,
    fhir_files,
    handover_files,
    intake_files,
    spoiled,
    verzuim_files,
)
from signaalbrug.demo.brp_files import area_table, write_answers
from signaalbrug.demo.people import Person
from signaalbrug.demo.rows import Books
from signaalbrug.demo.stories import told

SEED = 20_260
SUFFIX = {
    "debt_services": "json",
    "school_attendance": "xml",
    "consent_register": "jsonl",
    "general_practice": "json",
    "veilig_thuis": "json",
    "wijkteam_intake": "jsonl",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as a source sends it."""

    source: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Waterrijk:
    """The whole municipality for one day."""

    households: int
    people: Sequence[Person]
    rounds: Sequence[Sequence[File]]
    areas: str
    today: date

    def write_register(self, folder: Path, areas: Path) -> int:
        """Write what the BRP answers, and the table of areas; returns the number of answers."""
        areas.parent.mkdir(parents=True, exist_ok=True)
        areas.write_text(self.areas, encoding="utf-8")
        return write_answers(folder, self.people, self.today)

    def deliver(self, number: int, drop: Path) -> int:
        """Put the files of one round into the drop folder, each complete at once; returns how many.

        Source  INTAKE: written as `.name`, which is ignored, then renamed
        """
        for file in self.rounds[number]:
            folder = drop / file.source / "in"
            folder.mkdir(parents=True, exist_ok=True)
            new = folder / f".{file.name}"
            new.write_bytes(file.content)
            new.replace(folder / file.name)
        return len(self.rounds[number])


def waterrijk(areas: Sequence[str], now: datetime, today: date, seed: int = SEED) -> Waterrijk:
    """The municipality: the same for the same seed, areas, day and moment of delivery.

    Time    all dates are relative to `today`; `now` stands in the deliveries as the time they were made
    """
    town = told(seed, today, areas)
    people = [person for household in town.households for person in household.people]
    chance = Random(seed + 1)
    made = now - timedelta(minutes=10)
    first = _first_round(town.rounds[0], chance, today, made)
    second = _second_round(town.rounds[1], now)
    return Waterrijk(len(town.households), people, (first, second), area_table(people), today)


def _first_round(books: Books, chance: Random, today: date, made: datetime) -> list[File]:
    debts = spoiled.spoiled_debts([ddas_files.row_of(row) for row in books.arrears], chance, today)
    statements = spoiled.spoiled_statements([consent_files.line_of(row) for row in books.statements], chance)
    good = {
        "consent_register": consent_files.delivery(statements),
        "debt_services": ddas_files.delivery([*debts, debts[5]], today, made),
        "school_attendance": verzuim_files.delivery(spoiled.spoiled_absences(books, chance)),
        "general_practice": _referrals(books, made),
        "veilig_thuis": handover_files.delivery(books.handovers),
        "wijkteam_intake": intake_files.delivery(books.worries),
    }
    files = [File(source, f"levering-1.{SUFFIX[source]}", content) for source, content in good.items()]
    broken = spoiled.broken_files(good, today, made)
    return files + [File(source, name, content) for name, (source, content) in broken.items()]


def _referrals(books: Books, made: datetime) -> bytes:
    return fhir_files.delivery([row for each in books.referrals for row in fhir_files.rows_of(each)], made)


def _second_round(books: Books, made: datetime) -> list[File]:
    content: Mapping[str, bytes] = {
        "consent_register": consent_files.delivery([consent_files.line_of(row) for row in books.statements]),
        "school_attendance": verzuim_files.delivery(verzuim_files.rows_of(books.absences)),
        "general_practice": _referrals(books, made),
        "veilig_thuis": handover_files.delivery(books.handovers),
    }
    return [File(source, f"levering-2.{SUFFIX[source]}", bytes_) for source, bytes_ in content.items()]
