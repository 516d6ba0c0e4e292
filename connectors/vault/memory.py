"""The vault without a server, for the demonstration and tests: the same desk over rows in memory."""

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

from connectors.vault.api import Principal, QuestionStatus, Vault
from connectors.vault.desk import Ceilings, Desk
from connectors.vault.directory import Directory, Nobody
from connectors.vault.keys import Generation, KeyRing, Keys
from connectors.vault.store import (
    CallLine,
    IdentityLine,
    Moved,
    NewPerson,
    Question,
    RevealLine,
    StoredReceipt,
)
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
        self._questions: dict[str, Question] = {}
        self.generation: Generation | None = None
        self.reveals: list[RevealLine] = []
        self.calls: list[CallLine] = []
        self.identities: list[IdentityLine] = []

    def _in_force(self, keys: Generation) -> None:
        """Whoever writes first says which keys are in force here."""
        self.generation = self.generation or keys
        if keys != self.generation:
            raise Moved(self.generation)

    def opened(self, content: bytes, fresh: StoredReceipt, keys: Generation) -> tuple[StoredReceipt, bool]:
        with self._lock:
            self._in_force(keys)
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

    def pseudonyms(self, wanted: Sequence[NewPerson], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        with self._lock:
            self._in_force(keys)
            return {person.index: self._pseudonym(person) for person in wanted}

    def _pseudonym(self, person: NewPerson) -> PersonPseudonym:
        for index in (person.index, *person.earlier):
            if index in self._persons:
                return self._persons[index].pseudonym
        self._persons[person.index] = person
        self._indexes[person.pseudonym] = person.index
        return person.pseudonym

    def found(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        with self._lock:
            self._in_force(keys)
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
            self._questions = {key: each for key, each in self._questions.items() if each.person != person}

    def log_reveal(self, line: RevealLine) -> None:
        self.reveals.append(line)

    def log_call(self, line: CallLine) -> None:
        self.calls.append(line)

    def asked(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, Question]:
        with self._lock:
            self._in_force(keys)
            return {each.index: each for each in self._questions.values() if each.index in indexes}

    def ask(self, question: Question, keys: Generation) -> None:
        with self._lock:
            self._in_force(keys)
            places = {question.index, *question.earlier}
            before = next((each for each in self._questions.values() if each.index in places), None)
            if before is None:
                self._questions[question.id] = question
            elif before.status is QuestionStatus.OPEN:
                renewed = {"doubt": question.doubt, "candidates": question.candidates}
                self._questions[before.id] = dataclasses.replace(before, **renewed)  # type: ignore[arg-type]

    def unask(self, question: str) -> None:
        with self._lock:
            if self._questions[question].status is QuestionStatus.OPEN:
                del self._questions[question]

    def question(self, question: str) -> Question | None:
        return self._questions.get(question)

    def questions(self) -> Sequence[Question]:
        with self._lock:
            return sorted(self._questions.values(), key=lambda each: (each.asked_at, each.id))

    def answer(self, before: Question, after: Question, keys: Generation) -> bool:
        with self._lock:
            self._in_force(keys)
            if self._questions.get(before.id) != before:
                return False
            self._questions[before.id] = after
            return True

    def forget_questions(self, before: datetime) -> int:
        with self._lock:
            kept = {
                key: each for key, each in self._questions.items() if (each.changed_at or each.asked_at) >= before
            }
            gone, self._questions = len(self._questions) - len(kept), kept
            return gone

    def log_identity(self, line: IdentityLine) -> None:
        self.identities.append(line)


class MemoryVault:
    """All desks over one memory: `MemoryVault().serving(Principal.INTAKE)` is a `Vault`."""

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ceilings: Ceilings | None = None,
        keys: Keys | None = None,
        directory: Directory | None = None,
    ) -> None:
        self.store = MemoryStore()
        self._ring, self._now, self._ceilings = KeyRing(keys or Keys.fresh()), now, ceilings or Ceilings()
        self._directory = directory or Nobody()

    def serving(self, principal: Principal) -> Vault:
        """The vault as this principal sees it."""
        return Desk(principal, self.store, self._ring, self._now, self._ceilings, self._directory)
