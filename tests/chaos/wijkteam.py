"""A wijkteam's own system: reads the feed over HTTP, takes alerts up, loses its connection, comes back."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2

from schemas.identity import derived
from schemas.vocabulary import TeamDecisionKind
from signaalbrug.demo.result import Login

PAUSE_S = 0.2
ENDS_WITHIN_S = 60.0
LARGEST_PAGE = 500
#: Of its turns: how many break the connection, and how many take an alert up.
BREAKS, TAKES = 0.02, 0.04
LATEST = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a team's feed."""

    team: str
    position: int
    alert: str
    revision: int
    kind: str


class Reader:
    """One team's reader, which pages from the last position it knows."""

    def __init__(self, base: str, login: Login, chance: Random) -> None:
        self.entries: list[Entry] = []
        self.accepted: set[str] = set()
        self.reconnects = 0
        self._base, self._login, self._chance = base, login, chance
        self._client: httpx2.Client | None = None
        self._token = ""

    def turn(self) -> int:
        """Ask for what came; returns how much. Whatever goes wrong, the next turn begins with a new connection."""
        try:
            came = self._page(self.entries[-1].position if self.entries else 0)
        except (httpx2.HTTPError, _Refused):
            self.drop()
            return 0
        self.entries += came
        if self._chance.random() < BREAKS:
            self.drop()
        return len(came)

    def decide(self) -> None:
        """Take an alert up now and then; what was answered with 202 must be answered by the steps."""
        if not self.entries or self._chance.random() >= TAKES:
            return
        alert = self._chance.choice(self.entries[-LATEST:]).alert
        try:
            seen = self._ask("GET", f"/v1/signaleringen/{alert}")["revisie"]
            self._ask("POST", f"/v1/signaleringen/{alert}/oppakken", headers={"If-Match": f'"{seen}"'})
        except (httpx2.HTTPError, _Refused):
            return  # or it was accepted and nobody heard so: then the answer comes all the same
        said = (self._login.team, alert, str(seen), TeamDecisionKind.TAKEN_UP.value, "")
        self.accepted.add(derived("team-decision", *said))

    def drop(self) -> None:
        """The connection is gone."""
        if self._client is not None:
            self._client.close()
            self.reconnects += 1
        self._client = None

    def from_the_start(self) -> list[Entry]:
        """Everything once more, in pages of any size.

        Raises  httpx2.HTTPError when the feed does not answer
        """
        entries: list[Entry] = []
        while came := self._page(entries[-1].position if entries else 0):
            entries += came
        return entries

    def _page(self, after: int) -> list[Entry]:
        size = self._chance.choice((1, 3, 7, 50, LARGEST_PAGE))
        answer = self._ask("GET", f"/v1/gebeurtenissen?na={after}&aantal={size}")
        team = self._login.team
        return [
            Entry(team, each["positie"], each["signalering"], each["revisie"], each["soort"])
            for each in answer["gebeurtenissen"]
        ]

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        if self._client is None:
            self._client = httpx2.Client(base_url=self._base, timeout=10.0, trust_env=False)
        if not self._token and not path.endswith("sessies"):
            given = {"gebruiker": self._login.user, "wachtwoord": self._login.password}
            self._token = self._ask("POST", "/v1/sessies", given)["token"]
        shown = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = self._client.request(method, path, json=body, headers={**shown, **(headers or {})})
        if answer.status_code == 401:
            self._token = ""
        if answer.status_code >= 400:
            raise _Refused(answer.status_code)
        return answer.json()


class _Refused(Exception):
    """The feed answered that it cannot now."""


class Teams:
    """All teams, reading while the bridge is under way."""

    def __init__(self, base: str, logins: Sequence[Login], seed: int) -> None:
        self.readers = [Reader(base, login, Random(f"{seed}/{login.team}")) for login in logins]
        self._stop = threading.Event()
        self._broke: list[Exception] = []
        self._threads = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in self.readers]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def _run(self, reader: Reader) -> None:
        try:
            while not self._stop.is_set():
                if not reader.turn():
                    reader.decide()
                    self._stop.wait(PAUSE_S)
        except Exception as broke:
            self._broke.append(broke)

    def stop(self) -> None:
        """Read no more in the background.

        Raises  what ended a reader before its time; AssertionError when one does not end
        """
        self._stop.set()
        for thread in self._threads:
            thread.join(ENDS_WITHIN_S)
        assert not any(thread.is_alive() for thread in self._threads), "a team still reads"
        if self._broke:
            raise self._broke[0]

    def caught_up(self) -> None:
        """Read to the present end."""
        for reader in self.readers:
            while reader.turn():
                pass

    @property
    def entries(self) -> list[Entry]:
        """What was read, team by team, as it came."""
        return [entry for reader in self.readers for entry in reader.entries]

    @property
    def again(self) -> list[Entry]:
        """The same, read from the start."""
        return [entry for reader in self.readers for entry in reader.from_the_start()]

    @property
    def accepted(self) -> frozenset[str]:
        """The decisions that the bridge said it had."""
        return frozenset(each for reader in self.readers for each in reader.accepted)

    @property
    def reconnects(self) -> int:
        return sum(reader.reconnects for reader in self.readers)
