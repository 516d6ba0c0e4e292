"""What the vault remembers, whoever keeps it: every operation is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from connectors.vault.api import Principal
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


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A row to be made if the index has none: what is drawn here is thrown away otherwise."""

    index: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    pseudonym: PersonPseudonym


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


class Store(Protocol):
    """Kept in PostgreSQL, or in memory for the demonstration without servers.

    Raises  VaultDown when it cannot be reached
    """

    def opened(self, content: bytes, fresh: StoredReceipt) -> tuple[StoredReceipt, bool]:
        """The receipt of this content and whether it is new."""

    def receipt(self, receipt: ReceiptId) -> StoredReceipt | None:
        """The receipt with this id."""

    def close(self, receipt: ReceiptId, at: datetime) -> None:
        """Close it; one that is closed stays as it is."""

    def charge(self, source: str, day: date, persons: int, ceiling: int) -> bool:
        """Count these persons against the source's day; False, and nothing counted, when that is too many."""

    def pseudonyms(self, wanted: Sequence[NewPerson]) -> Mapping[bytes, PersonPseudonym]:
        """The pseudonym at each index, made where there was none."""

    def found(self, indexes: Sequence[bytes]) -> Mapping[bytes, PersonPseudonym]:
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
