"""The content of an alert for one recipient role, as it is kept: what the view says and nothing more."""

from typing import Any

from schemas.events.alert import Alert, SignalLine, View


def body_of(event: Alert, view: View) -> dict[str, Any]:
    """One view as JSON; dates in ISO form."""
    return {
        "title": view.title,
        "why": view.why,
        "urgency": event.urgency.value,
        "area": event.area,
        "rule": event.rule,
        "rule_version": event.rule_version,
        "since": view.since.isoformat(),
        "window_start": view.window_start.isoformat(),
        "window_end": view.window_end.isoformat(),
        "respond_before": event.respond_before.isoformat() if event.respond_before else None,
        "sources": [source.value for source in view.sources],
        "not_used": [source.label for source in view.not_used],
        "lines": [
            {
                "date": line.observed_on.isoformat(),
                "source": line.source.value,
                "domain": _domain(line),
                "ground": line.ground,
                "marks": [mark.value for mark in line.marks],
                "inform_by": line.inform_by.isoformat() if line.inform_by else None,
            }
            for line in view.lines
        ],
        "contacts": [{"label": each.label, "reach": each.reach} for each in view.contacts],
    }


def _domain(line: SignalLine) -> str:
    if line.life_domain is None:
        return "niet getoond"
    domain = line.life_domain.label.capitalize()
    return domain if line.signal_kind is None else f"{domain}: {line.signal_kind.label}"
