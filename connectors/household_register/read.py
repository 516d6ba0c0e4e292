"""Look around in the BRP: everybody at the addresses that decide about these households, and nobody more."""

from collections.abc import Callable, Iterable

from connectors.brp import Brp
from connectors.bsn import Bsn
from connectors.household_register import normalise
from connectors.household_register.resident import Home, Resident

#: From a person to the other parent, to where a former member of the household went; further nobody needs to look.
MOST_ROUNDS = 4

Seen = tuple[dict[Bsn, Resident], dict[str, Home]]


def look_around(brp: Brp, persons: Iterable[Bsn], known: Callable[[frozenset[Bsn]], frozenset[Bsn]]) -> Seen:
    """Residents and homes around these persons.

    `known` says who of these are marked as members of a known household: a split is only seen where both parts are.
    Raises  BrpDown
    """
    asked = frozenset(persons)
    residents: dict[Bsn, Resident] = {}
    homes: dict[str, Home] = {}
    visit, visited = asked, frozenset[Bsn]()
    for _ in range(MOST_ROUNDS):
        if not visit:
            break
        there = _visit(brp, visit, residents, homes)
        visited |= visit | there
        others = _other_parents(residents, asked) | known(_relatives(residents, visit | there) - visited)
        visit = others - visited
    return residents, homes


def _visit(
    brp: Brp, persons: frozenset[Bsn], residents: dict[Bsn, Resident], homes: dict[str, Home]
) -> frozenset[Bsn]:
    """Read these persons and who live with them; returns the latter."""
    _meet(brp, persons, residents)
    addresses = (residents[bsn].address for bsn in persons if bsn in residents)
    there: set[Bsn] = set()
    for object_id in sorted({each.object_id for each in addresses if each is not None} - homes.keys()):
        answer = brp.home(object_id)
        home = normalise.home(answer) if answer is not None else None
        if home is None:
            continue
        homes[home.object_id] = home
        if not home.many:
            there |= home.residents
    _meet(brp, there, residents)
    return frozenset(bsn for bsn in there if bsn in residents)


def _meet(brp: Brp, persons: Iterable[Bsn], residents: dict[Bsn, Resident]) -> None:
    strangers = {bsn for bsn in persons if bsn not in residents}
    if not strangers:
        return
    for bsn, answer in brp.people(strangers).items():
        person = normalise.resident(answer)
        if person is not None and person.bsn == bsn:
            residents[bsn] = person


def _other_parents(residents: dict[Bsn, Resident], asked: frozenset[Bsn]) -> frozenset[Bsn]:
    """Who share gezag over one of the persons asked about."""
    return frozenset(bsn for child in asked if child in residents for bsn in residents[child].custody)


def _relatives(residents: dict[Bsn, Resident], persons: frozenset[Bsn]) -> frozenset[Bsn]:
    ties = (residents[bsn] for bsn in persons if bsn in residents)
    return frozenset(
        bsn for each in ties for bsn in each.parents | each.children | each.partners | each.former_partners
    )
