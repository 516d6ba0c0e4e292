"""What the vault answers, to whom: the one seam behind which every BSN stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Protocol

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.vault.directory import Candidate
from schemas.identity import PersonPseudonym, ReceiptId, TeamId

#: No call takes more persons than this.  Source  rules.md 8
MOST_PERSONS = 500

ReceiptStatus = Literal["opened", "resumed", "closed"]


class Principal(StrEnum):
    """Who may call; each has a token of its own."""

    INTAKE = "intake"
    REGISTERS = "registers"
    WIJKTEAM = "wijkteam"
    RIGHTS = "rights"
    IDENTITY = "identity"


class Denial(StrEnum):
    """Why the vault says no; the whole list."""

    UNAUTHENTICATED = "unauthenticated"
    NOT_ALLOWED = "not_allowed"
    NO_OPEN_RECEIPT = "no_open_receipt"
    CEILING = "ceiling"
    TOO_MANY = "too_many"
    INVALID = "invalid"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105
    REASON_MISSING = "reason_missing"
    UNKNOWN_QUESTION = "unknown_question"
    UNKNOWN_PERSON = "unknown_person"
    ANSWERED = "answered"
    NOT_THE_SAME = "not_the_same"
    SAME_USER = "same_user"


class Doubt(StrEnum):
    """Why nobody is certain; what the deskworker is told, and the whole list."""

    SCHOOL_NUMBER = "school_number"
    NO_BIRTH_DATE = "no_birth_date"
    NOBODY = "nobody"
    SEVERAL = "several"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    NAME_DIFFERS = "name_differs"
    ADDRESS_DIFFERS = "address_differs"
    NUMBER_UNKNOWN = "number_unknown"
    TOO_LITTLE = "too_little"
    UNSETTLED = "unsettled"


class QuestionStatus(StrEnum):
    """How far a question about an identity is; `proposed` waits for a second deskworker."""

    OPEN = "open"
    PROPOSED = "proposed"
    DECIDED = "decided"
    DISMISSED = "dismissed"


#: Which principal may make which call; a call that is not here nobody may make.
MAY: Mapping[str, frozenset[Principal]] = MappingProxyType(
    {
        "open_receipt": frozenset({Principal.INTAKE, Principal.REGISTERS}),
        "close_receipt": frozenset({Principal.INTAKE, Principal.REGISTERS}),
        "source_key": frozenset({Principal.INTAKE, Principal.REGISTERS}),
        "receipt_key": frozenset({Principal.INTAKE, Principal.REGISTERS}),
        "pseudonymise_many": frozenset({Principal.INTAKE}),
        "identify_many": frozenset({Principal.INTAKE}),
        "resolve_many": frozenset({Principal.REGISTERS}),
        "find_many": frozenset({Principal.REGISTERS}),
        "team_tokens": frozenset({Principal.WIJKTEAM}),
        "reveal": frozenset({Principal.WIJKTEAM}),
        "find_to_erase": frozenset({Principal.RIGHTS}),
        "may_erase": frozenset({Principal.RIGHTS}),
        "erase": frozenset({Principal.RIGHTS}),
        "identity_questions": frozenset({Principal.IDENTITY}),
        "identity_show": frozenset({Principal.IDENTITY}),
        "identity_pick": frozenset({Principal.IDENTITY}),
        "identity_name": frozenset({Principal.IDENTITY}),
        "identity_dismiss": frozenset({Principal.IDENTITY}),
    }
)


class VaultDown(Exception):
    """Nobody answered, or the vault could not reach its database: wait and ask again, never go round it."""


class VaultRefused(Exception):
    """The vault answered no; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was said at the first opening of this content, and is said again after a crash."""

    id: ReceiptId
    key: bytes = field(repr=False)
    opened_at: datetime
    status: ReceiptStatus
    file_hash: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about an identity as a list may show it: nothing of the person."""

    question: str
    doubt: Doubt
    source: str
    status: QuestionStatus
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the deskworker sees it who gave a reason."""

    doubt: Doubt
    status: QuestionStatus
    described: Described
    candidates: tuple[Candidate, ...]


class Vault(Protocol):
    """The calls of the vault; the client over its socket and the in-memory twin both answer them.

    Raises  VaultDown, VaultRefused (from every call)
    """

    def open_receipt(self, source: str, content_sha256: bytes, size: int) -> Receipt:
        """The receipt of this content of this source: the same one however often it is asked.

        Time    `opened_at` is the vault's clock at the first opening
        """

    def close_receipt(self, receipt: ReceiptId) -> None:
        """No more persons will be asked for under this receipt."""

    def receipt_key(self, receipt: ReceiptId) -> bytes:
        """The key of a receipt of one's own, closed or not: that bytes are those of its rows can be shown by it."""

    def source_key(self, source: str) -> bytes:
        """The key under which this source's persistent ids become signal ids."""

    def pseudonymise_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        """One pseudonym per BSN, in order; made where there was none."""

    def identify_many(self, receipt: ReceiptId, persons: Sequence[Described]) -> list[PersonPseudonym | None]:
        """One pseudonym per description that is certainly one person; None goes to the manual queue."""

    def resolve_many(self, receipt: ReceiptId, persons: Sequence[PersonPseudonym]) -> list[Bsn | None]:
        """The BSN behind each pseudonym, None where the mapping is gone."""

    def find_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym | None]:
        """The pseudonym of each BSN that has one; makes none."""

    def team_tokens(self, team: TeamId, persons: Sequence[PersonPseudonym]) -> list[str]:
        """What this team calls these persons: random per team and person, stable while the mapping lives."""

    def reveal(self, team: TeamId, user: str, token: str, reason: str) -> Bsn:
        """The BSN behind a team's token; the log line stands before the answer is sought."""

    def find_to_erase(self, person: Bsn) -> PersonPseudonym | None:
        """The pseudonym of somebody who asked to be erased, None when there is no row about them; makes none."""

    def may_erase(self, person: PersonPseudonym) -> bool:
        """Whether there is anything left to destroy; refused to whom `erase` would be refused."""

    def erase(self, person: PersonPseudonym) -> None:
        """Destroy every row about this person; nothing links a later pseudonym to the old one."""

    def identity_questions(self) -> list[Asked]:
        """Every question that waits for a human or was answered, the oldest first."""

    def identity_show(self, question: str, user: str, reason: str) -> Shown:
        """What was described and who may be meant; the log line stands before the answer is sought."""

    def identity_pick(self, question: str, user: str, candidate: int) -> QuestionStatus:
        """Say that it is this candidate, counted from 1; `decided` when a second user says the same."""

    def identity_name(self, question: str, user: str, person: Bsn) -> QuestionStatus:
        """Say that it is the person with this number, whom the register must know; as `identity_pick`."""

    def identity_dismiss(self, question: str, user: str, reason: str) -> None:
        """Nobody can say who it is: it stays unanswered until the source describes them otherwise."""
