"""A team's reader comes back where it was, whatever happened to its connection."""

from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from signaalbrug.demo.result import Login
from tests.chaos.wijkteam import Reader, Teams

LOGIN = Login("wijkteam-noord", "noord", "een lang wachtwoord")


class Site:
    """A feed of so many entries, that breaks at some of its answers."""

    def __init__(self, entries: int, breaks_at: frozenset[int]) -> None:
        self.entries, self.breaks_at, self.asked = entries, breaks_at, 0

    def answer(self, method: str, path: str, *_: Any) -> Any:
        self.asked += 1
        if self.asked in self.breaks_at:
            raise httpx2.ConnectError("gone")
        given = parse_qs(urlsplit(path).query)
        after, size = int(given["na"][0]), int(given["aantal"][0])
        places = range(after + 1, min(after + size, self.entries) + 1)
        return {
            "gebeurtenissen": [
                {"positie": p, "signalering": f"a{p}", "revisie": 1, "soort": "opened"} for p in places
            ]
        }


@pytest.mark.parametrize("breaks_at", [frozenset(), frozenset({1}), frozenset({2, 3, 5, 9})])
def test_a_reader_whose_connection_breaks_misses_nothing_and_reads_nothing_twice(
    breaks_at: frozenset[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, reader = Site(120, breaks_at), Reader("http://feed", LOGIN, Random(5))
    monkeypatch.setattr(reader, "_ask", site.answer)
    for _ in range(400):
        reader.turn()
    assert [entry.position for entry in reader.entries] == list(range(1, 121))
    assert reader.from_the_start() == reader.entries


def test_what_stands_there_otherwise_is_seen_when_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    site, reader = Site(7, frozenset()), Reader("http://feed", LOGIN, Random(5))
    monkeypatch.setattr(reader, "_ask", site.answer)
    for _ in range(40):
        reader.turn()
    site.entries = 6
    assert reader.from_the_start() != reader.entries


def test_a_reader_that_broke_unexpectedly_is_told_when_all_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("positie")

    teams = Teams("http://feed", [LOGIN], 5)
    monkeypatch.setattr(teams.readers[0], "_ask", broken)
    teams.start()
    with pytest.raises(KeyError, match="positie"):
        teams.stop()


def test_teams_that_read_to_the_end_stop_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    teams = Teams("http://feed", [LOGIN], 5)
    monkeypatch.setattr(teams.readers[0], "_ask", Site(0, frozenset()).answer)
    teams.start()
    teams.stop()
    assert teams.entries == []
