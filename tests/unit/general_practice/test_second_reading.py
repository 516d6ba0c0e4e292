"""Any tree of provisions, judged as a second reading judges it: one day at a time, walking down, nothing flat."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from connectors.general_practice.consent_rules import standing
from connectors.general_practice.provisions import Lacking, Valid
from connectors.general_practice.said import ActorSaid, ProvisionSaid
from tests.unit.general_practice.test_consent_rules import ANNA, OTHER, TEAM, TEAM_AS_AUTHOR, TODAY, TOWN, said

SEED = int(os.environ.get("SIGNAALBRUG_SEED", "20261128"))
_DAYS = st.sampled_from(["", "2026-04-01", "2026-04-30", "2026-05-01", "2026-05-02", "2026-06-01"])


def _provisions(nested: st.SearchStrategy[list[ProvisionSaid]]) -> st.SearchStrategy[ProvisionSaid]:
    return st.builds(
        ProvisionSaid,
        type=st.sampled_from(["permit", "permit", "deny", ""]),
        start=_DAYS,
        end=_DAYS,
        actors=st.lists(st.sampled_from([TEAM, TEAM, TOWN, OTHER, TEAM_AS_AUTHOR]), max_size=2),
        purposes=st.lists(st.sampled_from([True, True, False]), max_size=2),
        narrowed=st.sampled_from([False, False, False, True]),
        provisions=nested,
    )


TREES = _provisions(st.lists(_provisions(st.lists(_provisions(st.just([])), max_size=2)), max_size=3))


@dataclass
class _Seen:
    """What holds at one place in the tree, on one day."""

    actors: list[ActorSaid]
    purposes: list[bool]
    today: bool
    part_only: bool
    lost: bool
    depth: int

    @property
    def who(self) -> int:
        names = {each.who for each in self.actors}
        return (
            -1 if self.lost else 0 if not names else 2 if "wijkteam" in names else 1 if "gemeente" in names else -1
        )

    @property
    def why(self) -> int:
        return 0 if not self.purposes else 1 if True in self.purposes else -1

    @property
    def exact(self) -> tuple[int, ...]:
        return self.who, self.why, int(self.part_only), self.depth


def _seen(node: ProvisionSaid, above: _Seen | None, day: str) -> _Seen:
    first, last = node.start or "0000", node.end or "9999"
    mine = first <= day <= last if first <= last else node.type != "permit"
    if above is None:
        return _Seen(node.actors, node.purposes, mine, node.narrowed, False, 0)
    actors, purposes = node.actors or above.actors, node.purposes or above.purposes
    lost = above.lost if not node.actors else False
    if node.type == "permit":
        lost = lost or above.who < 0 or above.why < 0
        return _Seen(
            actors, purposes, mine and above.today, node.narrowed or above.part_only, lost, above.depth + 1
        )
    today = mine if node.start or node.end else above.today
    return _Seen(actors, purposes, today, node.narrowed, lost, above.depth + 1)


def _all(node: ProvisionSaid, above: _Seen | None, day: str) -> list[tuple[str, _Seen]]:
    seen = _seen(node, above, day)
    return [(node.type, seen), *(each for nested in node.provisions for each in _all(nested, seen, day))]


def _allowed(trees: list[ProvisionSaid], day: str) -> str:
    everything = [each for tree in trees for each in _all(tree, None, day)]
    against = [s for kind, s in everything if kind == "deny" and s.today and s.who >= 0 and s.why >= 0]
    for kind, each in everything:
        named = any(one.who == "wijkteam" and one.receives for one in each.actors)
        if kind != "permit" or not (each.today and each.who == 2 and named and each.why == 1) or each.part_only:
            continue
        if all(
            each.exact != other.exact and all(a >= b for a, b in zip(each.exact, other.exact, strict=True))
            for other in against
        ):
            return "yes"
    return "denied" if against else "no"


@seed(SEED)
@settings(max_examples=150, deadline=None)
@given(trees=st.lists(TREES, min_size=1, max_size=2), day=st.integers(0, 70))
def test_any_rules_are_judged_as_a_second_reading_judges_them(trees: list[ProvisionSaid], day: int) -> None:
    on = date(2026, 3, 28) + timedelta(days=day)
    consents = [said(tree, id=f"c-{number}") for number, tree in enumerate(trees)]
    answer = standing(consents, ANNA, on)
    told = "yes" if answer == Valid() else "denied" if answer is Lacking.DENIED else "no"
    assert told == _allowed(trees, on.isoformat())


@seed(SEED)
@settings(max_examples=60, deadline=None)
@given(tree=TREES)
def test_what_does_not_name_the_team_and_the_purpose_never_permits(tree: ProvisionSaid) -> None:
    assert standing([said(_renamed(tree, actors=[TOWN]))], ANNA, TODAY) != Valid()
    assert standing([said(_renamed(tree, purposes=[]))], ANNA, TODAY) != Valid()


def _renamed(tree: ProvisionSaid, **changes: Any) -> ProvisionSaid:
    nested = [_renamed(each, **changes) for each in tree.provisions]
    return tree.model_copy(update=changes | {"provisions": nested})
