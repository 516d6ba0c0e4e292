"""The household register: knows whose signals live, asks vault and BRP, writes down who lives where, and says it.

Everything is written in one transaction with cursor and outbox. When vault or BRP is down it raises, so that
the cursor stands still; nothing is guessed. Of members without a live signal only a keyed mark is kept.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.brp import Brp
from connectors.bsn import Bsn, digits_of
from connectors.household_register import books
from connectors.household_register.areas import Areas
from connectors.household_register.books import Database
from connectors.household_register.lookup import Lookup
from connectors.household_register.outbox import put
from connectors.vault.api import Vault
from schemas.civil import civil_day
from schemas.events.event import Event, Forget
from schemas.events.register import PersonLifecycle
from schemas.events.signal import Signal
from schemas.following import Arrived
from schemas.identity import PersonPseudonym
from schemas.record import Recorder
from schemas.trace import begun
from schemas.vocabulary import LifecycleKind

#: Persons looked up in one transaction, under one receipt.
BATCH = 100
#: After these nothing about the pseudonym may come any more.
GONE = (LifecycleKind.ERASED, LifecycleKind.MERGED)
#: streams/policy/convenant.toml: the longest retention of any ground
RETENTION_DAYS = 183


@dataclass(frozen=True, slots=True)
class HouseholdRegister:
    """Its effects are parameters; its rows are in the database it is handed."""

    vault: Vault
    brp: Brp
    areas: Areas
    recorder: Recorder
    now: Callable[[], datetime]
    municipality: str = "9990"
    retention_days: int = RETENTION_DAYS

    def apply_signals(self, database: Database, arrived: Sequence[Arrived]) -> None:
        """Take in signals; look up whom they are the first live one of, forget whose last one was withdrawn.

        Raises  VaultDown, VaultRefused, BrpDown: the batch comes again
        """
        signals = [each.event for each in arrived if isinstance(each.event, Signal)]
        if not signals:
            return
        books.lock(database)
        gone = books.erased(database, (signal.person for signal in signals))
        persons = {signal.person for signal in signals} - gone
        for signal in signals:
            live_until = signal.observed_on + timedelta(days=self.retention_days)
            if signal.person in persons and live_until > self.today:
                books.learn(database, signal, live_until)
        books.meet(database, persons, self.today)
        self._forget(database, books.ended(database, self.today, persons))
        while waiting := books.waiting(database, None, BATCH):
            self._look_up(database, waiting)

    def apply_lifecycle(self, database: Database, arrived: Sequence[Arrived]) -> None:
        """Take out who was erased or merged into another pseudonym, and let nobody bring them back until the bound.

        Source  rules.md 5
        """
        for event in (each.event for each in arrived):
            if isinstance(event, PersonLifecycle) and event.kind in GONE:
                books.lock(database)
                until = event.happened_on + timedelta(days=self.retention_days + 1)
                if until > self.today:
                    books.erase(database, event.person, until)
                self._forget(database, [event.person], signals=True)

    def refresh(self, database: Database, before: datetime) -> int:
        """Forget whose last live signal ended; look up the next who were not since *before*. Returns how many.

        Raises  VaultDown, VaultRefused, BrpDown
        """
        with database.transaction():
            books.lock(database)
            books.drop_ended_signals(database, self.today)
            self._forget(database, books.ended(database, self.today))
            waiting = books.waiting(database, before, BATCH)
            if waiting:
                self._look_up(database, waiting)
            return len(waiting)

    @property
    def today(self) -> date:
        return civil_day(self.now())

    def _look_up(self, database: Database, persons: Sequence[PersonPseudonym]) -> None:
        key = self.vault.source_key("household_register")
        mark = marking(key)
        lookup = Lookup(self.vault, self.brp, mark, self.areas.of, self.municipality, self.now, self.today)
        found = lookup.of(database, persons)
        for person, events in found.items():
            self._say(database, person, events)

    def _forget(self, database: Database, persons: Iterable[PersonPseudonym], *, signals: bool = False) -> None:
        forgotten = False
        for person in persons:
            households = books.forget(database, person, signals=signals)
            tombstones = [Forget(books.MEMBERSHIP_TOPIC, person, household) for household in households]
            self._say(database, person, tombstones)
            forgotten = True
        if forgotten:
            books.drop_unused_households(database)

    def _say(self, database: Database, person: PersonPseudonym, events: Sequence[Event | Forget]) -> None:
        if events:
            trace, at = begun("household_register", secrets.token_hex(16)), self.now()
            put(database, person, [self.recorder.record(event, trace, at) for event in events])


def marking(key: bytes) -> Callable[[Bsn], bytes]:
    """How members are marked under this key."""
    return lambda bsn: hmac.digest(key, digits_of(bsn).encode(), "sha256")
