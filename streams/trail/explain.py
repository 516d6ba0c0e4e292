"""The walk: from an alert to receipt and row, from a signal to what became of it, as a tree of records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from schemas.events import account, alert, context, contribution, delivery, register, signal
from schemas.events.event import Event, Forgotten
from streams.trail.edges import Edge, Role
from streams.trail.fates import fates, latest_outcomes
from streams.trail.kept import Held, Kept
from streams.trail.shelf import Shelf

__all__ = ["Step", "Walk", "walked"]
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the walk: what it is to the one above it, where it stands, what it says, what it rests on."""

    role: str
    name: str
    place: str
    hash: str
    held: str
    facts: Mapping[str, Any]
    rests_on: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything that was found about one id; `dangling` names edges that lead nowhere."""

    id: str
    kind: str
    steps: tuple[Step, ...]
    dangling: tuple[str, ...] = ()


def walked(shelf: Shelf, id: str) -> Walk | None:
    """The walk from an alert, a signal or a receipt; None when the trail knows no such id.

    Source  trace.md 4.4
    """
    for kind, walk in _WALKS.items():
        if shelf.named(f"{kind}/{id}"):
            walker = _Walker(shelf)
            steps = tuple(walk(walker, id))
            return Walk(id, kind, steps, tuple(dict.fromkeys(walker.dangling)))
    return None


class _Walker:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.dangling: list[str] = []

    def alert(self, id: str) -> Iterator[Step]:
        """Each revision, newest last, down to the rows of the deliveries."""
        for record in self.shelf.named(f"alert/{id}"):
            yield self._upwards("revision", record)

    def signal(self, id: str) -> Iterator[Step]:
        """Each version down to its row, and upwards: outcomes, decisions, contributions, alerts."""
        for record in self.shelf.named(f"signal/{id}"):
            if record.held is not Held.TOMBSTONE:
                yield self._upwards("version", record)
                yield from self._used_by(record)
        fate = fates(self.shelf.records).get(id)
        for record in sorted(latest_outcomes(self.shelf.records).get(id, {}).values(), key=lambda each: each.at):
            decisive = fate is not None and fate.said_by is record
            yield _step("fate" if decisive else "outcome", record)

    def receipt(self, id: str) -> Iterator[Step]:
        """A delivery with its account, and what was sealed of it."""
        for record in self.shelf.named(f"delivery/{id}"):
            event = record.event
            rows = event.refused if isinstance(event, delivery.Delivery) else ()
            refused = [f"row {each.row}: {each.reason.value}" for each in rows]
            duplicates = list(event.duplicates) if isinstance(event, delivery.Delivery) else []
            yield _step("delivery", record, refused=refused, duplicates=duplicates)
        yield from self._sealed(id)

    def _sealed(self, receipt: str, row: int | None = None) -> Iterator[Step]:
        for record in self.shelf.named(f"quarantine/{receipt}", "" if row is None else str(row)):
            yield _step("quarantined", record)

    def _upwards(self, role: str, record: Kept, depth: int = 0) -> Step:
        seen: set[tuple[str, str, str]] = set()
        rests_on: list[Step] = []
        evidence = [_step("evidence", each) for each in self.shelf.evidence(record)]
        for edge in self.shelf.up(record) if depth < DEEPEST else ():
            rests_on += self._parents(edge, record, seen, depth)
        return _step(role, record, (*evidence, *rests_on))

    def _parents(self, edge: Edge, child: Kept, seen: set[tuple[str, str, str]], depth: int) -> Iterator[Step]:
        if edge.role is Role.CONTRIBUTOR and edge.child.startswith("sha256/") and edge.parent_rev:
            own = [each for each in self.shelf.up(child) if each.child == child.name.node]
            if (edge.parent, edge.parent_rev) not in {(each.parent, each.parent_rev) for each in own}:
                return  # held at that moment, but this revision does not rest on it
        parents = self.shelf.found(edge.parent, edge.parent_rev)
        if not parents or (edge.content_sha256 and edge.role is not Role.TRIGGER and not _same(edge, parents)):
            self.dangling.append(f"{child.name.node} → {edge.parent} ({edge.role})")
        for parent in parents:
            identity = (str(parent.at), edge.role.value, edge.parent_rev if edge.parent[:9] == "delivery/" else "")
            if identity in seen or _is_shorter(edge, parent):
                continue
            seen.add(identity)
            if edge.parent.startswith("delivery/"):
                yield _step("row", parent, row=edge.parent_rev, row_hash=edge.content_sha256)
            elif edge.role is Role.RETRACTION or edge.role is Role.RULE:
                yield _step(edge.role.value, parent)
            else:
                yield self._upwards(edge.role.value, parent, depth + 1)

    def _used_by(self, record: Kept) -> Iterator[Step]:
        for edge in self.shelf.down(record):
            if edge.role is not Role.CONTRIBUTOR:
                continue
            for contribution_ in self.shelf.found(edge.child, edge.child_rev):
                alerts = [
                    _step("in alert", each)
                    for use in self.shelf.down(contribution_)
                    if use.role is Role.CONTRIBUTOR and use.child.startswith("alert/")
                    for each in self.shelf.found(use.child, use.child_rev)
                    if _rests_on(each, record)
                ]
                yield _step("contributed", contribution_, tuple(alerts))


def _rests_on(record: Kept, source: Kept) -> bool:
    used = record.event.signals if isinstance(record.event, alert.Alert) else ()
    return record.event is None or any(
        (f"signal/{each.signal}", each.version) == tuple(source.name) for each in used
    )


def _same(edge: Edge, parents: Sequence[Kept]) -> bool:
    return edge.content_sha256 in {parent.hash for parent in parents}


def _is_shorter(edge: Edge, parent: Kept) -> bool:
    """Of a delivery its closing says all that its opening does; tombstones of facts say nothing here."""
    if edge.parent.startswith("delivery/"):
        return parent.name.rev == "opened"
    return parent.held is Held.TOMBSTONE and edge.role in (Role.HOUSEHOLD_FACT, Role.GROUND)


def _step(role: str, record: Kept, rests_on: tuple[Step, ...] = (), **more: Any) -> Step:
    facts = {**_facts(record.event), **{name: value for name, value in more.items() if value}}
    name = "/".join(filter(None, record.name))
    return Step(role, name, str(record.at), record.hash, record.held, facts, rests_on)


def _facts(event: Event | None) -> dict[str, Any]:
    names = _SHOWN.get(type(event), ()) if event is not None else ()
    return {name: getattr(event, name) for name in names if getattr(event, name) not in (None, (), "")}


#: What the walk shows of a record: codes, days and ids; a pseudonym never.
_SHOWN: Mapping[type[Event], tuple[str, ...]] = MappingProxyType(
    {
        signal.Signal: ("kind", "source", "signal_kind", "observed_on", "receipt", "row", "row_hash"),
        register.Membership: ("kind", "household", "area", "role", "since", "until"),
        register.Consent: ("kind", "source", "purpose", "valid_from", "valid_until", "receipt", "row"),
        register.PersonLifecycle: ("kind", "happened_on"),
        context.DayBegan: ("day",),
        context.PolicyPublished: ("kind", "policy_hash", "stopped"),
        contribution.Contribution: ("kind", "household", "number", "area", "policy_hash"),
        alert.Alert: ("kind", "reason", "status", "theme", "rule", "rule_version", "team", "urgency", "changed_on"),
        alert.TeamDecision: ("kind", "team", "revision", "outcome", "decided_at"),
        account.Outcome: ("kind", "reason", "writer", "number", "decided_on"),
        account.AccessDecision: ("purpose", "allowed", "reason", "ground", "source", "signal", "decided_on"),
        account.Evidence: ("step", "cause_topic", "cause_partition", "cause_offset", "today", "policy_hash"),
        delivery.Delivery: ("kind", "receipt", "source", "file_hash", "rows", "accepted", "closed_at"),
        delivery.Quarantined: ("stage", "reason", "component", "row", "field", "failed_at", "content_hash"),
        Forgotten: ("topic",),
    }
)

_WALKS: Mapping[str, Callable[[_Walker, str], Iterator[Step]]] = MappingProxyType(
    {"alert": _Walker.alert, "signal": _Walker.signal, "delivery": _Walker.receipt}
)
