"""The inbox's routes: each asks who it is, reads in one snapshot, and says what the pages say."""

from typing import NamedTuple, get_args

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors.wijkteam import metrics, pages, reading, showing
from connectors.wijkteam.access import Viewer
from connectors.wijkteam.deciding import decided, logged, told
from connectors.wijkteam.forms import Asked, Field, Stop, form_of, is_poll, kader_of, viewer_of
from connectors.wijkteam.logging_in import logging_in
from connectors.wijkteam.pages import Filter, Gegevens, Kader, Tile, Urgency, Werkvoorraad
from connectors.wijkteam.reading import Connection, Names, Row
from connectors.wijkteam.reveal import revealed, usable_reason
from connectors.wijkteam.room import REVEALS, Room
from connectors.wijkteam.templates.environment import BRONNEN
from schemas.civil import civil_day
from schemas.vocabulary import TeamDecisionKind, TeamOutcome

_OUTCOMES = {code for code, _ in showing.OUTCOMES}


def inbox(room: Room) -> APIRouter:
    """All routes of the inbox."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
    logging_in(router, room)
    _lists(router, room)
    _about(router, room)
    _one_alert(router, room)
    _deciding(router, room)
    _revealing(router, room)
    return router


def _filter(tegel: str, zoek: str, urgentie: str, bron: str) -> Filter:
    tile: Tile = tegel if tegel in get_args(Tile) else "open"  # type: ignore[assignment]
    urgency: Urgency | str = urgentie if urgentie in get_args(Urgency) else ""
    return Filter(tile, zoek, urgency, bron if bron in BRONNEN else "")  # type: ignore[arg-type]


def _lists(router: APIRouter, room: Room) -> None:
    @router.get("/werkvoorraad")
    def worklist(
        request: Request,
        tegel: Asked = "open",
        zoek: Asked = "",
        urgentie: Asked = "",
        bron: Asked = "",
        signalering: Asked = "",
        vanaf: Asked = "",
    ) -> str:
        viewer, now, wanted = viewer_of(room, request), room.now(), _filter(tegel, zoek, urgentie, bron)
        with room.database.transaction(viewer.team, viewer.role, snapshot=True) as connection:
            names = reading.names(connection)
            rows = reading.worklist(connection, now, room.today())
            opened = _opened(connection, room, request, viewer, names, signalering) if signalering else None
        untold = [] if is_poll(request) else showing.refusals(rows, viewer.username)
        if not is_poll(request):
            told(room.database, viewer, [*filter(_gone, untold), *([opened.row] if opened else [])], now)
        notice = " ".join(_not_carried_out(row.kenmerk, showing.refusal_of(row)) for row in untold)
        page = showing.page_of(rows, names, wanted, vanaf, now)
        detail = opened.detail if opened else None
        model = Werkvoorraad(page.cards, page.counts, wanted, detail, now, page.next_cursor)
        return pages.werkvoorraad_page(kader_of(room, viewer, names, notice or None), model)

    @router.get("/afgehandeld")
    def settled(request: Request) -> str:
        viewer = viewer_of(room, request)
        with room.database.transaction(viewer.team, viewer.role, snapshot=True) as connection:
            names, rows = reading.names(connection), reading.closed(connection, room.today())
        shown = tuple(
            (
                showing.card(row, names, room.now()),
                TeamOutcome(row.outcome or "unknown").label,
                civil_day(row.changed_at),
            )
            for row in rows
        )
        return pages.afgehandeld_page(kader_of(room, viewer, names), shown)


def _about(router: APIRouter, room: Room) -> None:
    @router.get("/uitleg")
    def explained(request: Request) -> str:
        viewer = viewer_of(room, request)
        with room.database.transaction(viewer.team, viewer.role) as connection:
            names = reading.names(connection)
        return pages.uitleg_page(kader_of(room, viewer, names), showing.rules_of(names))

    @router.get("/toegankelijkheid")
    def accessible() -> str:
        return pages.toegankelijkheid_page(Kader(None, room.today(), ""), room.settings.contact)


def _gone(row: Row) -> bool:
    """Whether there is no page any more on which its user could read what became of the decision."""
    return row.standing == "withdrawn"


def _not_carried_out(kenmerk: str, reason: str | None) -> str:
    return f"Uw besluit over {kenmerk} is niet doorgevoerd: {reason}."


class Opened(NamedTuple):
    """One alert as it was read, and as it is shown."""

    row: Row
    detail: pages.Detail


def _opened(
    connection: Connection, room: Room, request: Request, viewer: Viewer, names: Names, alert: str
) -> Opened:
    """One alert of this team, and the line in the log that it was looked at.

    Raises  Stop(404), the same for another team's alert and for one that never was
    """
    now = room.now()
    row = reading.one(connection, alert, room.today())
    if row is None:
        raise Stop(404)
    if row.body is not None and not is_poll(request):
        if not row.seen:
            metrics.FIRST_OPEN.labels(row.team, row.body["urgency"]).observe((now - row.changed_at).total_seconds())
        logged(connection, viewer, "viewed", now, alert)
    members, log = reading.members_of(connection, alert), reading.log_of(connection, alert)
    return Opened(row, showing.detail(row, names, members, log, viewer.csrf, now))


def _one_alert(router: APIRouter, room: Room) -> None:
    @router.get("/signaleringen/{alert}")
    def alert_page(request: Request, alert: str) -> str:
        viewer = viewer_of(room, request)
        with room.database.transaction(viewer.team, viewer.role, snapshot=True) as connection:
            names = reading.names(connection)
            row, detail = _opened(connection, room, request, viewer, names, alert)
        if not is_poll(request):
            told(room.database, viewer, [row], room.now())
        reason = detail.refused_reason if detail.kaart.state in pages.WITHOUT_CONTENT else None
        notice = _not_carried_out(detail.kaart.kenmerk, reason) if reason else None
        return pages.signalering_page(kader_of(room, viewer, names, notice), detail)


def _deciding(router: APIRouter, room: Room) -> None:
    @router.post("/signaleringen/{alert}/oppakken")
    def take_up(request: Request, alert: str, csrf: Field = "", revisie: Field = "") -> Response:
        viewer = form_of(room, request, csrf)
        return _decide(room, viewer, alert, revisie, TeamDecisionKind.TAKEN_UP, None)

    @router.post("/signaleringen/{alert}/afsluiten")
    def close(
        request: Request, alert: str, csrf: Field = "", revisie: Field = "", uitkomst: Field = ""
    ) -> Response:
        viewer = form_of(room, request, csrf)
        outcome = TeamOutcome(uitkomst) if uitkomst in _OUTCOMES else None
        return _decide(room, viewer, alert, revisie, TeamDecisionKind.CLOSED, outcome)


def _revealing(router: APIRouter, room: Room) -> None:
    @router.post("/signaleringen/{alert}/gegevens")
    def reveal(
        request: Request, alert: str, csrf: Field = "", revisie: Field = "", persoon: Field = "", reden: Field = ""
    ) -> Response:
        viewer, now = form_of(room, request, csrf), room.now()
        reason = usable_reason(reden)
        if reason is None:
            raise Stop(404 if _absent(room, viewer, alert) else 400, alert)
        if not room.reveals.allows(viewer.username, REVEALS):
            raise Stop(429, alert)
        found = revealed(room, viewer, alert, persoon, reason)
        if found is None:
            raise Stop(404)
        with room.database.transaction(viewer.team, viewer.role) as connection:
            names = reading.names(connection)
        kaart = showing.card(found.row, names, now)
        model = Gegevens(kaart, found.label, reason, now, found.identity)
        down = found.identity is None and kaart.state not in pages.WITHOUT_CONTENT
        return HTMLResponse(pages.gegevens_page(kader_of(room, viewer, names), model), 503 if down else 200)


def _absent(room: Room, viewer: Viewer, alert: str) -> bool:
    with room.database.transaction(viewer.team, viewer.role) as connection:
        return reading.one(connection, alert, room.today()) is None


def _decide(
    room: Room, viewer: Viewer, alert: str, revision: str, kind: TeamDecisionKind, outcome: TeamOutcome | None
) -> Response:
    with room.database.transaction(viewer.team, viewer.role) as connection:
        row = reading.one(connection, alert, room.today())
        if row is None:
            raise Stop(404)
        if not (revision.isascii() and revision.isdigit() and len(revision) < 9) or (
            kind is TeamDecisionKind.CLOSED and outcome is None
        ):
            raise Stop(400, alert)
        verdict = decided(connection, viewer, row, int(revision), kind, outcome, room.now())
    structlog.get_logger().info("decided", team=viewer.team, alert=alert, reason=verdict)
    if verdict != "accepted":
        raise Stop(409, alert)
    return RedirectResponse(f"/signaleringen/{alert}", 303)
