"""The rooms around the in-memory log: each follower is that of production, fed from memory instead of a broker."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import psycopg

from connectors.batches import Effects
from connectors.brp import BrpAnswers
from connectors.household_register.areas import Areas
from connectors.household_register.outbox import relay
from connectors.household_register.register import HouseholdRegister
from connectors.intake import take_in
from connectors.receipts import MemoryBooks
from connectors.sources import connectors_for
from connectors.vault.api import Principal
from connectors.vault.memory import MemoryVault
from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.outbox import relayed
from connectors.wijkteam.projection import TOPICS as FEED_TOPICS
from connectors.wijkteam.projection import projector
from connectors.wijkteam.tokens import filled
from schemas.catalogue import TOPICS
from schemas.events.context import DayBegan
from schemas.following import Apply
from schemas.sealing import seal
from schemas.vocabulary import CalendarKind
from signaalbrug import wiring
from signaalbrug.demo.log import arrived_in
from signaalbrug.demo.municipality import File
from signaalbrug.secrets import Secrets
from streams.policy.bundle import published
from streams.policy.load import load_bundle
from streams.runtime.memory import Memory
from streams.trail.store import applying

Connection = psycopg.Connection[Any]


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Following:
    """A follower's `apply`, the topics it reads, and its way into its database."""

    topics: Collection[str]
    apply: Apply
    connection: Connection


@dataclass(slots=True)
class Rooms:
    """Everything between a delivered file and a team's inbox."""

    memory: Memory
    vault: MemoryVault
    intake: Effects
    register: HouseholdRegister
    registers: Connection
    followers: Sequence[Following]
    feed_keys: FeedKeys
    feed: Connection
    relay: Connection
    read: int = 0

    def take_in(self, files: Sequence[File]) -> None:
        """One round of deliveries."""
        connectors = connectors_for(wiring.MUNICIPALITY)
        for file in files:
            take_in(connectors[file.source], BytesIO(file.content), len(file.content), self.intake)

    def settle(self) -> None:
        """Decide, look up and project until nothing new comes."""
        relayed(self.relay, self.memory.recorder, self.memory.append, clock())
        while self.read < len(self.memory.run().log):
            arrived = arrived_in(self.memory, self.read)
            self.read += len(arrived)
            with self.registers.transaction():
                self.register.apply_signals(self.registers, arrived)
            while relay(self.registers, self.memory.append):
                pass
            for follower in self.followers:
                with follower.connection.transaction():
                    follower.apply(follower.connection, [one for one in arrived if one.at.topic in follower.topics])
        while filled(self.feed, self.feed_keys, self.vault.serving(Principal.WIJKTEAM)):
            pass


def rooms(
    where: wiring.Places, urls: Mapping[str, str], secrets: Secrets, today: date, vault: MemoryVault | None = None
) -> Rooms:
    """All rooms, empty, with the policy and the day in force; *vault*: one that knows persons already."""
    now = clock()
    vault, memory = vault or MemoryVault(), Memory(now=now)
    memory.publish(DayBegan(CalendarKind.DAY_BEGAN, today), published(load_bundle(), now))
    feed_keys = FeedKeys.from_file(secrets.feed_key)
    feed = _connected(urls["feed_projector"])
    trail = _connected(urls["trail_writer"])
    followers = (
        Following(TOPICS, applying(memory.recorder.codec), trail),
        Following(FEED_TOPICS, projector(feed_keys), feed),
    )
    register = HouseholdRegister(
        vault=vault.serving(Principal.REGISTERS),
        brp=BrpAnswers(where.brp),
        areas=Areas.read(where.areas),
        recorder=memory.recorder,
        now=clock,
        municipality=wiring.MUNICIPALITY,
    )
    return Rooms(
        memory,
        vault,
        _intake(memory, vault, secrets),
        register,
        _connected(urls["registers"]),
        followers,
        feed_keys,
        feed,
        _connected(urls["feed_relay"]),
    )


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def _intake(memory: Memory, vault: MemoryVault, secrets: Secrets) -> Effects:
    public_key = secrets.quarantine_key.read_text(encoding="utf-8")
    return Effects(
        vault=vault.serving(Principal.INTAKE),
        publish=memory.append,
        books=MemoryBooks(),
        recorder=memory.recorder,
        seal=lambda content: seal(public_key, content),
        now=clock,
    )
