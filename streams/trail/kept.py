"""A record as the trail holds it: its name, the delivery it came in, and its body while that may be held."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.admission import header
from schemas.codec import Codec, NotDecoded
from schemas.events import account, alert, context, contribution, delivery, register, signal, state
from schemas.events.event import Event, Forgotten, Position
from schemas.following import Arrived
from schemas.shapes import milliseconds
from schemas.vocabulary import LifecycleKind
from streams.core.evidence import sha256

#: The state after decisions whose evidence we hold: keeping it again would only keep persons twice.
HASH_ONLY = ("state.person.v1", "state.household.v1")


class Held(StrEnum):
    """What the trail has of a record beside its hash."""

    BODY = "body"
    TOMBSTONE = "tombstone"
    ERASED = "erased"
    HASH_ONLY = "hash_only"


class Name(NamedTuple):
    """What a record is about, without a pseudonym: it outlives the body."""

    node: str
    rev: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One record of the trail; body, key and headers are absent when the person was erased."""

    at: Position
    hash: str
    name: Name
    time_ms: int
    trace_id: str | None
    cause: str | None
    receipt: str | None
    row: int | None
    refusal: str | None
    held: Held
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    event: Event | None


def veiled(kind: str, *parts: str) -> str:
    """A node whose parts name persons: only who knows the parts can find it again.

    Source  rules.md 5: after the bound no pseudonym of the erased is left in the trail
    """
    return f"{kind}/{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"


def person_mark(person: str) -> str:
    """By what the trail recognises a person without holding the pseudonym."""
    return hashlib.sha256(f"person{chr(31)}{person}".encode()).hexdigest()


def contribution_node(household: str, person: str) -> str:
    """What the contributions of one person to one household are called."""
    return veiled("contribution", household, person)


def membership_node(person: str, household: str) -> str:
    """What the memberships of one person in one household are called."""
    return veiled("membership", person, household)


_NAMES: Mapping[type[Event], Callable[[Any], Name]] = MappingProxyType(
    {
        signal.Signal: lambda e: Name(f"signal/{e.signal}", e.version),
        register.Membership: lambda e: Name(
            membership_node(e.person, e.household), f"{milliseconds(e.recorded_at)}-{e.kind}"
        ),
        register.Consent: lambda e: Name(f"consent/{e.consent}", f"{milliseconds(e.recorded_at)}-{e.kind}"),
        register.PersonLifecycle: lambda e: Name(veiled("person", e.person), e.kind.value),
        context.DayBegan: lambda e: Name(f"day/{e.day.isoformat()}", ""),
        context.PolicyPublished: lambda e: Name(f"policy/{e.policy_hash}", ""),
        contribution.Contribution: lambda e: Name(contribution_node(e.household, e.person), str(e.number)),
        alert.Alert: lambda e: Name(f"alert/{e.alert}", str(e.revision)),
        alert.TeamDecision: lambda e: Name(f"team-decision/{e.decision}", ""),
        account.Outcome: lambda e: Name(f"outcome/{e.signal}", e.version),
        account.AccessDecision: lambda e: Name(f"access/{e.signal}", e.version),
        account.Evidence: lambda e: Name(
            veiled("evidence", e.owner, e.cause_topic, str(e.cause_partition), str(e.cause_offset)), ""
        ),
        account.ProcessingLine: lambda e: Name(f"processing/{e.span_id}", ""),
        delivery.Delivery: lambda e: Name(f"delivery/{e.receipt}", e.kind.value),
        delivery.Quarantined: lambda e: Name(
            f"quarantine/{e.receipt}", f"{e.row or 0}-{e.settled.how}" if e.settled else str(e.row or 0)
        ),
        state.PersonRecord: lambda e: Name("state/person", ""),
        state.HouseholdRecord: lambda e: Name("state/household", ""),
    }
)

_FORGOTTEN: Mapping[str, Callable[[str, str], str]] = MappingProxyType(
    {
        "household.membership.v1": membership_node,
        "consent.v1": lambda _, consent: f"consent/{consent}",
        "contribution.v1": contribution_node,
        "outcome.v1": lambda _, entity: f"outcome/{entity.partition('/')[0]}",
        "person-lifecycle.v1": lambda person, _: veiled("person", person),
    }
)


