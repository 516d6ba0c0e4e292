"""Every topic with what it carries, for whom, how long and on what legal basis: read from topics/*.toml."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.events import account, alert, context, contribution, delivery, register, signal, state
from schemas.events.event import Event
from schemas.vocabulary import Source, StateKind

HERE = Path(__file__).parent
DAY_MS = 86_400_000
#: The owner of a changelog's cursor records, which lie in the partition whose books they are.
CURSOR = "cursor"


class Key(NamedTuple):
    """The record key: the owner decides the partition, both together what compaction keeps."""

    owner: str
    entity: str

    def encode(self) -> bytes:
        return f"{self.owner}|{self.entity}".encode()

    @classmethod
    def decode(cls, raw: bytes) -> "Key":
        """Raises ValueError when it is no key of ours; the text of the error holds no value."""
        try:
            owner, bar, entity = raw.decode("ascii").partition("|")
        except UnicodeDecodeError:
            raise ValueError("key") from None
        if not (owner and bar and entity):
            raise ValueError("key")
        return cls(owner, entity)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of house.md 4."""

    name: str
    carries: type[Event]
    schema: str
    owner: str
    entity: str
    partitions: int
    cleanup: str
    retention_days: int | None
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    legal_basis: str
    purpose: str
    crosses_border: bool
    per_partition: bool

    @property
    def subject(self) -> str:
        return f"{self.name}-value"

    @property
    def compacted(self) -> bool:
        return "compact" in self.cleanup

    def settings(self) -> dict[str, str]:
        """What the broker is told.

        Source  rules.md 5: tombstones of followed compacted topics stay readable for seven days
        """
        config = {"cleanup.policy": self.cleanup, "message.timestamp.type": "CreateTime"}
        if self.compacted:
            config |= {
                "min.compaction.lag.ms": str(7 * DAY_MS),
                "delete.retention.ms": str(7 * DAY_MS),
                "max.compaction.lag.ms": str(8 * DAY_MS),
                "segment.ms": str(DAY_MS),
                "min.cleanable.dirty.ratio": "0.1",
            }
        if "delete" in self.cleanup:
            config["retention.ms"] = "-1" if self.retention_days is None else str(self.retention_days * DAY_MS)
        return config


CARRIES: Mapping[str, type[Event]] = MappingProxyType(
    {
        "signal": signal.Signal,
        "membership": register.Membership,
        "consent": register.Consent,
        "person-lifecycle": register.PersonLifecycle,
        "calendar": context.DayBegan,
        "policy": context.PolicyPublished,
        "contribution": contribution.Contribution,
        "alert": alert.Alert,
        "team-decision": alert.TeamDecision,
        "outcome": account.Outcome,
        "decision": account.AccessDecision,
        "evidence": account.Evidence,
        "processing": account.ProcessingLine,
        "delivery": delivery.Delivery,
        "quarantine": delivery.Quarantined,
        "state-person": state.PersonRecord,
        "state-household": state.HouseholdRecord,
    }
)

SIGNAL_TOPICS: Mapping[Source, str] = MappingProxyType(
    {
        Source.SCHOOL_ATTENDANCE: "signal.school-attendance.v1",
        Source.DEBT_SERVICES: "signal.debt-services.v1",
        Source.GENERAL_PRACTICE: "signal.general-practice.v1",
        Source.VEILIG_THUIS: "signal.veilig-thuis.v1",
        Source.WIJKTEAM: "signal.wijkteam.v1",
    }
)

#: Topics whose name does not follow from the class alone.
_TOPIC_OF: Mapping[type[Event], str] = MappingProxyType(
    {
        register.Membership: "household.membership.v1",
        register.Consent: "consent.v1",
        register.PersonLifecycle: "person-lifecycle.v1",
        context.DayBegan: "calendar.v1",
        context.PolicyPublished: "policy.v1",
        contribution.Contribution: "contribution.v1",
        alert.Alert: "alert.v1",
        alert.TeamDecision: "team-decision.v1",
        account.Outcome: "outcome.v1",
        account.AccessDecision: "decision.v1",
        account.Evidence: "evidence.v1",
        account.ProcessingLine: "processing.v1",
        delivery.Delivery: "delivery.v1",
        delivery.Quarantined: "quarantine.v1",
        state.PersonRecord: "state.person.v1",
        state.HouseholdRecord: "state.household.v1",
    }
)


def _state_key(owner: str | None, record: state.PersonRecord | state.HouseholdRecord) -> Key:
    if record.kind is StateKind.CURSOR:
        assert record.cursor is not None
        return Key(CURSOR, str(record.cursor.partition))
    assert owner is not None
    return Key(owner, owner)


_KEYS: Mapping[type[Event], Callable[[Any], Key]] = MappingProxyType(
    {
        signal.Signal: lambda e: Key(e.person, e.signal),
        register.Membership: lambda e: Key(e.person, e.household),
        register.Consent: lambda e: Key(e.person, e.consent),
        register.PersonLifecycle: lambda e: Key(e.person, e.kind.value),
        context.DayBegan: lambda e: Key("all", e.day.isoformat()),
        context.PolicyPublished: lambda e: Key("all", e.policy_hash),
        contribution.Contribution: lambda e: Key(e.household, e.person),
        alert.Alert: lambda e: Key(e.household, e.alert),
        alert.TeamDecision: lambda e: Key(e.household, e.alert),
        account.Outcome: lambda e: Key(e.person, f"{e.signal}/{e.writer}"),
        account.AccessDecision: lambda e: Key(e.person, e.signal),
        account.Evidence: lambda e: Key(e.owner, f"{e.cause_topic}/{e.cause_partition}/{e.cause_offset}"),
        account.ProcessingLine: lambda e: Key(e.person, e.span_id),
        delivery.Delivery: lambda e: Key(e.receipt, e.kind.value),
        delivery.Quarantined: lambda e: Key(e.receipt, str(e.row or 0)),
        state.PersonRecord: lambda e: _state_key(e.person and e.person.person, e),
        state.HouseholdRecord: lambda e: _state_key(e.household and e.household.household, e),
    }
)


def topic_of(event: Event) -> str:
    """The topic on which this event is published."""
    if isinstance(event, signal.Signal):
        return SIGNAL_TOPICS[event.source]
    return _TOPIC_OF[type(event)]


def key_of(event: Event) -> Key:
    """Owner and entity of this event."""
    return _KEYS[type(event)](event)


def _read(path: Path) -> Topic:
    raw = tomllib.loads(path.read_text())
    stem = raw["schema"]
    return Topic(
        name=path.stem,
        carries=CARRIES[stem],
        schema=stem,
        owner=raw["owner"],
        entity=raw["entity"],
        partitions=raw["partitions"],
        cleanup=raw["cleanup"],
        retention_days=raw.get("retention_days"),
        producers=tuple(raw["producers"]),
        consumers=tuple(raw["consumers"]),
        legal_basis=raw["legal_basis"],
        purpose=raw["purpose"],
        crosses_border=raw["crosses_border"],
        per_partition=raw.get("per_partition", False),
    )


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {topic.name: topic for topic in map(_read, sorted((HERE / "topics").glob("*.toml")))}
)
