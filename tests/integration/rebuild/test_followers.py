"""Each follower that was away too long names the command, and the command is enough."""

import importlib
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connectors.forgetting import forgetting
from connectors.registers_process import _followers
from connectors.threads import Process
from connectors.wijkteam.process import REPAIR as FEED_REPAIR
from connectors.wijkteam.projection import TOPICS as FEED_TOPICS
from connectors.wijkteam.projection import projector
from connectors.wijkteam.rebuilding import cleaning
from schemas.codec import Codec
from schemas.following import CannotContinue, Follower
from schemas.transport import Cluster
from signaalbrug.commands.rebuild import rebuild
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from streams.runtime.memory import Memory
from streams.runtime.transactor import wall_clock
from streams.trail.process import follower as of_trail
from tests.support.feed import KEYS, Feed
from tests.support.losses import deleted, made_anew
from tests.support.runs import Sender
from tests.support.stories import (
    Said,
    absence,
    agreed,
    alerts,
    arrears,
    at,
    codec,
    dawn,
    erased,
    household,
    joined,
    policy,
)

pytestmark = pytest.mark.integration
FAMILIES = range(3)


def said() -> list[Said]:
    homes = [joined(f"{who}-{i}", f"huis-{i}") for i in FAMILIES for who in ("kind", "ouder")]
    told = [(agreed(f"kind-{i}"), absence(f"kind-{i}", on=3), arrears(f"ouder-{i}", on=4)) for i in FAMILIES]
    return [*homes, *(each for one in told for each in one)]


def log_of(*events: Said, partitions: int) -> Memory:
    memory = Memory(codec(), partitions)
    memory.publish(dawn(10), policy())
    memory.publish(*events)
    return memory.run()


def caught_up(follower: Follower) -> None:
    follower.open()
    while not follower.caught_up:
        follower.poll(0.2)
    follower.close()


def refusal(follower: Follower) -> str:
    with pytest.raises(CannotContinue) as stopped:
        caught_up(follower)
    follower.close()
    assert stopped.value.code == 6
    return str(stopped.value)


@dataclass
class Books:
    """The books of one room in a database of its own, and the followers that its process runs."""

    servers: Servers
    room: str
    role: str
    setting: str
    make: Callable[["Books"], list[Follower]]
    cluster: Cluster
    database: str = field(default_factory=lambda: f"rebuild_{uuid.uuid4().hex[:10]}")
    urls: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        ddl = importlib.import_module(self.room)
        self.urls = prepare(self.servers.main, self.database, ddl.ROLES, ddl.install)

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.urls[self.role], autocommit=True)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        main = self.servers.main
        url = main.url(SUPERUSER, main.password_of(SUPERUSER), self.database)
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(sql)
            return done.fetchall() if done.description else []

    def eight_days_pass(self) -> None:
        self.rows("update follower_cursor set committed_at = committed_at - interval '8 days'")


def nothing(_: Any, __: Any) -> None: ...


def registers(books: Books) -> list[Follower]:
    class Deaf:
        apply_signals = apply_lifecycle = staticmethod(nothing)

    made = _followers(Process(None, threading.Event()), books.cluster, codec(), books.connect, Deaf())  # type: ignore[arg-type]
    return list(made.values())


ROOMS: Mapping[str, tuple[str, str, str, Callable[[Books], list[Follower]]]] = {
    "trail": (
        "streams.trail.ddl",
        "trail_writer",
        "DATABASE",
        lambda books: [of_trail(books.cluster, codec(), books.connect)],
    ),
    "registers": ("connectors.household_register.ddl", "registers", "DATABASE", registers),
    "intake": (
        "connectors.intake_ddl",
        "intake",
        "DATABASE",
        lambda books: [forgetting(books.cluster, Codec(), books.connect)],
    ),
}


@pytest.fixture
def log(cluster: Cluster) -> Memory:
    """A real log of a run of both steps, with an erasure of somebody else in it."""
    memory = log_of(*said(), erased("buurman", on=2), partitions=cluster.partitions)
    Sender(cluster).send([logged.record for logged in memory.log])
    return memory


@pytest.fixture(params=ROOMS)
def named(request: pytest.FixtureRequest, servers: Servers, cluster: Cluster, log: Memory) -> tuple[str, Books]:
    return request.param, Books(servers, *ROOMS[request.param], cluster)


def command(name: str, books: Books, patched: pytest.MonkeyPatch, dry_run: bool = False, **more: str) -> int:
    settings = {"BROKER": books.cluster.brokers, books.setting: books.urls[books.role], **more}
    with patched.context() as now:
        for key in [each for each in os.environ if each.startswith("SIGNAALBRUG_")]:
            now.delenv(key)
        for key, value in settings.items():
            now.setenv(f"SIGNAALBRUG_{key}", value)
        return rebuild(name, dry_run)