def name_of(event: Event | NotDecoded) -> Name:
    """What a record is called; a tombstone is called as what it ends, a record that is no event has no name."""
    match event:
        case NotDecoded():
            return Name("", "")
        case Forgotten(topic=topic, owner=owner, entity=entity):
            return Name(_FORGOTTEN[topic](owner, entity) if topic in _FORGOTTEN else f"forgotten/{topic}", "")
        case _:
            return _NAMES[type(event)](event)


def persons_in(event: Event | NotDecoded | None, codec: Codec) -> frozenset[str]:
    """Every pseudonym that the body of this record holds."""
    match event:
        case alert.Alert():
            return frozenset([*event.members, *(used.person for used in event.signals)])
        case account.Evidence():
            return frozenset(_persons_in_evidence(event, codec))
        case Forgotten(topic="contribution.v1", entity=person):
            return frozenset([person])
        case Forgotten(owner=person):
            return frozenset([person])
        case _:
            concerned = getattr(event, "person", None)
            return frozenset([concerned]) if isinstance(concerned, str) else frozenset()


def marks_of(arrived: Arrived, codec: Codec) -> frozenset[str]:
    """The marks of every person whom this record names."""
    return frozenset(map(person_mark, persons_in(arrived.event, codec)))


def _persons_in_evidence(event: account.Evidence, codec: Codec) -> Iterator[str]:
    if event.step == "person":
        yield event.owner
        return
    for part in event.before:
        record = codec.decode("state.household.v1", part.body)
        inside = record.household if isinstance(record, state.HouseholdRecord) else None
        if inside is None:
            continue
        yield from (member.person for member in inside.members)
        yield from (told.person for told in inside.told)
        yield from (used.person for episode in inside.episodes for used in episode.signals)


def erased_in(arrived: Iterable[Arrived]) -> frozenset[str]:
    """The marks of the persons whom these records say to erase."""
    return frozenset(
        person_mark(each.event.person)
        for each in arrived
        if isinstance(each.event, register.PersonLifecycle) and each.event.kind is LifecycleKind.ERASED
    )


def kept_of(arrived: Arrived, erased: bool) -> Kept:
    """What the trail holds of a record; of one that names somebody who was *erased* it keeps no body."""
    event = arrived.event
    traceparent = header(arrived.headers, "traceparent") or ""
    base: dict[str, Any] = {
        "at": arrived.at,
        "hash": sha256(arrived.value),
        "name": name_of(event),
        "time_ms": arrived.timestamp_ms,
        "trace_id": traceparent[3:35] if len(traceparent) == 55 else None,
        "cause": header(arrived.headers, "sbcause"),
        "receipt": getattr(event, "receipt", None),
        "row": getattr(event, "row", None),
        "refusal": event.reason.value if isinstance(event, NotDecoded) else None,
    }
    held = _held(arrived, erased)
    if held in (Held.ERASED, Held.HASH_ONLY):
        return Kept(**base, held=held, key=None, value=None, headers=(), event=None)
    headers = tuple((key, value or b"") for key, value in arrived.headers or ())
    assert not isinstance(event, NotDecoded)
    return Kept(**base, held=held, key=arrived.key, value=arrived.value, headers=headers, event=event)


def _held(arrived: Arrived, erased: bool) -> Held:
    if isinstance(arrived.event, NotDecoded) or arrived.at.topic in HASH_ONLY:
        # What cannot be read might hold anything: quarantine has it, sealed; the trail keeps its hash.
        return Held.HASH_ONLY
    if erased:
        return Held.ERASED
    return Held.TOMBSTONE if arrived.value is None else Held.BODY


def keep(arrived: Iterable[Arrived], codec: Codec) -> list[Kept]:
    """What the trail holds after these records, without a database; in order of place on the log."""
    known = sorted(arrived, key=lambda each: each.at)
    erased = erased_in(known)
    return [kept_of(each, bool(erased and marks_of(each, codec) & erased)) for each in known]
