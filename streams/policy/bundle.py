"""A policy record and the Policy it stands for: canonical JSON on the log, typed values in the core."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from schemas.events.alert import Contact
from schemas.events.context import PolicyPublished
from schemas.identity import AreaCode, TeamId
from schemas.vocabulary import (
    Attestation,
    Law,
    PolicyKind,
    RecipientRole,
    Rung,
    Sector,
    SignalKind,
    Source,
    Urgency,
)
from streams.core.policy import Convenant, Ground, Policy, Routing, Rule


def canonical(bundle: Mapping[str, Any]) -> str:
    """The one written form of a bundle: convenant, rules, routing."""
    return json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def policy_hash(bundle: str, stopped: Sequence[str]) -> str:
    """What names a policy: the bundle and the parts that are switched off."""
    return hashlib.sha256("\x1f".join([bundle, *sorted(stopped)]).encode()).hexdigest()


def published(
    bundle: str, recorded_at: datetime, stopped: Sequence[str] = (), kind: PolicyKind = PolicyKind.BUNDLE
) -> PolicyPublished:
    """The record that puts a bundle in force."""
    switched_off = tuple(sorted(stopped))
    return PolicyPublished(
        kind=kind,
        policy_hash=policy_hash(bundle, switched_off),
        bundle=bundle,
        stopped=switched_off,
        signature=None,
        recorded_at=recorded_at,
    )


def policy_of(event: PolicyPublished) -> Policy:
    """The typed policy of a record, read once per hash.

    Raises  ValueError when the hash is not that of the bundle
    """
    return _policy(event.policy_hash, event.bundle, event.stopped)


@lru_cache(maxsize=32)
def _policy(named: str, bundle: str, stopped: tuple[str, ...]) -> Policy:
    if policy_hash(bundle, stopped) != named:
        raise ValueError("policy hash")
    raw = json.loads(bundle)
    return Policy(
        hash=named,
        convenant=_convenant(raw["convenant"]),
        rules=tuple(map(rule_of, raw["rules"])),
        routing=_routing(raw["routing"]),
        stopped=frozenset(stopped),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def _convenant(raw: Mapping[str, Any]) -> Convenant:
    return Convenant(raw["id"], raw["version"], tuple(map(_ground, raw["ground"])))


def _ground(raw: Mapping[str, Any]) -> Ground:
    return Ground(
        id=raw["id"],
        source=Source(raw["source"]),
        kinds=frozenset(map(SignalKind, raw["kinds"])),
        basis=raw["basis"],
        law=Law(raw["law"]),
        article=raw["article"],
        label=raw["label"],
        in_force_from=date.fromisoformat(raw["in_force_from"]),
        in_force_until=_day(raw.get("in_force_until")),
        retention_days=raw["retention_days"],
        rungs={RecipientRole(role): Rung(rung) for role, rung in raw["rungs"].items()},
        requires=frozenset(map(Attestation, raw.get("requires", ()))),
    )


def rule_of(raw: Mapping[str, Any]) -> Rule:
    """The typed rule of a bundle."""
    return Rule(
        id=raw["id"],
        version=raw["version"],
        name=raw["name"],
        theme=raw["theme"],
        title=raw["title"],
        why=raw["why"],
        urgency=Urgency(raw["urgency"]),
        respond_within_days=raw["respond_within_days"],
        window_days=raw["window_days"],
        min_signals=raw["min_signals"],
        min_sectors=raw["min_sectors"],
        min_kinds=raw["min_kinds"],
        sectors=frozenset(map(Sector, raw["sectors"])),
        crisis_only=raw["crisis_only"],
    )


def _routing(raw: Mapping[str, Any]) -> Routing:
    areas = {AreaCode(each["code"]): each for each in raw["area"]}
    return Routing(
        version=raw["version"],
        teams={TeamId(each["id"]): each["name"] for each in raw["team"]},
        areas={code: TeamId(each["team"]) for code, each in areas.items()},
        area_names={code: each["name"] for code, each in areas.items()},
        contacts=tuple(Contact(Source(c["source"]), c["label"], c["reach"]) for c in raw["contact"]),
    )
