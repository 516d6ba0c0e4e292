"""What the sources deliver and who moves meanwhile: the same files for the same seed, size, areas and moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from schemas.civil import civil_day
from signaalbrug.demo import consent_files, ddas_files, stories, verzuim_files
from signaalbrug.demo.brp_files import area_table, write_answers
from signaalbrug.demo.municipality import SUFFIX, File
from signaalbrug.demo.pen import Town
from signaalbrug.demo.people import Address, Person

#: How often a story is told, beside the others.
SHARES: Mapping[Callable[[Town, str], None], int] = {
    stories.school_and_debt: 10,
    stories.co_parents: 3,
    stories.growing: 6,
    stories.threatening: 5,
    stories.absence_alone: 4,
    stories.pupil_of_age: 2,
    stories.one_debt: 4,
    stories.never_asked: 3,
    stories.withdrawn_before: 2,
    stories.withdrawn_after: 3,
    stories.objected: 2,
    stories.consent_over: 1,
    stories.taken_back: 4,
    stories.put_right: 4,
    stories.strangers: 2,
}
#: Of the rows: how many come again changed, are taken back, or come again as they were.
CHANGED, TAKEN_BACK, AGAIN = 0.08, 0.06, 0.03
UNJUSTIFIED = "Niet opgepakt: onterecht signaal"
MOVERS_IN = 50
FILES_FOR = 20


@dataclass(frozen=True, slots=True)
class Move:
    """Who goes to live elsewhere, and who stays behind at the old address."""

    people: Sequence[Person]
    behind: Sequence[Person]
    to: Address
    on: date


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file and how many rows stand in it."""

    file: File
    rows: int


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that comes in during a run."""

    files: Sequence[Delivered]
    moves: Sequence[Move]
    people: Sequence[Person]
    signals: int
    today: date

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.files)

    def write_register(self, folder: Path, areas: Path) -> None:
        """What the BRP answers before anybody moves, and the table of areas."""
        areas.write_text(area_table([*self.people, *self._moved()]), encoding="utf-8")
        write_answers(folder, self.people, self.today)

    def _moved(self) -> Iterable[Person]:
        """Stand-ins at the addresses to which people go, so that the table of areas knows these too."""
        import copy

        for move in self.moves:
            person = copy.copy(move.people[0])
            person.address = move.to
            yield person

    def move(self, number: int, folder: Path) -> None:
        """From now on the BRP answers that they live elsewhere."""
        move = self.moves[number]
        for person in move.people:
            person.address, person.lives_there_since = move.to, move.on
        write_answers(folder, [*move.people, *move.behind], self.today)


def loaded(seed: int, signals: int, areas: Sequence[str], now: datetime) -> Load:
    """At least so many signals with their corrections and withdrawals, statements of consent, and moves."""
    today = civil_day(now)
    town = Town(Random(seed), today)
    moves = _movers(town, areas, max(3, signals // MOVERS_IN))
    moving = {person.bsn for move in moves for person in (*move.people, *move.behind)}
    told, weights = list(SHARES), list(SHARES.values())
    number = 0
    while _signals(town) < signals:
        town.chance.choices(told, weights)[0](town, areas[number % len(areas)])
        number += 1
    people = [person for household in town.households for person in household.people]
    files = _files(town, moving, max(4, signals // FILES_FOR // 3), now)
    return Load(files, moves, people, _signals(town), today)


def _signals(town: Town) -> int:
    return len(town.rounds[0].arrears) + len(town.rounds[0].absences)


def _movers(town: Town, areas: Sequence[str], count: int) -> list[Move]:
    """Families that go to another area as a whole, and grown children who leave alone."""
    moves = []
    for number in range(count):
        area, other = areas[number % len(areas)], areas[(number + len(areas) // 2) % len(areas)]
        leaves = number % 3 == 2
        home = town.settle(town.invent.family(area, 2, 1, (18, 20) if leaves else (12, 16)))
        child = home.children[0]
        town.says(child, "given", 70)
        town.misses_school(child, 20, "V4" if leaves else "V3")
        town.owes(home.adults[0], stories.RENT, 12)
        going, behind = ([child], home.adults) if leaves else (home.people, [])
        moves.append(Move(going, behind, town.invent.address(other), town.ago(1)))
    return moves


def _files(town: Town, moving: set[str], count: int, now: datetime) -> list[Delivered]:
    """Of each source so many files and one of late changes, in the order in which they are delivered."""
    chance, today = town.chance, town.today
    debts = _debts(town, moving, count)
    schools = _schools(town, moving, count)
    consents = _chunks(_first(town.rounds[0].statements, moving), count)
    for late in town.rounds[1].statements:
        consents[chance.randrange(count // 2, count + 1)].append(late)
    made: list[Delivered] = []
    for index in range(count + 1):
        at = now - timedelta(hours=3) + timedelta(minutes=index)
        contents = {
            "consent_register": (
                consent_files.delivery(list(map(consent_files.line_of, consents[index]))),
                consents,
            ),
            "debt_services": (ddas_files.delivery(debts[index], today, at), debts),
            "school_attendance": (verzuim_files.delivery(schools[index]), schools),
        }
        for source, (content, rows) in contents.items():
            if rows[index]:
                name = f"levering-{index:03d}.{SUFFIX[source]}"
                made.append(Delivered(File(source, name, content), len(rows[index])))
    return made


def _first(rows: Iterable[Any], moving: set[str]) -> list[Any]:
    """Who will move is known to the register before they do: their rows come first, the others by time."""
    ordered = sorted(rows, key=lambda row: row.recorded_at)
    return sorted(ordered, key=lambda row: row.person.bsn not in moving)


def _chunks(rows: Sequence[Any], count: int) -> list[list[Any]]:
    """So many about equal parts, and an empty one for what comes late."""
    return [list(rows[len(rows) * at // count : len(rows) * (at + 1) // count]) for at in range(count)] + [[]]


def _debts(town: Town, moving: set[str], count: int) -> list[list[dict[str, Any]]]:
    chance, arrears = town.chance, list(town.rounds[0].arrears)
    chance.shuffle(arrears)
    arrears.sort(key=lambda row: row.person.bsn not in moving)
    files = _chunks([ddas_files.row_of(row) for row in arrears], count)
    for index in range(count):
        for row in list(files[index]):
            lot, mover = chance.random(), row["client"]["burgerservicenummer"] in moving
            if lot < CHANGED:
                late = row | {"signaalpartner": {"type": chance.choice(stories.ORDINARY)}}
            elif lot < CHANGED + TAKEN_BACK and not mover:
                late = row | {"status": UNJUSTIFIED}
            elif lot > 1 - AGAIN:
                late = dict(row)
            else:
                continue
            later = files[chance.randrange(index + 1, count + 1)]
            if all(each["ID"] != row["ID"] for each in later):
                later.append(late)
    return files


def _schools(town: Town, moving: set[str], count: int) -> list[list[str]]:
    chance, absences = town.chance, list(town.rounds[0].absences)
    changed = {each.number for each in town.rounds[1].absences}
    for absence in absences:
        lot, mover = chance.random(), absence.person.bsn in moving
        if absence.number in changed or lot > CHANGED + TAKEN_BACK:
            continue
        if lot < CHANGED:
            town.again(absence, "L", "R")
        elif not mover:
            town.again(absence, absence.kind, "I")
    chance.shuffle(absences)
    absences.sort(key=lambda row: row.person.bsn not in moving)
    files = _chunks(absences, count)
    placed = {row.number: index for index, rows in enumerate(files) for row in rows}
    for late in town.rounds[1].absences:
        files[chance.randrange(placed[late.number] + 1, count + 1)].append(late)
    return [verzuim_files.rows_of(rows) for rows in files]


def drop(each: Delivered, folder: Path) -> None:
    """Put a file into the drop folder, complete at once."""
    into = folder / each.file.source / "in"
    into.mkdir(parents=True, exist_ok=True)
    new = into / f".{each.file.name}"
    new.write_bytes(each.file.content)
    new.replace(into / each.file.name)
