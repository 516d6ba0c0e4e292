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
from connectors.vault.api import (
    MOST_PERSONS,
    Asked,
    Denial,
    Principal,
    QuestionStatus,
    Receipt,
    ReceiptStatus,
    Shown,
    VaultRefused,
)
from connectors.vault.deskwork import Deskwork
from connectors.vault.directory import Directory, Nobody
from connectors.vault.identifying import Identifying
from connectors.vault.in_force import under_keys
from connectors.vault.keys import KeyRing, Keys
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
    ring: KeyRing
    now: Callable[[], datetime]
    ceilings: Ceilings = field(default_factory=Ceilings)
    directory: Directory = field(default_factory=Nobody)

    def open_receipt(self, source: str, content_sha256: bytes, size: int) -> Receipt:
        check("open_receipt", self.principal)
        self._source(source)
        if len(content_sha256) != 32 or size < 0:
            raise VaultRefused(Denial.INVALID)
        content = self.ring.keys.index_of_content(source, content_sha256)

        def opened(keys: Keys) -> tuple[StoredReceipt, bool]:
            identity, key = ReceiptId(token_hex(16)), keys.seal(token_bytes(32))
            fresh = StoredReceipt(identity, self.principal, source, size, key, self.now(), closed_at=None)
            return self.store.opened(content, fresh, keys.now)

        kept, new = under_keys(self.ring, opened)
        status: ReceiptStatus = "opened" if new else "closed" if kept.closed_at else "resumed"
        key = self.ring.unseal(kept.sealed_key)
        file_hash = hmac.digest(key, content_sha256, "sha256").hex()
        return Receipt(kept.id, key, kept.opened_at, status, file_hash)

    def close_receipt(self, receipt: ReceiptId) -> None:
        check("close_receipt", self.principal)
        self._own(receipt)
        self.store.close(receipt, self.now())

    def receipt_key(self, receipt: ReceiptId) -> bytes:
        check("receipt_key", self.principal)
        return self.ring.unseal(self._own(receipt).sealed_key)

    def source_key(self, source: str) -> bytes:
        check("source_key", self.principal)
        self._source(source)
        return self.ring.keys.of_source(source)

    def pseudonymise_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        self._may("pseudonymise_many", receipt, len(persons))
        return self._pseudonyms(persons)

    def identify_many(self, receipt: ReceiptId, persons: Sequence[Described]) -> list[PersonPseudonym | None]:
        kept = self._may("identify_many", receipt, len(persons))
        who = Identifying(self.store, self.ring, self.directory, self.now, kept.source).who(persons)
        numbered = [each for each in who if isinstance(each, Bsn)]
        made = dict(zip(numbered, self._pseudonyms(numbered), strict=True)) if numbered else {}
        return [made[each] if isinstance(each, Bsn) else each for each in who]

    def resolve_many(self, receipt: ReceiptId, persons: Sequence[PersonPseudonym]) -> list[Bsn | None]:
        self._may("resolve_many", receipt, len(persons))
        sealed = self.store.sealed(persons)
        return [self.ring.unseal_bsn(sealed[person]) if person in sealed else None for person in persons]

    def find_many(self, receipt: ReceiptId, persons: Sequence[Bsn]) -> list[PersonPseudonym | None]:
        self._may("find_many", receipt, len(persons))
        return self._found(persons)

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
        return self.ring.unseal_bsn(sealed)

    def find_to_erase(self, person: Bsn) -> PersonPseudonym | None:
        check("find_to_erase", self.principal)
        self._log("find_to_erase", None, 1)
        return self._found([person])[0]

    def may_erase(self, person: PersonPseudonym) -> bool:
        check("may_erase", self.principal)
        return person in self.store.sealed([person])

    def erase(self, person: PersonPseudonym) -> None:
        check("erase", self.principal)
        self._log("erase", None, 1)
        self.store.erase(person)

    def identity_questions(self) -> list[Asked]:
        check("identity_questions", self.principal)
        return self._deskwork.questions()

    def identity_show(self, question: str, user: str, reason: str) -> Shown:
        check("identity_show", self.principal)
        return self._deskwork.show(question, user, reason)

    def identity_pick(self, question: str, user: str, candidate: int) -> QuestionStatus:
        check("identity_pick", self.principal)
        return self._deskwork.pick(question, user, candidate)

    def identity_name(self, question: str, user: str, person: Bsn) -> QuestionStatus:
        check("identity_name", self.principal)
        return self._deskwork.name(question, user, person)

    def identity_dismiss(self, question: str, user: str, reason: str) -> None:
        check("identity_dismiss", self.principal)
        self._deskwork.dismiss(question, user, reason)

    @property
    def _deskwork(self) -> Deskwork:
        return Deskwork(
            self.store, self.ring, self.directory, self.now, lambda person: self._pseudonyms([person])[0]
        )

    def _pseudonyms(self, persons: Sequence[Bsn]) -> list[PersonPseudonym]:
        """Known or not, the work is the same: the answer tells nobody which."""

        def made(keys: Keys) -> list[PersonPseudonym]:
            indexes = [keys.index_of(bsn) for bsn in persons]
            wanted = {
                index: NewPerson(
                    index, keys.seal_bsn(bsn), PersonPseudonym(token_hex(16)), keys.earlier_indexes_of(bsn)
                )
                for index, bsn in zip(indexes, persons, strict=True)
            }
            pseudonyms = self.store.pseudonyms(list(wanted.values()), keys.now)
            return [pseudonyms[index] for index in indexes]

        return under_keys(self.ring, made)

    def _found(self, persons: Sequence[Bsn]) -> list[PersonPseudonym | None]:
        def found(keys: Keys) -> list[PersonPseudonym | None]:
            places = [(keys.index_of(bsn), *keys.earlier_indexes_of(bsn)) for bsn in persons]
            known = self.store.found([index for some in places for index in some], keys.now)
            return [next((known[index] for index in some if index in known), None) for some in places]

        return under_keys(self.ring, found)

    def _may(self, call: str, receipt: ReceiptId, persons: int) -> StoredReceipt:
        check(call, self.principal)
        self._few(persons)
        kept = self._own(receipt)
        if kept.closed_at is not None:
            raise VaultRefused(Denial.NO_OPEN_RECEIPT)
        today = civil_day(self.now())
        if not self.store.charge(kept.source, today, persons, self.ceilings.of(kept.source)):
            raise VaultRefused(Denial.CEILING)
        self._log(call, receipt, persons)
        return kept

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
