"""The vault's answers to one principal: what may be asked is decided here, once, for every store."""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes, token_hex
from types import MappingProxyType

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.vault.api import MOST_PERSONS, Denial, Principal, Receipt, ReceiptStatus, VaultRefused
from connectors.vault.keys import Keys
from connectors.vault.principals import check, check_source
from connectors.vault.store import CallLine, NewPerson, RevealLine, Store, StoredReceipt
from schemas.civil import civil_day
from schemas.identity import PersonPseudonym, ReceiptId, TeamId

#: Persons a source may ask for in one civil day unless its own ceiling says otherwise.
DAILY_CEILING = 200_000
LONGEST_REASON = 200
_SOURCE = re.compile(r"[a-z][a-z_]{0,63}")
_NAMED = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How many persons a source may ask for in one civil day."""

    daily: int = DAILY_CEILING
    of_source: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, source: str) -> int:
        return self.of_source.get(source, self.daily)


@dataclass(frozen=True, slots=True)
class Desk:
    """A `Vault` for one principal.

    Time    the vault's own clock: opening of receipts, lines of the logs, the day of a ceiling
    Raises  VaultRefused, VaultDown
    """

    principal: Principal
    store: Store
    keys: Keys
    now: Callable[[], datetime]
    ceilings: Ceilings = field(default_factory=Ceilings)

    def open_receipt(self, source: str, content_sha256: bytes, size: int) -> Receipt:
        check("open_receipt", self.principal)
        self._source(source)
        if len(content_sha256) != 32 or size < 0:
            raise VaultRefused(Denial.INVALID)
        sealed_key = self.keys.seal(token_bytes(32))
        fresh = StoredReceipt(
            ReceiptId(token_hex(16)), self.principal, source, size, sealed_key, self.now(), closed_at=None
        )
        kept, new = self.store.opened(self.keys.index_of_content(source, content_sha256), fresh)
        status: ReceiptStatus = "opened" if new else "closed" if kept.closed_at else "resumed"
        key = self.keys.unseal(kept.sealed_key)
        file_hash = hmac.digest(key, content_sha256, "sha256").hex()
        return Receipt(kept.id, key, kept.opened_at, status, file_hash)

    def close_receipt(self, receipt: ReceiptId) -> None:
        check("close_receipt", self.principal)
        self._own(receipt)
        self.store.close(receipt, self.now())

    def source_key(self, source: str) -> bytes:
        check("source_key", self.principal)
        self._source(source)
        return self.keys.of_source(source)

    def pseudonymise_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        self._may("pseudonymise_many", receipt, len(persons))
        indexes = [self.keys.index_of(bsn) for bsn in persons]
        wanted = {
            index: NewPerson(index, self.keys.seal_bsn(bsn), PersonPseudonym(token_hex(16)))
            for index, bsn in zip(indexes, persons, strict=True)
        }
        made = self.store.pseudonyms(list(wanted.values()))
        return [made[index] for index in indexes]

    def identify_many(self, receipt: ReceiptId, persons: Sequence[Described]) -> list[PersonPseudonym | None]:
        self._may("identify_many", receipt, len(persons))
        return [None for _ in persons]

    def resolve_many(self, receipt: ReceiptId, persons: Sequence[PersonPseudonym]) -> list[Bsn | None]:
        self._may("resolve_many", receipt, len(persons))
        sealed = self.store.sealed(persons)
        return [self.keys.unseal_bsn(sealed[person]) if person in sealed else None for person in persons]

    def find_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym | None]:
        self._may("find_many", receipt, len(persons))
        indexes = [self.keys.index_of(bsn) for bsn in persons]
        found = self.store.found(indexes)
        return [found.get(index) for index in indexes]

    def team_tokens(self, team: TeamId, persons: Sequence[PersonPseudonym]) -> list[str]:
        """Raises VaultRefused. A person who is gone gets a token that leads nowhere: it says nothing of them."""
        check("team_tokens", self.principal)
        self._few(len(persons))
        self._log("team_tokens", None, len(persons))
        fresh = {person: token_hex(16) for person in persons}
        kept = {**fresh, **self.store.tokens(team, fresh)}
        return [kept[person] for person in persons]

    def reveal(self, team: TeamId, user: str, token: str, reason: str) -> Bsn:
        check("reveal", self.principal)
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise VaultRefused(Denial.REASON_MISSING)
        if not all(_NAMED.fullmatch(each) for each in (team, user, token)):
            raise VaultRefused(Denial.INVALID)
        self._log_reveal("asked", team, user, token, reason)
        sealed = self.store.behind(team, token)
        self._log_reveal("answered" if sealed else "unknown_token", team, user, token, reason)
        if sealed is None:
            raise VaultRefused(Denial.UNKNOWN_TOKEN)
        return self.keys.unseal_bsn(sealed)

    def find_to_erase(self, person: Bsn) -> PersonPseudonym | None:
        check("find_to_erase", self.principal)
        self._log("find_to_erase", None, 1)
        index = self.keys.index_of(person)
        return self.store.found([index]).get(index)

    def may_erase(self, person: PersonPseudonym) -> bool:
        check("may_erase", self.principal)
        return person in self.store.sealed([person])

    def erase(self, person: PersonPseudonym) -> None:
        check("erase", self.principal)
        self._log("erase", None, 1)
        self.store.erase(person)

    def _may(self, call: str, receipt: ReceiptId, persons: int) -> None:
        check(call, self.principal)
        self._few(persons)
        kept = self._own(receipt)
        if kept.closed_at is not None:
            raise VaultRefused(Denial.NO_OPEN_RECEIPT)
        today = civil_day(self.now())
        if not self.store.charge(kept.source, today, persons, self.ceilings.of(kept.source)):
            raise VaultRefused(Denial.CEILING)
        self._log(call, receipt, persons)

    def _own(self, receipt: ReceiptId) -> StoredReceipt:
        kept = self.store.receipt(receipt)
        if kept is None or kept.principal is not self.principal:
            raise VaultRefused(Denial.NO_OPEN_RECEIPT)
        return kept

    def _source(self, source: str) -> None:
        if not _SOURCE.fullmatch(source):
            raise VaultRefused(Denial.INVALID)
        check_source(source, self.principal)

    def _few(self, persons: int) -> None:
        if persons > MOST_PERSONS:
            raise VaultRefused(Denial.TOO_MANY)

    def _log(self, call: str, receipt: ReceiptId | None, persons: int) -> None:
        self.store.log_call(CallLine(self.now(), self.principal, call, receipt, persons))

    def _log_reveal(self, said: str, team: TeamId, user: str, token: str, reason: str) -> None:
        self.store.log_reveal(RevealLine(self.now(), said, team, user, token, reason))
