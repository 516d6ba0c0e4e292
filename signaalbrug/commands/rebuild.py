"""Make books fit the log again: the command that every exit 6 names."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import psycopg

from schemas.catalogue import SIGNAL_TOPICS, TOPICS
from schemas.codec import codec_from
from schemas.databases import connect
from schemas.doors import Door, settings_from
from schemas.following import CannotContinue, rebuild_command
from schemas.rebuilding import Clean, Rebuilt, nothing_to_clean, rebuild_follower
from schemas.record import Recorder
from schemas.transport import BrokerTrouble, Cluster
from signaalbrug.commands.here import settings_of
from signaalbrug.refusing import Unwilling
from signaalbrug.wiring import STEPS

Settings = Mapping[str, str]
CANNOT = 6
LIFECYCLE = ("person-lifecycle.v1",)


class OneDatabase(Door):
    """Settings of a room with one role."""

    database: str


class Feed(Door):
    """Settings of the feed's projector."""

    feed_projector_database: str
    feed_key: Path


@dataclass(frozen=True, slots=True)
class Room:
    """Books in a database: whose they are, its followers, and what must be taken out of its rows."""

    url: str
    followers: Mapping[str, tuple[str, ...]]
    clean: Clean = nothing_to_clean
    again: bool = False


def _trail(settings: Settings) -> Room:
    from streams.trail.rebuilding import gaps_written

    return Room(settings_from(settings, OneDatabase).database, {"trail": tuple(TOPICS)}, gaps_written)


def _feed(settings: Settings) -> Room:
    from connectors.wijkteam.keys import FeedKeys
    from connectors.wijkteam.projection import TOPICS as FOLLOWED
    from connectors.wijkteam.rebuilding import cleaning

    feed = settings_from(settings, Feed)
    clean = cleaning(FeedKeys.from_file(feed.feed_key), datetime.now(UTC))
    return Room(feed.feed_projector_database, {"feed": FOLLOWED}, clean)


def _registers(settings: Settings) -> Room:
    """They take in a record twice without a trace, so they read all that is there once more; so does intake."""
    followed = {"registers-lifecycle": LIFECYCLE, "registers-signals": tuple(SIGNAL_TOPICS.values())}
    return Room(settings_from(settings, OneDatabase).database, followed, again=True)


def _intake(settings: Settings) -> Room:
    return Room(settings_from(settings, OneDatabase).database, {"intake": LIFECYCLE}, again=True)


#: name: (process, its room); modules are loaded late, as the verbs are.
ROOMS: Mapping[str, tuple[str, Callable[[Settings], Room]]] = MappingProxyType(
    {
        "trail": ("trail", _trail),
        "feed": ("wijkteam", _feed),
        "registers": ("registers", _registers),
        "intake": ("intake", _intake),
    }
)
NAMES = (*STEPS, *ROOMS)


def rebuild(name: str, dry_run: bool) -> int:
    """Print what was missed for ever, forget what only that could tell; 6 when the books cannot be read at all."""
    if name not in NAMES:
        raise Unwilling(f"there is nothing called {name} to rebuild", rebuild_command("|".join(NAMES)))
    command = rebuild_command(name)
    process = ROOMS[name][0] if name in ROOMS else f"worker-{name}"
    with settings_of(process, command) as settings:
        made = _rebuilt_room(ROOMS[name][1](settings), settings, dry_run) if name in ROOMS else None
        try:
            gaps = _told(made or _rebuilt_step(name, settings, dry_run))
        except CannotContinue as cannot:
            print(f"signaalbrug: {cannot}", file=sys.stderr)
            return CANNOT
        except psycopg.OperationalError:
            raise Unwilling("the database cannot be reached", f"start its server, then {command}") from None
        except BrokerTrouble:
            raise Unwilling("the broker does not answer", f"start it, then {command}") from None
    print(_end(name, gaps, dry_run))
    return 0


def _told(made: Iterator[Rebuilt]) -> int:
    gaps = 0
    for each in made:
        gaps += len(each.gaps)
        for line in each.lines():
            print(line)
    return gaps


def _end(name: str, gaps: int, dry_run: bool) -> str:
    if dry_run:
        return f"nothing was changed; stop the process first, then {rebuild_command(name)}"
    missed = "; ask for what was missed (docs/runbooks/rebuild.md)" if gaps else ""
    return f"{name} fits the log again; start its process{missed}"


def _rebuilt_step(name: str, settings: Settings, dry_run: bool) -> Iterator[Rebuilt]:
    from streams.runtime.quarantine import sealing_to
    from streams.runtime.rebuilding import rebuild_step
    from streams.runtime.settings import step_settings
    from streams.runtime.transactor import Fenced
    from streams.runtime.turn import Tools
    from streams.topology import STEPS as FLOW

    own, cluster = step_settings(settings)
    tools = Tools(Recorder(codec_from(settings), cluster.partitions), sealing_to(own.quarantine_public_key))
    step = next(each for each in FLOW if each.name == name)
    try:
        yield from rebuild_step(step, cluster, tools, prefix=own.transactional_prefix, dry_run=dry_run)
    except Fenced:
        repair = f"stop the process first, then {rebuild_command(name)}"
        raise Unwilling(f"a worker of step {name} still runs", repair) from None


def _rebuilt_room(room: Room, settings: Settings, dry_run: bool) -> Iterator[Rebuilt]:
    cluster, now = Cluster.from_environment(settings), datetime.now(UTC)
    with connect(room.url) as connection:
        for follower, topics in room.followers.items():
            yield rebuild_follower(
                connection, cluster, follower, topics, room.clean, now, again=room.again, dry_run=dry_run
            )
