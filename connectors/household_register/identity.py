"""Which known household a group continues, so that its id outlives a move and a split.

Source  rules.md 6 (it stays while an adult stays; after a split with the youngest child, else the eldest adult)
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from connectors.bsn import Bsn
from connectors.household_register.derive import Group
from connectors.household_register.resident import Resident
from schemas.identity import HouseholdId

Members = frozenset[bytes]
Mark = Callable[[Bsn], bytes]
_BORN_UNKNOWN = date(1900, 1, 1)


def continued(
    known: Mapping[HouseholdId, Members],
    groups: Sequence[Group],
    residents: Mapping[Bsn, Resident],
    mark: Mark,
    today: date,
) -> Mapping[Group, HouseholdId]:
    """The known id of each group that continues one; the other groups are new.

    `known` holds of a household only the keyed marks of its members: enough to follow it, too little to know it.
    """
    marked = {group: {mark(bsn): residents[bsn] for bsn in group.members} for group in groups}
    claims: dict[Group, list[tuple[tuple[int, int], HouseholdId]]] = {}
    for household, members in sorted(known.items()):
        parts = {
            group: stayed
            for group, persons in marked.items()
            if (stayed := [person for each, person in sorted(persons.items()) if each in members])
        }
        heir = _heir(parts, len(members), today)
        if heir is not None:
            claims.setdefault(heir, []).append((_precedence(parts[heir], today), household))
    return {group: min(claimed)[1] for group, claimed in claims.items()}


def _heir(parts: Mapping[Group, Sequence[Resident]], members: int, today: date) -> Group | None:
    """The part that goes on under the old id; children who left without any adult do not take it along."""
    with_adult = [group for group, stayed in parts.items() if any(_adult(each, today) for each in stayed)]
    if with_adult:
        return min(with_adult, key=lambda group: _precedence(parts[group], today))
    # A household of minors alone has no adult to follow: it goes on while nobody left it.
    return next((group for group, stayed in parts.items() if len(stayed) == members), None)


def _adult(person: Resident, today: date) -> bool:
    return person.adult_on(today) is True


def _precedence(stayed: Sequence[Resident], today: date) -> tuple[int, int]:
    """Lowest goes first: the youngest child of all parts, else the eldest adult."""
    children = [_born(each) for each in stayed if not _adult(each, today)]
    return (0, -max(children)) if children else (1, min(_born(each) for each in stayed))


def _born(person: Resident) -> int:
    return (person.born.earliest if person.born else _BORN_UNKNOWN).toordinal()
