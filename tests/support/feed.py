"""A feed for a test: its own database on the real PostgreSQL, fed from the in-memory log, and its web."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from starlette.testclient import TestClient

from connectors.brp import Brp, BrpAnswers, person_file
from connectors.bsn import Bsn, digits_of
from connectors.vault.api import Vault, VaultDown
from connectors.wijkteam.ddl import PROJECTOR, RELAY, ROLES, WEB, install
from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.outbox import relayed
from connectors.wijkteam.projection import projector
from connectors.wijkteam.room import WebSettings
from connectors.wijkteam.tokens import filled
from connectors.wijkteam.users import add_user
from connectors.wijkteam.web import app
from schemas.vocabulary import RecipientRole
from signaalbrug.demo.log import arrived_in
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from streams.runtime.memory import Memory

NOORD, OOST = "wijkteam-noord", "wijkteam-oost"
PASSWORD = "een lang wachtwoord"
KEYS = FeedKeys.of(b"k" * 32)
USERS = {NOORD: "noor", OOST: "oscar"}


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = datetime(2026, 1, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Feed:
    """One feed database and what stands around it."""

    servers: Servers
    clock: Clock = field(default_factory=Clock)
    name: str = field(default_factory=lambda: f"feed_{uuid.uuid4().hex[:12]}")
    urls: Mapping[str, str] = field(init=False)
    read: int = 0
    opened: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.urls = prepare(self.servers.main, self.name, ROLES, install)
        with self.admin() as connection:
            for team, user in USERS.items():
                add_user(connection, team, user, PASSWORD, user.capitalize())
            add_user(connection, NOORD, "leider", PASSWORD, "Leider", RecipientRole.TEAM_LEAD)

    def admin(self) -> psycopg.Connection[Any]:
        main = self.servers.main
        return psycopg.connect(main.url(SUPERUSER, main.password_of(SUPERUSER), self.name), autocommit=True)

    def connecting(self, role: str) -> Callable[[], psycopg.Connection[Any]]:
        return lambda: psycopg.connect(self.urls[role], autocommit=True)

    def project(self, memory: Memory) -> None:
        """Everything new on the in-memory log, as the follower would hand it over."""
        arrived = arrived_in(memory, self.read)
        self.read += len(arrived)
        apply = projector(KEYS, self.clock)
        with self.connecting(PROJECTOR)() as connection, connection.transaction():
            apply(connection, arrived)

    def fill(self, vault: Vault) -> int:
        with self.connecting(PROJECTOR)() as connection:
            return filled(connection, KEYS, vault)

    def relay(self, memory: Memory) -> int:
        with self.connecting(RELAY)() as connection:
            return relayed(connection, memory.recorder, memory.append, self.clock())

    def web(self, vault: Vault, brp: Brp) -> TestClient:
        site = app(WebSettings(KEYS), self.connecting(WEB), vault, brp, self.clock)
        self.opened.append(site.state.database)
        return TestClient(site, base_url="http://feed", follow_redirects=False)

    def close(self) -> None:
        for database in self.opened:
            database.close()

    def one(self, sql: str, *values: Any) -> Any:
        with self.admin() as connection:
            row = connection.execute(sql, values).fetchone()
        return row[0] if row else None


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, page[:500]
    return found[1]


def log_in(client: TestClient, user: str, password: str = PASSWORD) -> Any:
    page = client.get("/inloggen").text
    return client.post("/inloggen", data={"gebruiker": user, "wachtwoord": password, "csrf": csrf_in(page)})


def bearer(client: TestClient, user: str) -> dict[str, str]:
    answer = client.post("/v1/sessies", json={"gebruiker": user, "wachtwoord": PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


class VaultDouble:
    """A vault of fixed tokens for persons of stories, whose names come from a BSN of the test range."""

    def __init__(self, bsn: Bsn) -> None:
        self.bsn, self.down = bsn, False
        self.asked: list[tuple[str, str, str, str]] = []

    def team_tokens(self, team: str, persons: Any) -> list[str]:
        self._answering()
        return [uuid.uuid5(uuid.NAMESPACE_OID, f"{team}/{person}").hex for person in persons]

    def reveal(self, team: str, user: str, token: str, reason: str) -> Bsn:
        self.asked.append((team, user, token, reason))
        self._answering()
        return self.bsn

    def _answering(self) -> None:
        if self.down:
            raise VaultDown


def brp_with(folder: Path, bsn: Bsn) -> BrpAnswers:
    """One person in Waterrijk."""
    (folder / "personen").mkdir(parents=True, exist_ok=True)
    person = {
        "burgerservicenummer": digits_of(bsn),
        "naam": {"volledigeNaam": "Tess Ester"},
        "geboorte": {"datum": {"type": "Datum", "datum": "1984-04-12"}},
        "verblijfplaats": {
            "type": "Adres",
            "verblijfadres": {
                "officieleStraatnaam": "Teststraat",
                "huisnummer": 12,
                "postcode": "9990AA",
                "woonplaats": "Waterrijk",
            },
        },
    }
    answer = {"type": "RaadpleegMetBurgerservicenummer", "personen": [person]}
    (folder / "personen" / person_file(bsn)).write_text(json.dumps(answer))
    return BrpAnswers(folder)
