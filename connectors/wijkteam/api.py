"""`/v1` for a team's own system: the same rows, the same rules and the same log as the inbox.

Source  NL API Design Rules 2.x: OpenAPI at /v1/openapi.json, API-Version on every answer, problem+json
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from connectors.wijkteam import api_models as say
from connectors.wijkteam import metrics, pages, reading, showing
from connectors.wijkteam.access import Viewer
from connectors.wijkteam.api_problems import documented, problems
from connectors.wijkteam.deciding import decided, logged
from connectors.wijkteam.reveal import revealed, usable_reason
from connectors.wijkteam.room import REVEALS, Room
from schemas.vocabulary import TeamDecisionKind, TeamOutcome

API_VERSION = "1.0.0"
_ETAG = re.compile(r'"(\d{1,8})"')
_MISSING = "Er is geen signalering met dit id voor dit wijkteam."
_STATUS = {"stale": (412, "De signalering is intussen gewijzigd; haal haar opnieuw op.")}
_CONFLICT = {
    "changed": "Er zijn nieuwere gegevens; de inhoud is nu niet te zien.",
    "busy": "Een eerder besluit over deze signalering wordt nog verwerkt.",
    "settled": "In deze toestand kan dit besluit niet worden genomen.",
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": say.Probleem, "description": text}
    for status, text in {400: "Ongeldige invoer", 401: "Niet ingelogd", 404: "Niet gevonden"}.items()
}
_DECIDES = _PROBLEMS | {
    status: {"model": say.Probleem, "description": text}
    for status, text in {409: "Conflict", 412: "Verouderde revisie", 428: "If-Match ontbreekt"}.items()
}
_FOUND = {status: said for status, said in _PROBLEMS.items() if status != 404}
AlertId = Annotated[str, Path(max_length=64, description="Het id van de signalering.")]
IfMatch = Annotated[str | None, Header(description="De ETag van de revisie die u zag.")]
Who = Callable[..., Viewer]


def api(room: Room) -> FastAPI:
    """The application that is mounted on `/v1`."""
    v1 = FastAPI(
        title="Signalering voor wijkteams",
        version=API_VERSION,
        description="Signaleringen van één wijkteam: lijst, detail, feed, besluiten en gegevens.",
        contact={
            "name": room.settings.municipality,
            "url": "https://signaalbrug.example/contact",
            "email": room.settings.contact,
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "https://signalering.waterrijk.example/v1"}],
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        root_path_in_servers=False,
        redirect_slashes=False,
    )
    bearer = HTTPBearer(auto_error=False, description="Het token van POST /sessies.")

    def who(given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]) -> Viewer:
        viewer = room.access.viewer(given.credentials if given else None)
        if viewer is None:
            raise HTTPException(401, "Log eerst in met POST /v1/sessies.")
        return viewer

    _sessions(v1, room, bearer)
    _reading(v1, room, who)
    _feed(v1, room, who)
    _deciding(v1, room, who)
    _revealing(v1, room, who)
    problems(v1)
    v1.openapi = partial(documented, v1)  # type: ignore[method-assign]
    _versioned(v1)
    return v1


def _versioned(v1: FastAPI) -> None:
    @v1.middleware("http")
    async def versioned(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["API-Version"] = API_VERSION
        return response


def _sessions(v1: FastAPI, room: Room, bearer: HTTPBearer) -> None:
    @v1.post("/sessies", status_code=201, responses=_FOUND, tags=["sessies"])
    def log_in(request: Request, given: say.Inloggegevens) -> say.Sessie:
        """Log in; het token geldt voor één gebruiker van één wijkteam."""
        if not room.access.may_try(given.gebruiker, request.client.host if request.client else ""):
            raise HTTPException(429, "Te veel pogingen. Wacht een minuut.", {"Retry-After": "60"})
        token = room.access.logged_in(given.gebruiker, given.wachtwoord)
        if token is None:
            raise HTTPException(401, "Gebruikersnaam en wachtwoord horen niet bij elkaar.")
        return say.Sessie(token=token)

    @v1.delete("/sessies/huidige", status_code=204, tags=["sessies"])
    def log_out(given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]) -> None:
        """Log uit; het token is daarna niet meer geldig."""
        if given is not None:
            room.access.logged_out(given.credentials)


def _reading(v1: FastAPI, room: Room, who: Who) -> None:
    @v1.get("/signaleringen", responses=_FOUND, tags=["signaleringen"])
    def listed(
        viewer: Annotated[Viewer, Depends(who)],
        urgentie: Annotated[pages.Urgency | None, Query()] = None,
        bron: Annotated[str | None, Query(max_length=40)] = None,
        vanaf: Annotated[str, Query(max_length=60)] = "",
        aantal: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> say.Lijst:
        """Wat het wijkteam nu voor zich heeft, het dringendste eerst."""
        with room.database.transaction(viewer.team, viewer.role, snapshot=True) as connection:
            names = reading.names(connection)
            rows = reading.worklist(connection, room.now(), room.today())
            logged(connection, viewer, "list", room.now())
        wanted = pages.Filter(urgentie=urgentie or "", bron=bron or "")
        page = showing.page_of(rows, names, wanted, vanaf, room.now(), aantal)
        revisions = {row.alert: row.revision for row in rows}
        cards = [say.Samenvatting(**say.summary(k, revisions[k.alert_id])) for k in page.cards]  # type: ignore[arg-type]
        return say.Lijst(signaleringen=cards, volgende=page.next_cursor)

    @v1.get("/signaleringen/{signalering}", responses=_PROBLEMS, tags=["signaleringen"])
    def one(signalering: AlertId, viewer: Annotated[Viewer, Depends(who)], response: Response) -> say.Signalering:
        """Eén signalering met haar uitleg, zoals uw rol haar mag zien. De ETag is de revisie."""
        now = room.now()
        with room.database.transaction(viewer.team, viewer.role, snapshot=True) as connection:
            names, row = reading.names(connection), reading.one(connection, signalering, room.today())
            if row is None:
                raise HTTPException(404, _MISSING)
            if row.body is not None:
                logged(connection, viewer, "viewed", now, signalering)
            members = reading.members_of(connection, signalering)
        response.headers["ETag"] = f'"{row.revision}"'
        return say.whole(row, showing.detail(row, names, members, (), "", now))


def _feed(v1: FastAPI, room: Room, who: Who) -> None:
    @v1.get("/gebeurtenissen", responses=_FOUND, tags=["feed"])
    def feed(
        viewer: Annotated[Viewer, Depends(who)],
        na: Annotated[int, Query(ge=0, lt=2**62, description="De laatste positie die u kent.")] = 0,
        aantal: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> say.Gebeurtenissen:
        """Wat er na deze positie veranderde, zonder inhoud; posities tellen per wijkteam zonder gaten."""
        with room.database.transaction(viewer.team, viewer.role) as connection:
            found = reading.entries_after(connection, na, aantal)
        entries = []
        for position, alert, revision, kind, why, at in found:
            metrics.FEED_DELIVERY.labels("pull").observe(max(0.0, (room.now() - at).total_seconds()))
            entries.append(
                say.Gebeurtenis(
                    positie=position,
                    signalering=alert,
                    revisie=revision,
                    soort=kind,
                    reden=why or None,
                    tijdstip=at,
                )
            )
        return say.Gebeurtenissen(gebeurtenissen=entries, volgende=entries[-1].positie if entries else na)


def _deciding(v1: FastAPI, room: Room, who: Who) -> None:
    def decide(
        viewer: Viewer, alert: str, seen: str | None, kind: TeamDecisionKind, outcome: TeamOutcome | None
    ) -> say.Aanvaard:
        with room.database.transaction(viewer.team, viewer.role) as connection:
            row = reading.one(connection, alert, room.today())
            if row is None:
                raise HTTPException(404, _MISSING)
            if seen is None:
                raise HTTPException(428, "Stuur If-Match mee met de ETag van de revisie die u zag.")
            if (revision := _ETAG.fullmatch(seen)) is None:
                raise HTTPException(400, "If-Match is geen ETag van een signalering.")
            verdict = decided(connection, viewer, row, int(revision[1]), kind, outcome, room.now())
        if verdict != "accepted":
            raise HTTPException(*_STATUS.get(verdict, (409, _CONFLICT.get(verdict))))
        return say.Aanvaard()

    @v1.post("/signaleringen/{signalering}/oppakken", status_code=202, responses=_DECIDES, tags=["besluiten"])
    def take_up(
        signalering: AlertId, viewer: Annotated[Viewer, Depends(who)], if_match: IfMatch = None
    ) -> say.Aanvaard:
        """Het wijkteam pakt dit op. Het antwoord staat later bij `besluit` van de signalering."""
        return decide(viewer, signalering, if_match, TeamDecisionKind.TAKEN_UP, None)

    @v1.post("/signaleringen/{signalering}/afsluiten", status_code=202, responses=_DECIDES, tags=["besluiten"])
    def close(
        signalering: AlertId,
        given: say.Afsluiting,
        viewer: Annotated[Viewer, Depends(who)],
        if_match: IfMatch = None,
    ) -> say.Aanvaard:
        """Het wijkteam is klaar, met deze uitkomst."""
        if given.uitkomst not in {code for code, _ in showing.OUTCOMES}:
            raise HTTPException(400, "Ongeldig of ontbrekend: uitkomst")
        return decide(viewer, signalering, if_match, TeamDecisionKind.CLOSED, TeamOutcome(given.uitkomst))


def _revealing(v1: FastAPI, room: Room, who: Who) -> None:
    @v1.post("/signaleringen/{signalering}/gegevens", responses=_PROBLEMS, tags=["gegevens"])
    def reveal(
        signalering: AlertId, given: say.Vraag, viewer: Annotated[Viewer, Depends(who)]
    ) -> say.Persoonsgegevens:
        """Naam, geboortejaar en adres van een betrokkene; wie vroeg en waarom staat in het logboek."""
        reason = usable_reason(given.reden)
        if reason is None:
            raise HTTPException(400, "Ongeldig of ontbrekend: reden (5 tot 200 tekens, zonder nummers)")
        if not room.reveals.allows(viewer.username, REVEALS):
            raise HTTPException(429, "Te veel verzoeken.", {"Retry-After": "3600"})
        found = revealed(room, viewer, signalering, given.betrokkene, reason)
        if found is None:
            raise HTTPException(404, _MISSING)
        if found.row.body is None:
            raise HTTPException(409, _CONFLICT["changed"])
        if found.identity is None:
            raise HTTPException(503, "De gegevens zijn nu niet op te halen.")
        shown = found.identity
        return say.Persoonsgegevens(naam=shown.name, geboortejaar=shown.birth_year, adres=shown.address)
