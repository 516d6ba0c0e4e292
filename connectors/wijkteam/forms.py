"""Who sent a request of the inbox, and whether the form is one of ours; and how a request ends early."""

from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from connectors.wijkteam import pages
from connectors.wijkteam.access import Viewer, same
from connectors.wijkteam.pages import Gebruiker, Kader
from connectors.wijkteam.reading import Names
from connectors.wijkteam.room import Room

SESSION, BEFORE = "signalering", "signalering-voor"
Field = Annotated[str, Form(max_length=400)]
Asked = Annotated[str, Query(max_length=60)]


class Stop(Exception):
    """The request ends here, with a status or a response of its own."""

    def __init__(self, status: int, alert: str | None = None, response: Response | None = None) -> None:
        super().__init__(str(status))
        self.status, self.alert, self.response = status, alert, response


def error_page(room: Room, status: int, alert: str | None = None) -> str:
    """What went wrong, without a user: an error tells nobody who is logged in."""
    return pages.fout_page(Kader(None, room.today(), ""), status, alert)


def is_poll(request: Request) -> bool:
    """Whether the page asks by itself: that is not the user looking."""
    return request.headers.get("x-verversen") == "1"


def viewer_of(room: Room, request: Request) -> Viewer:
    """Who asks.

    Raises  Stop: to the login, or 401 for a form or a poll
    """
    viewer = room.access.viewer(request.cookies.get(cookie_name(room, SESSION)), touch=not is_poll(request))
    if viewer is not None:
        return viewer
    if request.method == "GET" and not is_poll(request):
        raise Stop(303, response=RedirectResponse("/inloggen", 303))
    raise Stop(401)


def form_of(room: Room, request: Request, csrf: str) -> Viewer:
    """Who sent this form.

    Raises  Stop(403) when it was not one of our pages, in this session
    """
    same_origin(request)
    viewer = viewer_of(room, request)
    if not same(csrf, viewer.csrf):
        raise Stop(403)
    return viewer


def same_origin(request: Request) -> None:
    """Raises Stop(403) when a browser says that another site sent this."""
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host"):
        raise Stop(403)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Stop(403)


def cookie_name(room: Room, name: str) -> str:
    """The cookie's name: over https one that no other host can set."""
    return f"__Host-{name}" if room.settings.secure else name


def set_cookie(room: Room, response: Response, name: str, value: str) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        cookie_name(room, name), value, path="/", secure=room.settings.secure, httponly=True, samesite="strict"
    )


def kader_of(room: Room, viewer: Viewer, names: Names, notice: str | None = None) -> Kader:
    """What stands around every page of this user."""
    team = names.teams.get(viewer.team, viewer.team)
    return Kader(Gebruiker(viewer.name, team, room.settings.municipality), room.today(), viewer.csrf, notice)
