"""Policy as values: what the convenant permits, what the rules look for, and who is responsible where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from schemas.events.alert import Contact
from schemas.identity import AreaCode, TeamId
from schemas.vocabulary import Attestation, Law, RecipientRole, Rung, Sector, SignalKind, Source, Urgency


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
    requires: frozenset[Attestation] = frozenset()

    def in_force(self, today: date) -> bool:
        """Whether the ground holds on this day."""
        return self.in_force_from <= today and (self.in_force_until is None or today < self.in_force_until)


@dataclass(frozen=True)
class Convenant:
    """The permissions, in the order in which they are tried."""

    id: str
    version: str
    grounds: tuple[Ground, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Ground]:
        """Every ground by its id; of two with one id the first."""
        return {each.id: each for each in reversed(self.grounds)}

    @cached_property
    def by_kind(self) -> Mapping[tuple[Source, SignalKind], tuple[Ground, ...]]:
        """The grounds that speak of a kind of signal from a source, in order."""
        pairs = {(ground.source, kind) for ground in self.grounds for kind in ground.kinds}
        return {
            (source, kind): tuple(g for g in self.grounds if g.source == source and kind in g.kinds)
            for source, kind in pairs
        }

    @cached_property
    def retention_by_source(self) -> Mapping[Source, int]:
        """After so many days no signal of a source can be live any more."""
        days = sorted((ground.retention_days, ground.source) for ground in self.grounds)
        return {source: longest for longest, source in days}

    @cached_property
    def turning_days(self) -> tuple[date, ...]:
        """The days on which a ground begins or ceases to hold."""
        days = (day for each in self.grounds for day in (each.in_force_from, each.in_force_until))
        return tuple(day for day in days if day is not None)


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


@dataclass(frozen=True)
class Policy:
    """The whole policy in force, and which parts of it are switched off."""

    hash: str
    convenant: Convenant
    rules: tuple[Rule, ...]
    routing: Routing
    stopped: frozenset[str]

    def ground(self, id: str) -> Ground | None:
        """The ground with this id, if the convenant has it."""
        return self.convenant.by_id.get(id)

    def retention_days(self, source: Source) -> int:
        """After so many days no signal of this source can be live any more."""
        return self.convenant.retention_by_source.get(source, self.longest_retention_days)

    def is_stopped(self, kind: Literal["ground", "rule"], id: str) -> bool:
        """Whether somebody switched this part off."""
        return bool(self.stopped) and ("all" in self.stopped or f"{kind}:{id}" in self.stopped)

    def active_rules(self, theme: str) -> tuple[Rule, ...]:
        """The rules of a theme that are not switched off, most urgent first as they stand in the bundle."""
        return self._active.get(theme, ())

    @cached_property
    def _active(self) -> Mapping[str, tuple[Rule, ...]]:
        active = [rule for rule in self.rules if not self.is_stopped("rule", rule.id)]
        return {theme: tuple(rule for rule in active if rule.theme == theme) for theme in self.themes}

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """Every theme, once, in order."""
        return tuple(dict.fromkeys(rule.theme for rule in self.rules))

    @cached_property
    def longest_retention_days(self) -> int:
        """After so many days no signal of today can be live any more."""
        return max(ground.retention_days for ground in self.convenant.grounds)
