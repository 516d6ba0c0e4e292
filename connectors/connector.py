"""The one shape of a connector: reading touches the world, normalising touches nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as hidden
from datetime import date, datetime
from typing import Any, BinaryIO

from connectors.bsn import Bsn
from schemas.vocabulary import (
    Attestation,
    ConsentKind,
    GivenBy,
    LifeDomain,
    Mark,
    Purpose,
    Refusal,
    SignalKind,
    Source,
    VersionKind,
)

#: New signals about one person on one day where a source agreed no number of its own: more is a machine gone wrong.
MOST_PER_PERSON = 25


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One row as it was received: its number from 1, its bytes, and what they parse to."""

    row: int
    raw: bytes = hidden(repr=False)
    content: Any = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file (row 0) or a row that cannot be processed: where and why, never what stood there.

    `others` are the faults beside the first, for who must mend the row; the loop needs only one.
    """

    row: int
    reason: Refusal
    field: str | None = None
    raw: bytes = hidden(default=b"", repr=False)
    others: tuple[tuple[Refusal, str | None], ...] = hidden(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Described:
    """A person without a BSN, as a source describes them: nobody until the vault is certain, or a human says who.

    Names are NFC as written; postcode is `1234AB`; what a source does not state is empty. `number` is one that is
    only to be believed when the rest agrees with it.
    """

    family_name: str = hidden(default="", repr=False)
    prefix: str = hidden(default="", repr=False)
    given_names: str = hidden(default="", repr=False)
    initials: str = hidden(default="", repr=False)
    born_on: date | None = hidden(default=None, repr=False)
    postcode: str = hidden(default="", repr=False)
    house_number: str = hidden(default="", repr=False)
    house_suffix: str = hidden(default="", repr=False)
    school_number: str = hidden(default="", repr=False)
    number: Bsn | None = hidden(default=None, repr=False)


Whom = Bsn | Described


@dataclass(frozen=True, slots=True)
class Arrears:
    """Which debt a signal is about and how high it stood: it stays in the books and is never published.

    Units   whole euros
    """

    key: str = hidden(repr=False)
    amount: int = hidden(repr=False)


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A signal as a source means it, before anybody knows a pseudonym.

    `life_domain` is none where the kind says it (schemas/sectors.py); `repeated` is a withdrawal that says only
    that another id speaks of the same arrears.
    """

    whom: Whom
    source_id: str = hidden(repr=False)
    source: Source
    kind: VersionKind
    signal_kind: SignalKind
    observed_on: date
    ended_on: date | None
    crisis: bool
    mutated_at: datetime | None
    life_domain: LifeDomain | None = None
    marks: frozenset[Mark] = frozenset()
    attestations: frozenset[Attestation] = frozenset()
    inform_by: date | None = None
    arrears: Arrears | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of a signal at the municipality, said of its id alone: whom it is about, the books know."""

    source_id: str = hidden(repr=False)
    source: Source
    withdrawn: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class ConsentDraft:
    """A statement about the use of one's own data, before anybody knows a pseudonym."""

    whom: Whom
    source_id: str = hidden(repr=False)
    kind: ConsentKind
    source: Source | None
    purpose: Purpose
    valid_from: date
    valid_until: date | None
    given_by: GivenBy
    recorded_at: datetime


Draft = SignalDraft | ConsentDraft
Meant = Draft | Feedback


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a file says of itself, known before its first row is used: its delivery time, if any, and its rows."""

    stated_at: datetime | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Connector:
    """A source's way in: `read` yields rows (or a refusal), `normalise` is pure.

    `delivered` reads the file once to its end, so that what is wrong with the whole of it is found before a row
    is used; then `read` gives the rows. `today` lets a date in the future be refused without a clock.
    `again` reads one row from the bytes that were kept of it: nobody can edit them before a redrive.
    `most_per_person` new signals about one person are taken on one day; the next is refused.
    """

    name: str
    largest_file: int
    suffixes: tuple[str, ...]
    delivered: Callable[[BinaryIO], Delivered | Refused]
    read: Callable[[BinaryIO], Iterator[RawRecord | Refused]]
    normalise: Callable[[RawRecord, date], Draft | Feedback | Refused]
    again: Callable[[int, bytes], RawRecord | Refused]
    most_per_person: int = MOST_PER_PERSON
