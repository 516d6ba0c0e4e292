"""A BRP for tests, the demo and a municipality that tries out: it refuses what the OpenAPI files refuse.

It serves invented persons from a folder in the shape of Haal Centraal, and gives back only the fields asked for.
"""

import argparse
import json
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from signaalbrug.local.brp_contract import UNASKED, Contract, Invalid, contract

Answer = Mapping[str, Any]
_LARGEST_QUESTION = 100_000
_PERSONS, _HOMES = "/personen", "/bewoningen"

#: What each parameter of a search is compared with.
_FOUND_AT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "burgerservicenummer": ("burgerservicenummer",),
        "geslachtsnaam": ("naam", "geslachtsnaam"),
        "voornamen": ("naam", "voornamen"),
        "voorvoegsel": ("naam", "voorvoegsel"),
        "geslacht": ("geslacht", "code"),
        "geboortedatum": ("geboorte", "datum", "datum"),
        "postcode": ("verblijfplaats", "verblijfadres", "postcode"),
        "huisnummer": ("verblijfplaats", "verblijfadres", "huisnummer"),
        "huisletter": ("verblijfplaats", "verblijfadres", "huisletter"),
        "huisnummertoevoeging": ("verblijfplaats", "verblijfadres", "huisnummertoevoeging"),
        "straat": ("verblijfplaats", "verblijfadres", "officieleStraatnaam"),
        "gemeenteVanInschrijving": ("gemeenteVanInschrijving", "code"),
        "nummeraanduidingIdentificatie": ("verblijfplaats", "nummeraanduidingIdentificatie"),
        "adresseerbaarObjectIdentificatie": ("verblijfplaats", "adresseerbaarObjectIdentificatie"),
    }
)


class Population(Protocol):
    """Who there are and who lives where."""

    def everybody(self) -> Iterable[Answer]:
        """Every `Persoon`, with all that is known of them."""

    def occupancies(self, object_id: str) -> Sequence[Answer]:
        """The present `Bewoning` of an adresseerbaar object, if there is one."""


class Answering(Protocol):
    """What stands behind the door."""

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises Refused."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A population whose answers lie in `personen/` and `bewoningen/`, read anew for every question."""

    path: Path

    def everybody(self) -> Iterator[Answer]:
        for file in sorted((self.path / "personen").glob("*.json")):
            yield from json.loads(file.read_text(encoding="utf-8"))["personen"]

    def occupancies(self, object_id: str) -> Sequence[Answer]:
        file = self.path / "bewoningen" / f"{object_id}.json"
        if not file.is_file():
            return ()
        found: Sequence[Answer] = json.loads(file.read_text(encoding="utf-8"))["bewoningen"]
        return found


class Refused(Exception):
    """A question that gets a problem (RFC 7807) for an answer."""

    def __init__(self, status: int, code: str, title: str, mistakes: Sequence[Invalid] = ()) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.mistakes = status, code, title, mistakes

    def problem(self, path: str) -> dict[str, Any]:
        """As the BRP would write it."""
        said: dict[str, Any] = {"title": self.title, "status": self.status, "code": self.code, "instance": path}
        if self.mistakes:
            said["invalidParams"] = [
                {"name": each.name[:30], "code": each.code, "reason": each.reason} for each in self.mistakes
            ]
        return said


@dataclass(frozen=True, slots=True)
class StandIn:
    """The two APIs over one population; with a key, only who shows it is answered."""

    population: Population
    key: str | None = None

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises Refused."""
        if self.key is not None and headers.get("x-api-key") != self.key:
            raise Refused(401, "authentication", "Niet correct geauthenticeerd.")
        if not headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, "unsupported", "Media Type wordt niet ondersteund.")
        if path.endswith(_PERSONS):
            return self._persons(_checked(contract("brp_personen"), body))
        if path.endswith(_HOMES):
            return self._homes(_checked(contract("brp_bewoning"), body))
        raise Refused(404, "notFound", "Opgevraagde resource bestaat niet.")

    def _persons(self, question: Mapping[str, Any]) -> Answer:
        paths = [path.split(".") for path in question["fields"]]
        found = [each for each in self.population.everybody() if _is_meant(each, question)]
        return {"type": question["type"], "personen": [picked(each, paths) for each in found]}

    def _homes(self, question: Mapping[str, Any]) -> Answer:
        if question["type"] != "BewoningMetPeildatum":
            raise Refused(501, "notImplemented", "Alleen de bewoning van nu is er.")
        return {"bewoningen": list(self.population.occupancies(question["adresseerbaarObjectIdentificatie"]))}


def _checked(of: Contract, body: bytes) -> Mapping[str, Any]:
    try:
        question = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "json", "Verzoek is geen JSON.") from None
    if mistakes := of.mistakes(question):
        raise Refused(400, "paramsValidation", "Een of meerdere parameters zijn niet correct.", mistakes)
    checked: Mapping[str, Any] = question
    return checked


def _is_meant(person: Answer, question: Mapping[str, Any]) -> bool:
    by_number = question["type"] == "RaadpleegMetBurgerservicenummer"
    if person.get("overlijden") and not by_number and question.get("inclusiefOverledenPersonen") is not True:
        return False
    return all(_fits(_at(person, where), question[name]) for name, where in _FOUND_AT.items() if name in question)


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return value in wanted
    said, asked = (str(each or "").casefold().replace(" ", "") for each in (value, wanted))
    return said.startswith(asked[:-1]) if asked.endswith("*") else said == asked


def _at(value: Any, where: Sequence[str]) -> Any:
    for name in where:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def picked(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    """Of a part of an answer what these paths ask for; a date is given whole, and some things come unasked."""
    if [] in paths or not isinstance(value, dict | list) or (isinstance(value, dict) and "langFormaat" in value):
        return value
    if isinstance(value, list):
        return [some for each in value if (some := picked(each, paths))]
    asked = {name: [path[1:] for path in paths if path[0] == name] for name in value}
    return {
        name: value[name] if name in UNASKED or name == "type" else picked(value[name], deeper)
        for name, deeper in asked.items()
        if deeper or name in UNASKED or name == "type"
    }


def _handler(answer: Callable[[str, Mapping[str, str], bytes], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_QUESTION)
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                self._say(200, answer(self.path, headers, self.rfile.read(length)), "application/json")
            except Refused as refused:
                self._say(refused.status, refused.problem(self.path), "application/problem+json")

        def _say(self, status: int, said: Answer, media: str) -> None:
            body = json.dumps(said, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{media}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a question holds a number."""

    return Handler


@contextmanager
def serving(stand_in: Answering, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Answer on this machine for as long as the block lasts; gives the URL of both APIs."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(stand_in.answer))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="brp", daemon=True)
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a folder until it is interrupted."""
    parser = argparse.ArgumentParser(prog="brp_server", description="Een BRP met verzonnen personen.")
    parser.add_argument("folder", type=Path, metavar="MAP", help="met personen/ en bewoningen/")
    parser.add_argument("--port", type=int, default=0, help="anders een vrije")
    parser.add_argument("--key", help="de API-sleutel die gevraagd wordt; anders geen")
    wanted = parser.parse_args(arguments)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with serving(StandIn(Folder(wanted.folder), wanted.key), wanted.port) as url:
        print(f"{url}/personen en {url}/bewoningen; Ctrl-C om te stoppen", flush=True)
        with suppress(KeyboardInterrupt):
            stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
