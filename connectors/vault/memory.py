"""The vault without a server, for the demonstration and tests: the same desk over rows in memory."""

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

from connectors.vault.api import Principal, Vault
from connectors.vault.desk import Ceilings, Desk
from connectors.vault.keys import Keys
from connectors.vault.store import CallLine, NewPerson, RevealLine, StoredReceipt
from schemas.identity import PersonPseudonym, ReceiptId, TeamId


class MemoryStore:
    """A `Store` whose transactions are one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._receipts: dict[ReceiptId, StoredReceipt] = {}
        self._contents: dict[bytes, ReceiptId] = {}
        self._days: dict[tuple[str, date], int] = {}
        self._persons: dict[bytes, NewPerson] = {}
        self._indexes: dict[PersonPseudonym, bytes] = {}
        self._tokens: dict[tuple[TeamId, PersonPseudonym], str] = {}
        self.reveals: list[RevealLine] = []
        self.calls: list[CallLine] = []

    def opened(self, content: bytes, fresh: StoredReceipt) -> tuple[StoredReceipt, bool]:
        with self._lock:
            new = content not in self._contents
            if new:
                self._contents[content] = fresh.id
                self._receipts[fresh.id] = fresh
            return self._receipts[self._contents[content]], new

    def receipt(self, receipt: ReceiptId) -> StoredReceipt | None:
        return self._receipts.get(receipt)

    def close(self, receipt: ReceiptId, at: datetime) -> None:
        with self._lock:
            kept = self._receipts[receipt]
            if kept.closed_at is None:
                self._receipts[receipt] = dataclasses.replace(kept, closed_at=at)

    def charge(self, source: str, day: date, persons: int, ceiling: int) -> bool:
        with self._lock:
            after = self._days.get((source, day), 0) + persons
            if after > ceiling:
                return False
            self._days[source, day] = after
            return True

    def pseudonyms(self, wanted: Sequence[NewPerson]) -> Mapping[bytes, PersonPseudonym]:
        with self._lock:
            for person in wanted:
                if person.index not in self._persons:
                    self._persons[person.index] = person
                    self._indexes[person.pseudonym] = person.index
            return {person.index: self._persons[person.index].pseudonym for person in wanted}

    def found(self, indexes: Sequence[bytes]) -> Mapping[bytes, PersonPseudonym]:
        with self._lock:
            return {index: self._persons[index].pseudonym for index in indexes if index in self._persons}

    def sealed(self, persons: Sequence[PersonPseudonym]) -> Mapping[PersonPseudonym, bytes]:
        with self._lock:
            known = [person for person in persons if person in self._indexes]
            return {person: self._persons[self._indexes[person]].sealed for person in known}

    def tokens(self, team: TeamId, fresh: Mapping[PersonPseudonym, str]) -> Mapping[PersonPseudonym, str]:
        with self._lock:
            known = [person for person in fresh if person in self._indexes]
            return {person: self._tokens.setdefault((team, person), fresh[person]) for person in known}

    def behind(self, team: TeamId, token: str) -> bytes | None:
        with self._lock:
            for (whose, person), kept in self._tokens.items():
                if whose == team and kept == token:
                    return self._persons[self._indexes[person]].sealed
            return None

    def erase(self, person: PersonPseudonym) -> None:
        with self._lock:
            index = self._indexes.pop(person, None)
            if index is not None:
                del self._persons[index]
            self._tokens = {key: token for key, token in self._tokens.items() if key[1] != person}

    def log_reveal(self, line: RevealLine) -> None:
        self.reveals.append(line)

    def log_call(self, line: CallLine) -> None:
        self.calls.append(line)


class MemoryVault:
    """All desks over one memory: `MemoryVault().serving(Principal.INTAKE)` is a `Vault`."""

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ceilings: Ceilings | None = None,
        keys: Keys | None = None,
    ) -> None:
        self.store = MemoryStore()
        self._keys, self._now, self._ceilings = keys or Keys.fresh(), now, ceilings or Ceilings()

    def serving(self, principal: Principal) -> Vault:
        """The vault as this principal sees it."""
        return Desk(principal, self.store, self._keys, self._now, self._ceilings)
