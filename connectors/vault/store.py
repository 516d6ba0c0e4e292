"""What the vault remembers, whoever keeps it: every operation is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from connectors.vault.api import Doubt, Principal, QuestionStatus
from connectors.vault.keys import Generation
from schemas.identity import PersonPseudonym, ReceiptId, TeamId


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as it is kept; its key is sealed."""

    id: ReceiptId
    principal: Principal
    source: str
    size: int
    sealed_key: bytes = field(repr=False)
    opened_at: datetime
    closed_at: datetime | None


class Moved(Exception):
    """The keys in force are of another generation than those used: nothing was written; once more, with these."""

    def __init__(self, generation: Generation) -> None:
        super().__init__("moved")
        self.generation = generation


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A row to be made if the index has none: what is drawn here is thrown away otherwise.

    `earlier` are the indexes under which the row stands while it was not brought over to the key in force.
    """

    index: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    pseudonym: PersonPseudonym
    earlier: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """Who is meant by a description: asked of a human, and what was answered; all that identifies is sealed.

    `proposed` is what one deskworker said, until a second says the same.
    """

    id: str
    index: bytes = field(repr=False)
    description: bytes = field(repr=False)
    candidates: bytes = field(repr=False)
    doubt: Doubt
    source: str
    asked_at: datetime
    status: QuestionStatus = QuestionStatus.OPEN
    changed_at: datetime | None = None
    changed_by: str | None = None
    proposed: bytes | None = field(default=None, repr=False)
    person: PersonPseudonym | None = None
    earlier: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RevealLine:
    """One line about somebody who wanted to see a name: said before the answer is sought, and after."""

    at: datetime
    said: str
    team: TeamId
    user: str
    token: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """One line about a call on persons: who and how many, never which."""

    at: datetime
    principal: Principal
    call: str
    receipt: ReceiptId | None
    persons: int


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One line about somebody who looked at a question or answered it."""

    at: datetime
    said: str
    user: str
    question: str
    reason: str


class Store(Protocol):
    """Kept in PostgreSQL, or in memory for the demonstration without servers.

    What makes rows is told under which keys they were made.

    Raises  VaultDown when it cannot be reached; Moved, where keys are told
    """

    def opened(self, content: bytes, fresh: StoredReceipt, keys: Generation) -> tuple[StoredReceipt, bool]:
        """The receipt of this content and whether it is new."""

    def receipt(self, receipt: ReceiptId) -> StoredReceipt | None:
        """The receipt with this id."""

    def close(self, receipt: ReceiptId, at: datetime) -> None:
        """Close it; one that is closed stays as it is."""

    def charge(self, source: str, day: date, persons: int, ceiling: int) -> bool:
        """Count these persons against the source's day; False, and nothing counted, when that is too many."""

    def pseudonyms(self, wanted: Sequence[NewPerson], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        """The pseudonym at each index, made where there was none under any key."""

    def found(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, PersonPseudonym]:
        """The pseudonyms that exist."""

    def sealed(self, persons: Sequence[PersonPseudonym]) -> Mapping[PersonPseudonym, bytes]:
        """The sealed BSN of those that exist."""

    def tokens(self, team: TeamId, fresh: Mapping[PersonPseudonym, str]) -> Mapping[PersonPseudonym, str]:
        """The team's token of each person that exists, made where there was none."""

    def behind(self, team: TeamId, token: str) -> bytes | None:
        """The sealed BSN behind a team's own token."""

    def erase(self, person: PersonPseudonym) -> None:
        """Destroy the row and the tokens."""

    def log_reveal(self, line: RevealLine) -> None:
        """Append, and return when it is kept."""

    def log_call(self, line: CallLine) -> None:
        """Append, and return when it is kept."""

    def asked(self, indexes: Sequence[bytes], keys: Generation) -> Mapping[bytes, Question]:
        """The questions at these indexes."""

    def ask(self, question: Question, keys: Generation) -> None:
        """Write it down; of one that stands already only doubt and candidates are renewed, while it is open."""

    def unask(self, question: str) -> None:
        """An open question answered itself: it is gone."""

    def question(self, question: str) -> Question | None:
        """The question with this id."""

    def questions(self) -> Sequence[Question]:
        """Every question, the oldest first."""

    def answer(self, before: Question, after: Question, keys: Generation) -> bool:
        """Change its status, unless somebody else did meanwhile: then False, and nothing changed."""

    def forget_questions(self, before: datetime) -> int:
        """Destroy what was asked, and answered, before this; returns how many."""

    def log_identity(self, line: IdentityLine) -> None:
        """Append, and return when it is kept."""
