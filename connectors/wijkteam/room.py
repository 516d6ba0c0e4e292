"""What every request needs: the database, the clock, the vault, and who is asking. Wired once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from connectors.brp import Brp
from connectors.vault.api import Vault
from connectors.wijkteam.access import Access, Limiter
from connectors.wijkteam.database import Database
from connectors.wijkteam.keys import FeedKeys
from schemas.civil import civil_day

#: reveals an hour of one user; more is not how somebody prepares a conversation
REVEALS = 60


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the web must know and cannot ask."""

    keys: FeedKeys = field(repr=False)
    secure: bool = False
    municipality: str = "Gemeente Waterrijk"
    contact: str = "toegankelijkheid@waterrijk.example"


class Room:
    """One running feed."""

    def __init__(
        self,
        settings: WebSettings,
        connect_web: Callable[[], psycopg.Connection[Any]],
        vault: Vault,
        brp: Brp,
        now: Callable[[], datetime] = clock,
    ) -> None:
        self.settings, self.vault, self.brp, self.now = settings, vault, brp, now
        self.database = Database(connect_web)
        self.access = Access(self.database, now)
        self.reveals = Limiter(now, timedelta(hours=1))

    def today(self) -> date:
        """The civil day in Europe/Amsterdam."""
        return civil_day(self.now())
