"""Who is meant: what was decided before, else what the register makes certain, else a question to a human."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.vault.api import Doubt, QuestionStatus, VaultDown
from connectors.vault.certain import certain
from connectors.vault.described import canonical, described_out, packed
from connectors.vault.directory import Candidate, Directory, DirectoryDown, TooMany
from connectors.vault.in_force import under_keys
from connectors.vault.keys import KeyRing, Keys
from connectors.vault.names import spellings
from connectors.vault.store import Question, Store
from schemas.identity import PersonPseudonym

#: As long as what waits for it lies in quarantine; then it is gone, answered or not.  Source  privacy.md 3.3
QUESTIONS_KEPT = timedelta(days=30)
#: A deskworker picks from these; more are no choice.
MOST_CANDIDATES = 20

Answered = Bsn | PersonPseudonym | None


@dataclass(frozen=True, slots=True)
class Identifying:
    """Answers for one source; what it cannot answer it writes down."""

    store: Store
    keys: KeyRing
    directory: Directory
    now: Callable[[], datetime]
    source: str

    def who(self, persons: Sequence[Described]) -> list[Answered]:
        """Of each: the number of one certain person, the pseudonym that was decided on, or none.

        Raises  VaultDown, also when the register cannot be asked
        """
        try:
            return self._who(persons)
        except DirectoryDown:
            raise VaultDown from None

    def _who(self, persons: Sequence[Described]) -> list[Answered]:
        found = []
        for person in persons:
            spelling = canonical(person)
            found.append(self._one(person, spelling, self._before(spelling)))
        return found

    def _before(self, spelling: bytes) -> Question | None:
        def asked(keys: Keys) -> Question | None:
            return next(iter(self.store.asked(_indexes(keys, spelling), keys.now).values()), None)

        return under_keys(self.keys, asked)

    def _one(self, person: Described, spelling: bytes, question: Question | None) -> Answered:
        if question is not None and question.status is QuestionStatus.DECIDED:
            return question.person
        if question is not None and question.status is not QuestionStatus.OPEN:
            return None
        candidates, too_many = self._candidates(person)
        found = Doubt.SEVERAL if too_many else certain(person, candidates)
        if isinstance(found, Candidate):
            if question is not None:
                self.store.unask(question.id)
            return found.bsn
        under_keys(self.keys, lambda keys: self._ask(keys, person, spelling, candidates, found))
        return None

    def _ask(
        self, keys: Keys, person: Described, spelling: bytes, candidates: Sequence[Candidate], doubt: Doubt
    ) -> None:
        index, *earlier = _indexes(keys, spelling)
        question = Question(
            id=token_hex(16),
            index=index,
            description=keys.seal(json.dumps(described_out(person)).encode()),
            candidates=keys.seal(packed(candidates[:MOST_CANDIDATES])),
            doubt=doubt,
            source=self.source,
            asked_at=self.now(),
            earlier=tuple(earlier),
        )
        self.store.ask(question, keys.now)

    def _candidates(self, said: Described) -> tuple[list[Candidate], bool]:
        """Everybody who may be meant, and whether there are more than can be told."""
        try:
            return list({each.bsn: each for each in self._asked(said)}.values()), False
        except TooMany:
            return [], True

    def _asked(self, said: Described) -> Sequence[Candidate]:
        """A number of a school is in no register of ours; of who is numbered the number alone is asked."""
        if said.number is not None:
            one = self.directory.numbered(said.number)
            return () if one is None else (one,)
        found: list[Candidate] = []
        if said.postcode and said.house_number:
            found += self.directory.at_address(said.postcode, said.house_number)
        if said.born_on is not None and said.family_name:
            for each in spellings(said.family_name):
                found += self.directory.named(each, said.born_on)
        return found


def _indexes(keys: Keys, spelling: bytes) -> tuple[bytes, ...]:
    return keys.index_of_description(spelling), *keys.earlier_indexes_of_description(spelling)
