"""Questions about identities put to humans: shown with a reason, answered by two who say the same."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from connectors.bsn import Bsn
from connectors.vault.api import Asked, Denial, QuestionStatus, Shown, VaultDown, VaultRefused
from connectors.vault.described import described_into, unpacked
from connectors.vault.directory import Directory, DirectoryDown
from connectors.vault.in_force import under_keys
from connectors.vault.keys import KeyRing, Keys
from connectors.vault.store import IdentityLine, Question, Store
from schemas.identity import PersonPseudonym

LONGEST_REASON = 200
_USER = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_OPEN = (QuestionStatus.OPEN, QuestionStatus.PROPOSED)

#: Why nobody is named; the whole list, so that no words about a person are written here.
DISMISSALS: Mapping[str, str] = MappingProxyType(
    {
        "nobody_fits": "niemand past bij deze beschrijving",
        "not_enough": "er is te weinig om op af te gaan",
        "by_mistake": "de bron heeft dit bij vergissing geleverd",
    }
)


@dataclass(frozen=True, slots=True)
class Deskwork:
    """What a deskworker may do with a question; every look and answer is a line before it is done."""

    store: Store
    keys: KeyRing
    directory: Directory
    now: Callable[[], datetime]
    pseudonym: Callable[[Bsn], PersonPseudonym]

    def questions(self) -> list[Asked]:
        return [
            Asked(each.id, each.doubt, each.source, each.status, each.asked_at) for each in self.store.questions()
        ]

    def show(self, question: str, user: str, reason: str) -> Shown:
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise VaultRefused(Denial.REASON_MISSING)
        self._line("asked", question, user, reason)
        kept = self._kept(question)
        self._line("shown", question, user, reason)
        described = described_into(json.loads(self.keys.unseal(kept.description)))
        return Shown(kept.doubt, kept.status, described, unpacked(self.keys.unseal(kept.candidates)))

    def pick(self, question: str, user: str, candidate: int) -> QuestionStatus:
        candidates = unpacked(self.keys.unseal(self._kept(question).candidates))
        if not 1 <= candidate <= len(candidates):
            raise VaultRefused(Denial.UNKNOWN_PERSON)
        return self._said(question, user, candidates[candidate - 1].bsn)

    def name(self, question: str, user: str, person: Bsn) -> QuestionStatus:
        try:
            known = self.directory.numbered(person)
        except DirectoryDown:
            raise VaultDown from None
        if known is None:
            raise VaultRefused(Denial.UNKNOWN_PERSON)
        return self._said(question, user, person)

    def dismiss(self, question: str, user: str, reason: str) -> None:
        if reason not in DISMISSALS:
            raise VaultRefused(Denial.REASON_MISSING)
        kept = self._open(question)
        self._line("dismissed", question, user, reason)
        self._change(kept, user, QuestionStatus.DISMISSED, lambda _: {"proposed": None})

    def _said(self, question: str, user: str, person: Bsn) -> QuestionStatus:
        """One says who it is, another says it too; a second answer that differs opens the question again."""
        kept = self._open(question)
        if kept.proposed is None:
            self._line("proposed", question, user, "")
            self._change(kept, user, QuestionStatus.PROPOSED, lambda keys: {"proposed": keys.seal_bsn(person)})
            return QuestionStatus.PROPOSED
        if kept.changed_by == user:
            raise VaultRefused(Denial.SAME_USER)
        if self.keys.unseal_bsn(kept.proposed) != person:
            self._line("not_the_same", question, user, "")
            self._change(kept, user, QuestionStatus.OPEN, lambda _: {"proposed": None})
            raise VaultRefused(Denial.NOT_THE_SAME)
        self._line("decided", question, user, "")
        pseudonym = self.pseudonym(person)
        self._change(kept, user, QuestionStatus.DECIDED, lambda _: {"proposed": None, "person": pseudonym})
        return QuestionStatus.DECIDED

    def _change(
        self, kept: Question, user: str, status: QuestionStatus, more: Callable[[Keys], Mapping[str, object]]
    ) -> None:
        def write(keys: Keys) -> bool:
            said: Question = replace(kept, status=status, changed_by=user, changed_at=self.now(), **more(keys))  # type: ignore[arg-type]
            return self.store.answer(kept, said, keys.now)

        if not under_keys(self.keys, write):
            raise VaultRefused(Denial.ANSWERED)

    def _open(self, question: str) -> Question:
        kept = self._kept(question)
        if kept.status not in _OPEN:
            raise VaultRefused(Denial.ANSWERED)
        return kept

    def _kept(self, question: str) -> Question:
        kept = self.store.question(question)
        if kept is None:
            raise VaultRefused(Denial.UNKNOWN_QUESTION)
        return kept

    def _line(self, said: str, question: str, user: str, reason: str) -> None:
        """Raises VaultRefused when nobody is named: without a line nothing is shown or changed."""
        if not _USER.fullmatch(user):
            raise VaultRefused(Denial.INVALID)
        self.store.log_identity(IdentityLine(self.now(), said, user, question, reason))
