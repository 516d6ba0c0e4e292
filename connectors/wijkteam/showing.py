"""From rows to what a page shows: cards, one alert in full, filters and tiles. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from connectors.wijkteam import pages
from connectors.wijkteam.pages import Detail, Filter, Kaart, LogRegel, Persoon, Regel, Tellingen, Urgency
from connectors.wijkteam.reading import Names, Row, state_of
from schemas.civil import civil_day
from schemas.vocabulary import AlertReason, Mark, Sector, TeamOutcome

PAGE = 50
URGENCIES: dict[str, Urgency] = {"today": "vandaag", "this_week": "deze_week", "follow": "volgen"}
_RANK = {"vandaag": 0, "deze_week": 1, "volgen": 2}
OUTCOMES = tuple((each.value, each.label.capitalize()) for each in TeamOutcome if each is not TeamOutcome.UNKNOWN)
#: what a line of the log says; `list` and logins are not about one alert
WORDS = {
    "opened": "Signalering verstuurd aan uw team",
    "updated": "Signalering bijgewerkt",
    "withdrawn": "Signalering ingetrokken",
    "closed": "Signalering afgesloten",
    "decision_not_applied": "Besluit niet doorgevoerd",
    "hidden": "Inhoud verborgen: er zijn nieuwere gegevens",
    "shown": "Inhoud weer zichtbaar",
    "viewed": "Geopend",
    "revealed": "Gegevens opgevraagd",
    "taken_up": "Wil oppakken",
    "closing": "Wil afsluiten",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What of the list is shown, how many there are per tile, and where the next page begins."""

    cards: tuple[Kaart, ...]
    counts: Tellingen
    next_cursor: str | None


def card(row: Row, names: Names, now: datetime) -> Kaart:
    """The card of an alert; what may not be seen has nothing on it to filter, sort or count by."""
    state, body = state_of(row, now), row.body
    if body is None or state in pages.WITHOUT_CONTENT:
        day = civil_day(row.changed_at)
        return Kaart(row.alert, row.kenmerk, "", "volgen", (), "", state, day, None, None, False)
    respond = body.get("respond_before")
    return Kaart(
        alert_id=row.alert,
        kenmerk=row.kenmerk,
        title=body["title"],
        urgency=URGENCIES.get(body["urgency"], "volgen"),
        sources=tuple(body.get("sources", ())),
        area_name=names.areas.get(body["area"], body["area"]),
        state=state,
        since=date.fromisoformat(body["since"]),
        respond_before=date.fromisoformat(respond) if respond else None,
        taken_by=row.taken_by,
        is_new=not row.seen,
    )


def page_of(rows: Iterable[Row], names: Names, wanted: Filter, after: str, now: datetime, size: int = PAGE) -> Page:
    """The cards that fit the filter, most urgent first, those without content last."""
    everything = [(card(row, names, now), row.number) for row in rows]
    fitting = {_place(kaart, number): kaart for kaart, number in everything if _fits(kaart, wanted)}
    rest = [place for place in sorted(fitting) if place > after]
    more = rest[size - 1] if len(rest) > size else None
    return Page(tuple(fitting[place] for place in rest[:size]), _counts([kaart for kaart, _ in everything]), more)


def _hidden(kaart: Kaart) -> bool:
    return kaart.state in pages.WITHOUT_CONTENT


def _fits(kaart: Kaart, wanted: Filter) -> bool:
    sought = wanted.zoek.strip().casefold()
    if _hidden(kaart):
        whole = wanted.tegel == "open" and not wanted.urgentie and not wanted.bron
        return whole and (not sought or sought in kaart.kenmerk.casefold())
    return (
        _on_tile(kaart, wanted.tegel)
        and (not wanted.urgentie or kaart.urgency == wanted.urgentie)
        and (not wanted.bron or wanted.bron in kaart.sources)
        and (not sought or sought in f"{kaart.kenmerk} {kaart.title}".casefold())
    )


def _on_tile(kaart: Kaart, tile: str) -> bool:
    match tile:
        case "vandaag":
            return kaart.urgency == "vandaag"
        case "niet_opgepakt":
            return kaart.taken_by is None and kaart.state != "opgepakt"
        case "opgepakt":
            return kaart.taken_by is not None or kaart.state == "opgepakt"
        case _:
            return True


