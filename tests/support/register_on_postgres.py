"""The household register on a real PostgreSQL, fed by hand: vault in memory, BRP a village, the clock a value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from connectors.household_register.outbox import relay
from connectors.household_register.register import HouseholdRegister
from connectors.vault.api import Principal, Vault, VaultDown
from connectors.vault.memory import MemoryVault
from schemas.catalogue import Key
from schemas.codec import Codec
from schemas.events.event import Event, Position
from schemas.events.register import Membership, PersonLifecycle
from schemas.events.signal import Signal
from schemas.following import Arrived
from schemas.identity import HouseholdId, PersonPseudonym, ReceiptId, SignalId, signal_version
from schemas.record import OutRecord, Recorder
from schemas.sectors import LIFE_DOMAIN_OF, SECTOR_OF
from schemas.shapes import milliseconds
from schemas.vocabulary import LifecycleKind, MembershipKind, SignalKind, Source, VersionKind
from tests.support.village import TODAY, Village, areas

CODEC = Codec()
MEMBERSHIPS = "household.membership.v1"


class Breakable:
    """A vault that can be down."""

    def __init__(self, vault: Vault) -> None:
        self._vault, self.down = vault, False

    def __getattr__(self, name: str) -> Any:
        if self.down:
            raise VaultDown
        return getattr(self._vault, name)


def absence_of(
    person: PersonPseudonym, on: date, name: str, kind: VersionKind = VersionKind.REPORTED, minute: int = 0
) -> Signal:
    """A school signal about this person."""
    signal = SignalId(hashlib.sha256(f"{person}/{name}".encode()).hexdigest()[:32])
    mutated = datetime(on.year, on.month, on.day, 8, minute, tzinfo=UTC)
    content = hashlib.sha256(f"{name}/{kind}/{minute}".encode()).hexdigest()
    return Signal(
        kind=kind,
        signal=signal,
        version=signal_version(signal, milliseconds(mutated), content),
        person=person,
        source=Source.SCHOOL_ATTENDANCE,
        sector=SECTOR_OF[Source.SCHOOL_ATTENDANCE],
        life_domain=LIFE_DOMAIN_OF[SignalKind.ABSENCE_HOLIDAY],
        signal_kind=SignalKind.ABSENCE_HOLIDAY,
        observed_on=on,
        ended_on=None,
        crisis=False,
        mutated_at=mutated,
        content_hash=content,
        receipt=ReceiptId("e" * 32),
        row=1,
        row_hash=content,
    )


class Register:
    """A register, what it published, and the words to tell a story with."""

    def __init__(self, url: str, village: Village) -> None:
        self.database = psycopg.connect(url, autocommit=True)
        self.village, self.today, self.hour = village, TODAY, 9
        self.memory = MemoryVault(now=self.now)
        self.vault = Breakable(self.memory.serving(Principal.REGISTERS))
        self.register = HouseholdRegister(self.vault, village, areas(), Recorder(CODEC), self.now)
        self.published: list[OutRecord] = []

    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, self.hour, tzinfo=UTC)

    def person(self, name: str) -> PersonPseudonym:
        intake = self.memory.serving(Principal.INTAKE)
        receipt = intake.open_receipt("debt_services", hashlib.sha256(b"x").digest(), 1)
        return intake.pseudonymise_many(receipt.id, [self.village.bsn(name)])[0]

    def signal(self, name: str, on: date = TODAY, called: str = "verzuim", **more: Any) -> Register:
        return self.arrives(absence_of(self.person(name), on, called, **more))

    def arrives(self, *events: Event) -> Register:
        apply = self.register.apply_signals if isinstance(events[0], Signal) else self.register.apply_lifecycle
        with self.database.transaction():
            apply(self.database, [Arrived(Position("", 0, 0), each, b"", b"", (), 0) for each in events])
        return self.relayed()

    def erased(self, person: PersonPseudonym) -> Register:
        return self.arrives(PersonLifecycle(LifecycleKind.ERASED, person, None, self.today, self.now()))

    def relayed(self) -> Register:
        while relay(self.database, self.published.extend):
            pass
        return self

    def refreshed(self, days: int = 1) -> Register:
        """The night passes."""
        self.today += timedelta(days=days)
        before = self.now() - timedelta(hours=1)
        while self.register.refresh(self.database, before):
            pass
        return self.relayed()

    def on_log(self, topic: str = MEMBERSHIPS) -> dict[Key, Event | None]:
        """What compaction would keep of a topic; None = a tombstone."""
        kept: dict[Key, Event | None] = {}
        for record in self.published:
            if record.topic == topic:
                value = None if record.value is None else CODEC.decode(topic, record.value)
                assert value is None or isinstance(value, Event)
                kept[Key.decode(record.key)] = value
        return kept

    def memberships(self, name: str) -> list[Membership]:
        """The memberships of this person that hold, as the log says."""
        person = self.person(name)
        return sorted(
            (
                each
                for key, each in self.on_log().items()
                if key.owner == person and isinstance(each, Membership) and each.kind is MembershipKind.MEMBER
            ),
            key=lambda each: each.role.value,
        )

    def household(self, name: str) -> HouseholdId | None:
        """The one household of this person, None when there is none."""
        found = {each.household for each in self.memberships(name)}
        assert len(found) <= 1
        return next(iter(found), None)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.database.execute(query, values).fetchall()

    def kept(self) -> str:
        """Everything the register keeps, as text."""
        tables = ("signal", "person", "household_member", "membership", "erased", "outbox")
        return "\n".join(repr(self.rows(f"select t::text from {table} t")) for table in tables)
