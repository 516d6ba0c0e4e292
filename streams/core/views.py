"""What each recipient role may see of an alert: the lowest rung that their role has for each ground."""

from collections.abc import Sequence

from schemas.events.alert import SignalLine, View
from schemas.vocabulary import RecipientRole, Rung, Source
from streams.core.policy import Policy
from streams.core.rules import Contributing, Match

ROLES = (RecipientRole.TEAM_MEMBER, RecipientRole.TEAM_LEAD)
CONNECTABLE = tuple(source for source in Source if source is not Source.UNKNOWN)


def _line(each: Contributing, role: RecipientRole, policy: Policy) -> SignalLine | None:
    ground = policy.ground(each.signal.ground)
    rung = ground.rungs.get(role, Rung.NOTHING) if ground is not None else Rung.NOTHING
    if ground is None or rung is Rung.NOTHING:
        return None
    return SignalLine(
        observed_on=each.signal.observed_on,
        source=each.signal.source,
        life_domain=each.signal.life_domain if rung in (Rung.LIFE_DOMAIN, Rung.CODE) else None,
        signal_kind=each.signal.signal_kind if rung is Rung.CODE else None,
        ground=ground.label,
        marks=each.signal.marks,
        inform_by=each.signal.inform_by,
    )


def _listed(words: Sequence[str]) -> str:
    return " en ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def _why(match: Match, shown: Sequence[Contributing]) -> str:
    """The rule's own sentence, filled with what this role may count.

    Source  needs.md N35: words that count and never judge
    """
    sectors = sorted({each.signal.sector.label for each in shown})
    signals = "1 signaal" if len(shown) == 1 else f"{len(shown)} signalen"
    return match.rule.why.format(
        dagen=match.rule.window_days,
        signalen=signals,
        domeinen="1 domein" if len(sectors) == 1 else f"{len(sectors)} domeinen",
        sectoren=_listed(sectors),
        regel=match.rule.name,
        versie=match.rule.version,
        minimum=match.rule.min_signals,
        minimum_domeinen=match.rule.min_sectors,
    )


def _view(match: Match, role: RecipientRole, policy: Policy) -> View:
    pairs = [(each, _line(each, role, policy)) for each in match.signals]
    shown = [each for each, line in pairs if line is not None]
    lines = sorted(
        (line for _, line in pairs if line is not None),
        key=lambda line: (line.observed_on, line.source, line.signal_kind or ""),
        reverse=True,
    )
    seen = {line.source for line in lines}
    return View(
        role=role,
        title=match.rule.title,
        why=_why(match, shown),
        life_domains=tuple(sorted({line.life_domain for line in lines if line.life_domain is not None})),
        sectors=tuple(sorted({each.signal.sector for each in shown})),
        sources=tuple(source for source in CONNECTABLE if source in seen),
        not_used=tuple(source for source in CONNECTABLE if source not in seen),
        since=min((line.observed_on for line in lines), default=match.window_end),
        window_start=match.window_start,
        window_end=match.window_end,
        lines=tuple(lines),
        contacts=tuple(each for each in policy.routing.contacts if each.source in seen),
    )


def views_of(match: Match, policy: Policy) -> tuple[View, ...]:
    """One view per recipient role; a signal that was not permitted is in none and changes none."""
    return tuple(_view(match, role, policy) for role in ROLES)
