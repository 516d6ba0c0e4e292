"""Who is asking: logging in per team, sessions that end, forms that cannot be forged, tries that are limited."""

import hmac
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from argon2.exceptions import InvalidHashError, VerificationError

from connectors.wijkteam.database import Database
from connectors.wijkteam.users import HASHER

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
#: tries a minute: of one user name, of one address
TRIES_OF_USER, TRIES_OF_ADDRESS = 5, 30
_NOBODY = HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user of a session; team and role are those of this moment, not of the login."""

    username: str
    team: str
    name: str
    role: str
    csrf: str = field(repr=False)


class Limiter:
    """At most so many tries within a window; it remembers a bounded number of names, in this process.

    Time    `now` of the application
    """

    def __init__(self, now: Callable[[], datetime], window: timedelta = timedelta(minutes=1), names: int = 10_000):
        self._now, self._window, self._names = now, window, names
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str, most: int) -> bool:
        """Count a try; whether it may go on."""
        at, hashed = self._now(), sha256(name.encode()).hexdigest()
        with self._lock:
            tries = self._tries.setdefault(hashed, deque())
            self._tries.move_to_end(hashed)
            while tries and tries[0] <= at - self._window:
                tries.popleft()
            if len(self._tries) > self._names:
                self._tries.popitem(last=False)
            if len(tries) >= most:
                return False
            tries.append(at)
            return True


class Access:
    """Sessions: the browser holds 256 random bits, the database their hash."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._limiter = Limiter(now)
        self._at_once = threading.Semaphore(2)  # each check of a password takes 64 MB

    def may_try(self, username: str, address: str) -> bool:
        """Whether one more try to log in is allowed now."""
        of_user = self._limiter.allows(f"user:{username.lower()}", TRIES_OF_USER)
        return self._limiter.allows(f"address:{address}", TRIES_OF_ADDRESS) and of_user

    def logged_in(self, username: str, password: str) -> str | None:
        """A new session's token when name and password belong together; the time does not tell which was wrong."""
        who = username.lower() if username.isprintable() else ""
        with self._database.transaction() as connection:
            row = connection.execute("select password_hash from account_of(%s)", (who,)).fetchone()
        if not self._fits(row[0] if row else _NOBODY, password) or row is None:
            return None
        token = secrets.token_urlsafe(32)
        at = self._now()
        with self._database.transaction() as connection:
            connection.execute(
                "select session_opened(%s, %s, %s, %s, %s)",
                (_hashed(token), who, secrets.token_urlsafe(24), at, at - LONGEST),
            )
        return token

    def _fits(self, password_hash: str, password: str) -> bool:
        with self._at_once:
            try:
                return HASHER.verify(password_hash, password)
            except (VerificationError, InvalidHashError):
                return False

    def viewer(self, token: str | None, touch: bool = True) -> Viewer | None:
        """Who this is, if the session still stands; a poll does not lengthen it."""
        if not token:
            return None
        at = self._now()
        with self._database.transaction() as connection:
            row = connection.execute(
                "select username, team, name, role, csrf from session_of(%s, %s, %s, %s, %s)",
                (_hashed(token), at, at - LONGEST, at - IDLE, touch),
            ).fetchone()
        return Viewer(*row) if row else None

    def logged_out(self, token: str) -> None:
        """The session is over, also for who copied the token."""
        with self._database.transaction() as connection:
            connection.execute("select session_closed(%s)", (_hashed(token),))


def same(given: str, wanted: str) -> bool:
    """Whether a form carries the secret it was given; the time it takes says nothing."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