def _counts(cards: Sequence[Kaart]) -> Tellingen:
    shown = [kaart for kaart in cards if not _hidden(kaart)]
    waiting = sum(kaart.state == "wordt_bijgewerkt" for kaart in cards)
    per_tile = {tile: sum(_on_tile(k, tile) for k in shown) for tile in ("vandaag", "niet_opgepakt", "opgepakt")}
    return Tellingen(open=len(shown) + waiting, **per_tile)


def _place(kaart: Kaart, number: int) -> str:
    """Where a card stands in the list, as text that sorts; also the cursor that asks for what comes after it."""
    if _hidden(kaart):
        return f"1.9..{number:010d}"
    return f"0.{_RANK[kaart.urgency]}.{(kaart.respond_before or date.max).isoformat()}.{number:010d}"


def detail(
    row: Row,
    names: Names,
    members: Iterable[tuple[int, str | None]],
    log: Iterable[tuple[datetime, str, str]],
    csrf: str,
    now: datetime,
) -> Detail:
    """One alert in full, or what is left of it when its content may not be seen now."""
    kaart = card(row, names, now)
    body = cast(dict[str, Any], row.body or {})
    rule = names.rules.get(body.get("rule", ""), {})
    first, last = body.get("window_start"), body.get("window_end")
    return Detail(
        kaart=kaart,
        revision=row.revision,
        why=body.get("why", ""),
        rule_name=rule.get("name", body.get("rule", "")),
        rule_version=body.get("rule_version", ""),
        lines=tuple(_line(each) for each in body.get("lines", ())),
        not_used=tuple(body.get("not_used", ())),
        window_start=date.fromisoformat(first) - timedelta(days=1) if first else kaart.since,
        window_end=date.fromisoformat(last) if last else kaart.since,
        contacts=tuple(_contact(each) for each in body.get("contacts", ())),
        persons=tuple(Persoon(token, f"Persoon {ordinal}") for ordinal, token in members),
        log=tuple(LogRegel(at, who, WORDS[what]) for at, who, what in log if what in WORDS),
        outcomes=OUTCOMES,
        refused_reason=refusal_of(row),
        csrf=csrf,
        visible_until=row.usable_until - timedelta(days=1) if row.usable_until and row.live else None,
    )


def _line(each: dict[str, Any]) -> pages.Lijn:
    inform_by = each.get("inform_by")
    return pages.Lijn(
        date.fromisoformat(each["date"]),
        each["source"],
        each["domain"],
        each["ground"],
        tuple(Mark(mark).label for mark in each.get("marks", ())),
        date.fromisoformat(inform_by) if inform_by else None,
    )


def _contact(each: dict[str, str]) -> pages.Contact:
    organisation, comma, role = each["label"].partition(", ")
    reach = each["reach"]
    email, phone = (reach, None) if "@" in reach else (None, reach)
    return pages.Contact(organisation, role if comma else "spreekuur", phone, email)


def refusal_of(row: Row) -> str | None:
    """Why the team's newest decision was not carried out, as a sentence's second half."""
    if row.decided is None or row.decided.applied is not False:
        return None
    return AlertReason(row.decided.reason or "unknown").label


def refusals(rows: Iterable[Row], username: str) -> list[Row]:
    """The alerts about which this user must still be told that nothing came of the decision."""
    return [
        r for r in rows if refusal_of(r) and r.decided and r.decided.username == username and not r.decided.told_at
    ]


def rules_of(names: Names) -> tuple[Regel, ...]:
    """The rules in force in plain Dutch."""
    return tuple(_rule(each, names.since or date.min) for each in names.rules.values())


def _rule(rule: Any, since: date) -> Regel:
    sectors = " en ".join(Sector(each).label for each in rule["sectors"])
    signals, domains = rule["min_signals"], rule["min_sectors"]
    told = (
        f"De regel telt signalen over {sectors} binnen {rule['window_days']} dagen. "
        f"Zij vraagt er minstens {signals} uit {domains} {'domein' if domains == 1 else 'domeinen'}."
    )
    if rule["min_kinds"] > 1:
        told += f" Er moeten {rule['min_kinds']} verschillende soorten bij zijn."
    if rule["crisis_only"]:
        told += " Alleen signalen die de bron als bedreigend meldt, tellen mee."
    examples = tuple(each["story"] for each in rule.get("example", ()) if each.get("matches"))
    return Regel(rule["name"], rule["version"], since, told, examples)
