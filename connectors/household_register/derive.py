"""Who form a household and whose second household it is: pure, from what the BRP says on one day.

Source  rules.md 6; formats.md 5.2 (the BRP has no household: bewoners split by ouder, kind and partner)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connectors.bsn import Bsn
from connectors.household_register.resident import Address, Home, Resident
from schemas.identity import AreaCode
from schemas.vocabulary import HouseholdRole, Protection


class NoHousehold(StrEnum):
    """Why a person's signals wait: the closed list, also of the metric."""

    UNKNOWN_PERSON = "unknown_person"
    DIED = "died"
    NO_LONGER_KEPT = "no_longer_kept"
    ELSEWHERE = "elsewhere"
    NO_HOME_ADDRESS = "no_home_address"
    MANY_RESIDENTS = "many_residents"
    INCOMPLETE = "incomplete"
    AGE_UNKNOWN = "age_unknown"
    NO_AREA = "no_area"


#: Reasons about the answer and not the person: what was published stays, and is asked again at the next refresh.
UNDETERMINED = frozenset({NoHousehold.UNKNOWN_PERSON, NoHousehold.INCOMPLETE, NoHousehold.AGE_UNKNOWN})


@dataclass(frozen=True, slots=True)
class World:
    """What was looked up, and the day it holds for."""

    residents: Mapping[Bsn, Resident]
    homes: Mapping[str, Home]
    today: date
    municipality: str
    area_of: Callable[[Address], AreaCode | None]


@dataclass(frozen=True, slots=True)
class Group:
    """Related persons at one address: one household."""

    object_id: str
    members: frozenset[Bsn]


@dataclass(frozen=True, slots=True)
class Place:
    """One household a person belongs to, and how."""

    group: Group
    area: AreaCode
    role: HouseholdRole
    protections: tuple[Protection, ...]
    since: date | None


def _own_home(world: World, person: Resident | None) -> Home | NoHousehold:
    """Where a person lives, if that can be said."""
    if person is None:
        return NoHousehold.UNKNOWN_PERSON
    if person.died_on is not None:
        return NoHousehold.DIED
    if not person.kept:
        return NoHousehold.NO_LONGER_KEPT
    if person.municipality != world.municipality:
        return NoHousehold.ELSEWHERE
    if person.address is None:
        return NoHousehold.NO_HOME_ADDRESS
    home = world.homes.get(person.address.object_id)
    if home is None or person.bsn not in home.residents:
        return NoHousehold.INCOMPLETE
    if home.many:
        return NoHousehold.MANY_RESIDENTS
    if any(bsn not in world.residents for bsn in home.residents):
        return NoHousehold.INCOMPLETE
    return home


def group_of(world: World, bsn: Bsn) -> Group | NoHousehold:
    """The persons at the same address whom parent, child or partner links tie to this one, also through another.

    Two under one roof without such a tie are two households; a tie through somebody who lives elsewhere is none.
    """
    person = world.residents.get(bsn)
    home = _own_home(world, person)
    if isinstance(home, NoHousehold):
        return home
    there = [each for each in map(world.residents.get, home.residents) if each and _lives(each, home)]
    assert person is not None
    group, edge = {person}, [person]
    while edge:
        one = edge.pop()
        tied = {other for other in there if other not in group and one.related_to(other)}
        group |= tied
        edge += tied
    return Group(home.object_id, frozenset(each.bsn for each in group))


def _lives(person: Resident, home: Home) -> bool:
    alive = person.died_on is None and person.kept
    return alive and person.address is not None and person.address.object_id == home.object_id


def _role(person: Resident, today: date) -> HouseholdRole | None:
    adult = person.adult_on(today)
    return None if adult is None else HouseholdRole.ADULT if adult else HouseholdRole.CHILD


def protections(person: Resident) -> tuple[Protection, ...]:
    """What the BRP says must be heeded about this person."""
    held = ((Protection.SECRECY, person.secrecy), (Protection.UNDER_INVESTIGATION, person.under_investigation))
    return tuple(protection for protection, holds in held if holds)


def places(world: World, bsn: Bsn) -> tuple[Place, ...] | NoHousehold:
    """Every household of this person: their own first, then that of the other parent with whom gezag is shared."""
    group = group_of(world, bsn)
    if isinstance(group, NoHousehold):
        return group
    person = world.residents[bsn]
    assert person.address is not None
    area, role = world.area_of(person.address), _role(person, world.today)
    if area is None:
        return NoHousehold.NO_AREA
    if role is None:
        return NoHousehold.AGE_UNKNOWN
    own = Place(group, area, role, protections(person), person.address.since)
    others = _second_homes(world, person, group) if role is HouseholdRole.CHILD else ()
    return (own, *others)


def _second_homes(world: World, child: Resident, own: Group) -> Iterable[Place]:
    """The household of a parent who shares gezag and lives elsewhere, unless anyone concerned is protected."""
    for bsn in (child.custody & child.parents) - own.members:
        parent, group = world.residents.get(bsn), group_of(world, bsn)
        if parent is None or isinstance(group, NoHousehold) or not child.custody & own.members:
            continue
        concerned = child.custody | own.members | group.members
        if any(bsn not in world.residents or world.residents[bsn].protected for bsn in concerned):
            continue
        assert parent.address is not None
        area = world.area_of(parent.address)
        if area is not None:
            yield Place(group, area, HouseholdRole.CO_PARENT, protections(child), parent.address.since)
