"""A follower says that it caught up when everything that lay there is committed, and not a moment before.

Who waits for it shows people to a team: what was taken away meanwhile must not be seen, not even for a second.
"""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

import schemas.following
from schemas.following import CURSOR_TABLE, Arrived, Follower
from schemas.transport import Cluster
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from tests.support.runs import Sender
from tests.support.stories import agreed, codec

pytestmark = pytest.mark.integration
ROLE = "trail_writer"


def install(connection: psycopg.Connection[Any]) -> None:
    connection.execute(CURSOR_TABLE)
    connection.execute(f"grant select, insert, update on follower_cursor to {ROLE}")
    connection.commit()


@pytest.fixture
def connect(servers: Servers, request: pytest.FixtureRequest) -> Callable[[], psycopg.Connection[Any]]:
    url = prepare(servers.main, f"caught_{abs(hash(request.node.name)) % 10**8}", (ROLE,), install)[ROLE]
    return lambda: psycopg.connect(url, autocommit=True)


def to_the_end(follower: Follower) -> None:
    while not follower.caught_up:
        follower.poll(0.2)


def test_it_has_not_caught_up_while_it_opens_nor_before_the_last_is_committed(
    cluster: Cluster, connect: Callable[[], psycopg.Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = list[tuple[str, bool]]()
    really = schemas.following.watermarks

    def asked(*words: Any) -> tuple[int, int]:
        said.append(("opening", follower.caught_up))
        return really(*words)

    def apply(_: psycopg.Connection[Any], arrived: Sequence[Arrived]) -> None:
        said.extend(("applying", follower.caught_up) for _ in arrived)

    monkeypatch.setattr(schemas.following, "watermarks", asked)
    monkeypatch.setattr(schemas.following, "LINGER_S", 0.5)  # a record and the end behind it come together
    follower = Follower("caught", cluster, codec(), ("consent.v1",), connect, apply, repair="niets")
    sender = Sender(cluster)
    sender.say(*(agreed(f"k{i}") for i in range(40)))
    try:
        follower.open()
        said.append(("open", follower.caught_up))
        to_the_end(follower)
        for i in range(5):
            sender.say(agreed(f"later{i}"))
            while not follower.poll(0.2):
                pass
            to_the_end(follower)
    finally:
        follower.close()
    said.append(("closed", follower.caught_up))
    assert {moment for moment, _ in said} == {"opening", "open", "applying", "closed"}
    assert sum(moment == "applying" for moment, _ in said) == 45
    assert [moment for moment, caught_up in said if caught_up] == []
