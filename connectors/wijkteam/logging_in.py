"""Logging in and out: a form before there is a session, a new session after it, and nothing left of the old one."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors.wijkteam import pages
from connectors.wijkteam.access import same
from connectors.wijkteam.forms import BEFORE, SESSION, Field, Stop, cookie_name, form_of, same_origin, set_cookie
from connectors.wijkteam.pages import Kader
from connectors.wijkteam.room import Room


def _form(room: Room, failed: bool = False) -> HTMLResponse:
    """The form, bound to this browser by a cookie of its own."""
    before = secrets.token_urlsafe(24)
    kader = Kader(None, room.today(), room.settings.keys.form(before))
    response = HTMLResponse(pages.login_page(kader, failed), 401 if failed else 200)
    set_cookie(room, response, BEFORE, before)
    return response


def logging_in(router: APIRouter, room: Room) -> None:
    """The routes that need no session yet, and the one that ends it."""

    @router.get("/")
    def front() -> Response:
        return RedirectResponse("/werkvoorraad", 303)

    @router.get("/inloggen")
    def ask() -> Response:
        return _form(room)

    @router.post("/inloggen")
    def enter(request: Request, gebruiker: Field = "", wachtwoord: Field = "", csrf: Field = "") -> Response:
        same_origin(request)
        before = request.cookies.get(cookie_name(room, BEFORE), "")
        if not before or not same(csrf, room.settings.keys.form(before)):
            raise Stop(403)
        if not room.access.may_try(gebruiker, request.client.host if request.client else ""):
            raise Stop(429)
        token = room.access.logged_in(gebruiker, wachtwoord)
        if token is None:
            return _form(room, failed=True)
        if old := request.cookies.get(cookie_name(room, SESSION)):
            room.access.logged_out(old)
        response = RedirectResponse("/werkvoorraad", 303)
        response.delete_cookie(cookie_name(room, BEFORE), path="/")
        set_cookie(room, response, SESSION, token)
        return response

    @router.post("/uitloggen")
    def leave(request: Request, csrf: Field = "") -> Response:
        form_of(room, request, csrf)
        room.access.logged_out(request.cookies[cookie_name(room, SESSION)])
        response = RedirectResponse("/inloggen", 303)
        response.delete_cookie(cookie_name(room, SESSION), path="/")
        return response
