"""Policy as values: what the convenant permits, what the rules look for, and who is responsible where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.events.alert import Contact
from schemas.identity import AreaCode, TeamId
from schemas.vocabulary import Law, RecipientRole, Rung, Sector, SignalKind, Source, Urgency


@dataclass(frozen=True, slots=True)
class Ground:
    """One permission of the convenant: these kinds of signal, from this source, on this legal basis."""

    id: str
    source: Source
    kinds: frozenset[SignalKind]
    basis: Literal["statutory", "consent"]
    law: Law
    article: str
    label: str
    in_force_from: date
    in_force_until: date | None
    retention_days: int
    rungs: Mapping[RecipientRole, Rung]

    def in_force(self, today: date) -> bool:
        """Whether the ground holds on this day."""
        return self.in_force_from <= today and (self.in_force_until is None or today < self.in_force_until)


@dataclass(frozen=True, slots=True)
class Convenant:
    """The permissions, in the order in which they are tried."""

    id: str
    version: str
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes an alert: so many signals, from so many sectors and kinds, within so many days."""

    id: str
    version: str
    name: str
    theme: str
    title: str
    why: str
    urgency: Urgency
    respond_within_days: int
    window_days: int
    min_signals: int
    min_sectors: int
    min_kinds: int
    sectors: frozenset[Sector]
    crisis_only: bool


@dataclass(frozen=True, slots=True)
class Routing:
    """Which team is responsible for which area, and whom a team may call about which source."""

    version: str
    teams: Mapping[TeamId, str]
    areas: Mapping[AreaCode, TeamId]
    area_names: Mapping[AreaCode, str]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy in force, and which parts of it are switched off."""

    hash: str
    convenant: Convenant
    rules: tuple[Rule, ...]
    routing: Routing
    stopped: frozenset[str]

    def ground(self, id: str) -> Ground | None:
        """The ground with this id, if the convenant has it."""
        return next((ground for ground in self.convenant.grounds if ground.id == id), None)

    def is_stopped(self, kind: Literal["ground", "rule"], id: str) -> bool:
        """Whether somebody switched this part off."""
        return "all" in self.stopped or f"{kind}:{id}" in self.stopped

    def active_rules(self, theme: str) -> tuple[Rule, ...]:
        """The rules of a theme that are not switched off, most urgent first as they stand in the bundle."""
        return tuple(r for r in self.rules if r.theme == theme and not self.is_stopped("rule", r.id))

    @property
    def themes(self) -> tuple[str, ...]:
        """Every theme, once, in order."""
        return tuple(dict.fromkeys(rule.theme for rule in self.rules))

    @property
    def longest_retention_days(self) -> int:
        """After so many days no signal of today can be live any more."""
        return max(ground.retention_days for ground in self.convenant.grounds)
