"""A dump of a real database gives away what somebody wrote where it should not stand."""

import base64
from collections.abc import Iterator

import psycopg
import pytest

from schemas.scrubbing import passes_elfproef
from signaalbrug.leak_stores import database_store
from signaalbrug.leaks import scan
from signaalbrug.local.cluster import SUPERUSER
from signaalbrug.local.databases import prepare
from signaalbrug.local.servers import Servers
from streams.trail import ddl
from streams.trail.store import applying
from tests.support.stories import absence, agreed, arrears, codec, dawn, joined
from tests.support.trail import arrived, told_with_deliveries

pytestmark = pytest.mark.integration
DATABASE = "trail_leaks"
BSN = "999990019"
UNLISTED = next(n for n in (f"99999{i:04d}" for i in range(3000, 4000)) if passes_elfproef(n))


@pytest.fixture
def url(servers: Servers) -> Iterator[str]:
    """The trail of a small story, as its operator may read it."""
    urls = prepare(servers.main, DATABASE, ddl.ROLES, ddl.install)
    memory = told_with_deliveries(
        [joined("o", "h"), joined("k", "h"), agreed("k", on=2), absence("k", on=3), arrears("o", on=10), dawn(20)]
    )
    with psycopg.connect(urls[ddl.WRITER]) as connection:
        applying(codec())(connection, arrived(memory))
    operator = servers.main.url(SUPERUSER, servers.main.password_of(SUPERUSER), DATABASE)
    yield operator
    with psycopg.connect(operator, autocommit=True) as connection:
        connection.execute("drop table if exists leaky")


def write(url: str, column: str, value: object) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create table leaky (note {column})")
        connection.execute("insert into leaky values (%s)", (value,))


def kinds(url: str) -> set[str]:
    return {leak.kind for leak in scan([BSN], [database_store("trail", url)]).leaks}


def test_the_trail_of_a_story_gives_nobody_away(url: str) -> None:
    report = scan([BSN], [database_store("trail", url)])
    assert report.holds
    assert report.read_bytes > 10_000
    with psycopg.connect(url) as connection:
        rows = connection.execute("select count(*) from information_schema.tables where table_name like 'canary%'")
        assert rows.fetchone() == (0,)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", f"bsn {BSN}"),
        ("text", BSN.encode().hex()),
        ("bigint", int(BSN)),
        ("bytea", BSN.encode()),
        ("bytea", b"\x04" + base64.b64encode(b"x" + BSN.encode())),
        ("bytea", BSN.encode("utf-16-le")),
    ],
)
def test_a_number_in_any_column_is_found(url: str, column: str, value: object) -> None:
    write(url, column, value)
    assert "identity" in kinds(url)


def test_a_number_that_nobody_listed_is_found(url: str) -> None:
    write(url, "text", f"nummer {UNLISTED}")
    assert kinds(url) == {"number"}
