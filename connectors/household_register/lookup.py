"""A lookup batch: from pseudonyms through vault and BRP to household ids and what must be said of each person."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client import Counter

from connectors.brp import Brp
from connectors.bsn import Bsn
from connectors.household_register import books
from connectors.household_register.books import Database
from connectors.household_register.derive import (
    UNDETERMINED,
    Group,
    NoHousehold,
    Place,
    World,
    group_of,
    places,
)
from connectors.household_register.identity import Mark, continued
from connectors.household_register.read import look_around
from connectors.household_register.resident import Address
from connectors.household_register.saying import Occasion, changes, together
from connectors.vault.api import Vault
from schemas.events.account import ProcessingLine
from schemas.events.event import Event
from schemas.events.register import Membership, PersonLifecycle
from schemas.identity import AreaCode, HouseholdId, MoveId, PersonPseudonym, ReceiptId
from schemas.processing import processing_line
from schemas.trace import begun
from schemas.vocabulary import LifecycleKind

SOURCE = "household_register"
ACTIVITY = "5"

LOOKED_UP = Counter("signaalbrug_register_lookups_total", "Persons looked up in the BRP", ["outcome"])

Persons = Mapping[PersonPseudonym, Bsn | None]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Everything a batch needs beside the database."""

    vault: Vault
    brp: Brp
    mark: Mark
    area_of: Callable[[Address], AreaCode | None]
    municipality: str
    now: Callable[[], datetime]
    today: date

    def of(self, database: Database, persons: Sequence[PersonPseudonym]) -> Mapping[PersonPseudonym, list[Event]]:
        """Write down what the BRP says of these persons and those who live with them; returns what to publish.

        Raises  VaultDown, VaultRefused, BrpDown
        """
        started = self.now()
        receipt = self.vault.open_receipt(SOURCE, secrets.token_bytes(32), len(persons)).id
        asked = dict(zip(persons, self.vault.resolve_many(receipt, persons), strict=True))
        everybody, world = self._world(database, asked)
        self.vault.close_receipt(receipt)
        found = {person: self._found(world, bsn) for person, bsn in everybody.items()}
        ids = self._identified(database, world, found.values())
        before = {person: books.memberships(database, person) for person in found}
        changed: dict[PersonPseudonym, list[Membership]] = {}
        deaths: dict[PersonPseudonym, Sequence[Event]] = {}
        for person, outcome in found.items():
            occasion, bsn = Occasion(person, self.today, self.now(), receipt), everybody[person]
            self._looked(database, bsn, outcome, occasion)
            deaths[person] = _death(database, world, bsn, outcome, occasion)
            changed[person] = _changed(outcome, ids, before[person], occasion)
        said: dict[PersonPseudonym, list[Event]] = {}
        for person, memberships in together(changed, before, self.today, _fresh_move).items():
            for membership in memberships:
                books.keep(database, membership)
            line = _line(person, receipt, started, self.now())
            said[person] = [*deaths[person], *memberships, line]
        books.drop_unused_households(database)
        return said

    def _world(self, database: Database, asked: Persons) -> tuple[Persons, World]:
        """Look around; who turns out to live with them and has a live signal is looked up with them."""

        def known(bsns: frozenset[Bsn]) -> frozenset[Bsn]:
            marks = {self.mark(bsn): bsn for bsn in bsns}
            return frozenset(marks[mark] for mark in books.known_marks(database, marks))

        numbers = [bsn for bsn in asked.values() if bsn is not None]
        residents, homes = look_around(self.brp, numbers, known)
        marks = {self.mark(bsn): bsn for bsn in residents}
        mates = {person: marks[mark] for mark, person in books.by_mark(database, marks).items()}
        everybody = {**mates, **asked}
        if everybody.keys() != asked.keys():
            residents, homes = look_around(self.brp, [*numbers, *mates.values()], known)
        return everybody, World(residents, homes, self.today, self.municipality, self.area_of)

    def _found(self, world: World, bsn: Bsn | None) -> tuple[Place, ...] | NoHousehold:
        outcome = NoHousehold.UNKNOWN_PERSON if bsn is None else places(world, bsn)
        LOOKED_UP.labels(outcome.value if isinstance(outcome, NoHousehold) else "found").inc()
        return outcome

    def _identified(
        self, database: Database, world: World, found: Iterable[tuple[Place, ...] | NoHousehold]
    ) -> Mapping[Group, HouseholdId]:
        """The id of every household somebody is to be published in, written down with its members' marks."""
        groups = {group for bsn in world.residents if isinstance(group := group_of(world, bsn), Group)}
        known = books.households_of(database, map(self.mark, world.residents))
        ordered = sorted(groups, key=lambda group: sorted(map(self.mark, group.members)))
        kept = continued(known, ordered, world.residents, self.mark, self.today)
        needed = {place.group for outcome in found if not isinstance(outcome, NoHousehold) for place in outcome}
        ids = {group: kept.get(group) or HouseholdId(secrets.token_hex(16)) for group in ordered if group in needed}
        for group, household in ids.items():
            books.rewrite(database, household, frozenset(map(self.mark, group.members)))
        return ids

    def _looked(
        self, database: Database, bsn: Bsn | None, outcome: tuple[Place, ...] | NoHousehold, occasion: Occasion
    ) -> None:
        waits_for = outcome.value if isinstance(outcome, NoHousehold) else None
        mark = None if bsn is None else self.mark(bsn)
        books.looked(database, occasion.person, mark, occasion.at, waits_for)


def _fresh_move() -> MoveId:
    return MoveId(secrets.token_hex(16))


def _changed(
    outcome: tuple[Place, ...] | NoHousehold,
    ids: Mapping[Group, HouseholdId],
    before: Mapping[HouseholdId, Membership],
    occasion: Occasion,
) -> list[Membership]:
    if isinstance(outcome, NoHousehold) and outcome in UNDETERMINED:
        return []
    homes = {} if isinstance(outcome, NoHousehold) else {ids[place.group]: place for place in outcome}
    return changes(before, homes, occasion)


def _death(
    database: Database,
    world: World,
    bsn: Bsn | None,
    outcome: tuple[Place, ...] | NoHousehold,
    occasion: Occasion,
) -> Sequence[PersonLifecycle]:
    """A death is said once."""
    if outcome is not NoHousehold.DIED or bsn is None or not books.died(database, occasion.person):
        return ()
    on = world.residents[bsn].died_on
    known = on if on is not None and on.year > 1 else occasion.today
    return (PersonLifecycle(LifecycleKind.DIED, occasion.person, None, known, occasion.at),)


def _line(person: PersonPseudonym, receipt: ReceiptId, started: datetime, ended: datetime) -> ProcessingLine:
    trace = begun(SOURCE, f"{receipt}/{person}")
    return processing_line("huishouden-afleiden", ACTIVITY, person, SOURCE, trace, started, ended)
