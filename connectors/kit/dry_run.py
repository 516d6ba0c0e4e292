"""The loop with nothing behind it: a vault and books in memory, and a log that keeps nothing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from secrets import token_hex
from typing import cast

from connectors.batches import Effects
from connectors.bsn import Bsn
from connectors.connector import Described, Whom
from connectors.receipts import MemoryBooks
from connectors.vault.api import Principal, Receipt, Vault
from connectors.vault.memory import MemoryVault
from schemas.codec import Codec
from schemas.identity import PersonPseudonym, ReceiptId
from schemas.record import Publish, Recorder


@cache
def _codec() -> Codec:
    """Every schema is read once, however many files are looked at."""
    return Codec()


class DryVault:
    """The calls that intake makes; `described` says of how many rows the person was only described.

    Whether a description is certainly one person only the municipality can say: here it is as one was told.
    """

    def __init__(self, now: Callable[[], datetime], persons: dict[Whom, PersonPseudonym], certain: bool) -> None:
        self._vault = MemoryVault(now).serving(Principal.INTAKE)
        self._persons, self._certain = persons, certain
        self._key = b"a key that is nobody's"
        self.described = 0

    def open_receipt(self, source: str, content_sha256: bytes, size: int) -> Receipt:
        return self._vault.open_receipt(source, content_sha256, size)

    def close_receipt(self, receipt: ReceiptId) -> None:
        self._vault.close_receipt(receipt)

    def source_key(self, source: str) -> bytes:
        return self._key + source.encode()

    def pseudonymise_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        return [self._pseudonym(person) for person in persons]

    def identify_many(self, receipt: ReceiptId, persons: Sequence[Described]) -> list[PersonPseudonym | None]:
        self.described += len(persons)
        return [self._pseudonym(person) if self._certain else None for person in persons]

    def _pseudonym(self, person: Whom) -> PersonPseudonym:
        return self._persons.setdefault(person, PersonPseudonym(token_hex(16)))


class DryRun:
    """Effects in memory; one of them remembers over several files what a municipality would.

    Runs that share *persons* call the same person the same.
    """

    def __init__(
        self,
        publish: Publish = lambda _: None,
        now: Callable[[], datetime] | None = None,
        persons: dict[Whom, PersonPseudonym] | None = None,
        certain: bool = True,
    ) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self._publish = publish
        self.vault, self.books = DryVault(self._now, {} if persons is None else persons, certain), MemoryBooks()

    def effects(self) -> Effects:
        """What the loop is given: nothing of a row is sealed, so nothing of it is kept."""
        return Effects(
            vault=cast(Vault, self.vault),
            publish=self._publish,
            books=self.books,
            recorder=Recorder(_codec()),
            seal=lambda _: b"",
            now=self._now,
        )