def test_a_follower_that_was_away_too_long_goes_on_after_the_command_it_names(
    named: tuple[str, Books], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, books = named
    for follower in books.make(books):
        caught_up(follower)
    books.eight_days_pass()
    for follower in books.make(books):
        assert refusal(follower).endswith(f"Herstel: signaalbrug rebuild {name}")
    assert command(name, books, monkeypatch, dry_run=True) == 0
    assert "ouder dan 6 dagen" in refusal(books.make(books)[0])
    assert command(name, books, monkeypatch) == 0
    told = capsys.readouterr().out
    assert f"{name} fits the log again; start its process" in told and "missed" not in told
    for follower in books.make(books):
        caught_up(follower)


def test_what_is_missed_for_ever_is_told_by_topic_partition_and_offset(
    named: tuple[str, Books], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, books = named
    for follower in books.make(books):
        caught_up(follower)
    Sender(books.cluster).say(*(erased(f"kind-{i}", on=9) for i in FAMILIES))
    deleted(books.cluster, "person-lifecycle.v1")
    refused = [each for each in books.make(books) if "person-lifecycle.v1" in each._topics]
    assert all(refusal(each).endswith(f"signaalbrug rebuild {name}") for each in refused)
    assert command(name, books, monkeypatch) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("person-lifecycle.v1")]
    assert sum(int(line.rpartition("(")[2].rstrip(")")) for line in told) == len(FAMILIES)
    assert all("are missed for ever" in line for line in told)
    if name == "trail":
        assert books.rows("select sum(before - first)::int from gap") == [(len(FAMILIES),)]
    for follower in books.make(books):
        caught_up(follower)


def test_the_trail_does_not_take_in_a_place_twice(
    servers: Servers,
    cluster: Cluster,
    log: Memory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    books = Books(servers, *ROOMS["trail"], cluster)
    caught_up(books.make(books)[0])
    made_anew(cluster, "consent.v1")
    assert command("trail", books, monkeypatch) == 6
    assert "het trail bewaart elke plaats maar één keer" in capsys.readouterr().err


@dataclass
class FollowedFeed:
    """A feed that follows the real log, under the clock of its stories."""

    feed: Feed
    cluster: Cluster
    key: Path

    def follower(self) -> Follower:
        apply = projector(KEYS, self.feed.clock)
        connect = self.feed.connecting("feed_projector")
        return Follower("feed", self.cluster, codec(), FEED_TOPICS, connect, apply, repair=FEED_REPAIR)

    def standing(self) -> dict[str, str]:
        """What is shown and what is hidden, by household; only the newest alert of each."""
        with self.feed.admin() as connection:
            found = connection.execute("select household, standing from alert order by number").fetchall()
        return dict(found)

    def kept(self) -> tuple[int, int, int]:
        counts = (f"(select count(*) from {table})" for table in ("feed_entry", "account", "team_decision"))
        with self.feed.admin() as connection:
            row = connection.execute(f"select {', '.join(counts)}").fetchone()
        assert row is not None
        return row

    def command(self, patched: pytest.MonkeyPatch) -> int:
        settings = {
            "BROKER": self.cluster.brokers,
            "FEED_PROJECTOR_DATABASE": self.feed.urls["feed_projector"],
            "FEED_KEY": str(self.key),
        }
        with patched.context() as now:
            for name, value in settings.items():
                now.setenv(f"SIGNAALBRUG_{name}", value)
            day = self.feed.clock()
            now.setattr("connectors.wijkteam.rebuilding.cleaning", lambda keys, _: cleaning(keys, day))
            return rebuild("feed", False)


@pytest.fixture
def followed(servers: Servers, cluster: Cluster, log: Memory, tmp_path: Path) -> FollowedFeed:
    feed = Feed(servers)
    key = tmp_path / "feed.key"
    key.write_text((b"k" * 32).hex())
    return FollowedFeed(feed, cluster, key)


def test_the_feed_hides_what_a_missed_tombstone_took_away_and_doubles_no_entry(
    followed: FollowedFeed, log: Memory, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught_up(followed.follower())
    homes = {household(f"huis-{i}") for i in FAMILIES}
    assert {each.household for each in alerts(log)} == homes
    assert set(followed.standing().values()) == {"shown"}
    entries, *others = followed.kept()
    with followed.feed.admin() as connection:
        connection.execute("update follower_cursor set committed_at = committed_at - interval '8 days'")
    # consents were compacted away, tombstones and all; only two of them were given again
    deleted(cluster, "consent.v1")
    Sender(cluster).say(agreed("kind-1"), agreed("kind-2"))
    assert refusal(followed.follower()).endswith("Herstel: signaalbrug rebuild feed")
    assert followed.command(monkeypatch) == 0
    followed_again = followed.standing()
    assert followed_again[household("huis-0")] == "overtaken"
    caught_up(followed.follower())
    assert followed.standing() == {
        household("huis-0"): "overtaken",
        household("huis-1"): "shown",
        household("huis-2"): "shown",
    }
    assert followed.kept() == (entries + 1, *others), "one entry says that it was hidden"


def test_the_ages_are_of_the_story() -> None:
    assert wall_clock() - at(1) > timedelta(days=8)
