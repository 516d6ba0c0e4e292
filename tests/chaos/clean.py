"""The same files and moves through the same rooms in memory: one thread, no faults, nothing twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors.household_register import ddl as registers_ddl
from connectors.household_register.outbox import relay
from connectors.vault.keys import Keys
from connectors.vault.memory import MemoryVault
from connectors.wijkteam import ddl as feed_ddl
from schemas.codec import Codec
from schemas.events.context import DayBegan
from schemas.events.state import HouseholdState
from schemas.following import Arrived
from schemas.vocabulary import AlertStatus, CalendarKind
from signaalbrug.demo.log import arrived_in
from signaalbrug.demo.rooms import Rooms, rooms
from signaalbrug.local.databases import prepare
from streams.core.view import view_of
from streams.trail import ddl as trail_ddl
from streams.trail.fates import fates, is_signal
from streams.trail.kept import Kept, keep
from tests.chaos.house import House
from tests.chaos.load import Load
from tests.chaos.moving import known_persons
from tests.chaos.plan import Beat

ROOMS = (registers_ddl, trail_ddl, feed_ddl)


@dataclass(frozen=True, slots=True)
class Came:
    """What a run came to: its households without their ids, its signal versions, and what became of each signal."""

    households: Counter[str]
    versions: frozenset[tuple[str, str]]
    fates: Mapping[str, tuple[str, str]]


def came(states: Iterable[HouseholdState], arrived: Sequence[Arrived], codec: Codec) -> Came:
    """Of a run, clean or not.

    Ids of households are random at the edge (rules.md 1): they are told apart by who lives there. Which alerts a
    team took up is no part of it (rules.md 3).
    """
    seen = (view_of(untouched(each)) for each in states)
    households = Counter(repr(sorted_view(each)) for each in seen if any(each.values()))
    records = keep(arrived, codec)
    return Came(households, versions_of(records), fates_of(records))


def untouched(household: HouseholdState) -> HouseholdState:
    """The same household as if no team had taken anything up."""
    episodes = tuple(
        replace(each, status=AlertStatus.OPEN) if each.status is AlertStatus.TAKEN_UP else each
        for each in household.episodes
    )
    return replace(household, episodes=episodes)


def sorted_view(view: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The same whichever order its keys came in."""
    return [(part, sorted(found.items())) for part, found in sorted(view.items())]


def versions_of(records: Iterable[Kept]) -> frozenset[tuple[str, str]]:
    """Every version of every signal."""
    return frozenset((each.name.node, each.name.rev) for each in records if is_signal(each))


def fates_of(records: Sequence[Kept]) -> Mapping[str, tuple[str, str]]:
    """Kind and reason of what became of each signal."""
    return {
        signal: (fate.kind.value if fate.kind else "none", fate.reason.value if fate.reason else "none")
        for signal, fate in fates(records).items()
    }


def clean_run(house: House, load: Load, beats: Sequence[Beat], days: Iterable[date]) -> Came:
    """With the keys and pseudonyms of the real vault, so that both speak of the same persons and signals."""
    there = _rooms(house, load)
    first, *later = sorted(days)
    assert first == load.today, "the run began on another day than its files"
    for beat in beats:
        there.take_in([each.file for each in load.files[beat.first : beat.until]])
        there.settle()
        for number in beat.moves:
            load.move(number, house.state.folder("clean-brp"))
        if beat.moves:
            _night(there)
    for day in later:
        there.memory.publish(DayBegan(CalendarKind.DAY_BEGAN, day))
        there.settle()
    memory = there.memory
    return came(memory.states("household").values(), arrived_in(memory), memory.recorder.codec)


def _night(there: Rooms) -> None:
    """The register looks everybody up again."""
    now = there.register.now()
    while there.register.refresh(there.registers, now):
        pass
    while relay(there.registers, there.memory.append):
        pass
    there.settle()


def _rooms(house: House, load: Load) -> Rooms:
    where = replace(house.places, brp=house.state.folder("clean-brp"), areas=house.state.root / "clean-areas.toml")
    load.write_register(where.brp, where.areas)
    urls: dict[str, str] = {}
    for room in ROOMS:
        urls |= prepare(house.servers.main, f"clean_{room.DATABASE}", room.ROLES, room.install)
    keys = Keys.read(house.secrets.vault_keys)
    vault = MemoryVault(keys=keys)
    vault.store.pseudonyms(known_persons(house), keys.now)
    there = rooms(where, urls, house.secrets, load.today, vault)
    there.followers = ()  # neither trail nor feed: only what both steps come to
    return there
