"""What ids last said of debts: so that a repeat is recognised, and both its ids go on meaning one signal.

Amounts stay in the books, beside keyed hashes and pseudonyms; they are never published and go with the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as hidden


@dataclass(frozen=True, slots=True)
class Claim:
    """The last statement under one id; `named` is that id's own entity, `entity` the signal that it speaks of.

    Units   `amount` whole euros; `order_ms` when it was stated
    """

    named: str
    entity: str
    person: str
    debt: str
    amount: int = hidden(repr=False)
    order_ms: int
    stands: bool
    crisis: bool = False

    @property
    def first(self) -> bool:
        """Whether the signal has its id from this one."""
        return self.named == self.entity

    @property
    def height(self) -> tuple[bool, int, int]:
        """What decides which statement is told: a threatening one, the highest amount, of equals the earliest."""
        return self.crisis, self.amount, -self.order_ms

    def same_debt(self, other: "Claim") -> bool:
        """Whether both speak of one debt of one person; one that lets go of its debt speaks of none."""
        return bool(self.debt) and (self.person, self.debt) == (other.person, other.debt)


class Debts:
    """Claims by their ids, by the signal they speak of, and by the debt."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self._by_name: dict[str, Claim] = {}
        self._by_entity: dict[str, dict[str, Claim]] = {}
        self._firsts: dict[tuple[str, str], dict[str, Claim]] = {}
        for each in claims:
            self.keep(each)

    def keep(self, claim: Claim) -> None:
        """From now on this is what the id says."""
        self._drop(self._by_name.get(claim.named))
        self._by_name[claim.named] = claim
        self._by_entity.setdefault(claim.entity, {})[claim.named] = claim
        if claim.first and claim.debt:
            self._firsts.setdefault((claim.person, claim.debt), {})[claim.named] = claim

    def _drop(self, claim: Claim | None) -> None:
        if claim is None:
            return
        del self._by_name[claim.named], self._by_entity[claim.entity][claim.named]
        self._firsts.get((claim.person, claim.debt), {}).pop(claim.named, None)

    def last(self, named: str) -> Claim | None:
        """What this id said last."""
        return self._by_name.get(named)

    def first(self, person: str, debt: str) -> Claim | None:
        """The claim that named the signal about this debt of this person.

        Ids that were signals before they turned to one debt stay two: of those always the same one is meant.
        """
        return min(self._firsts.get((person, debt), {}).values(), key=lambda each: each.named, default=None)

    def about(self, named: Iterable[str], debts: Iterable[tuple[str, str]]) -> Sequence[Claim]:
        """Every claim on the signals that these ids or these debts (person, debt) have to do with."""
        wanted = [self._by_name[each] for each in named if each in self._by_name]
        wanted += [claim for each in debts for claim in self._firsts.get(each, {}).values()]
        entities = {each.entity for each in wanted}
        return [claim for entity in sorted(entities) for claim in self._by_entity[entity].values()]

    def beside(self, claim: Claim) -> Sequence[Claim]:
        """What other ids said of the same debt in the same signal."""
        all_of_it = self._by_entity.get(claim.entity, {}).values()
        return [each for each in all_of_it if each.named != claim.named and each.same_debt(claim)]

    def forget(self, person: str) -> None:
        """Remove every claim about this person."""
        for claim in [each for each in self._by_name.values() if each.person == person]:
            self._drop(claim)
