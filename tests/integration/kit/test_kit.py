"""The kit against what really runs: a receipt of intake, the fate of rows in the trail, a ceiling in the books."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.intake import take_in
from connectors.receipts import MemoryBooks
from connectors.receipts_postgres import PostgresBooks
from connectors.sources import SOURCES
from schemas.events.delivery import Delivery
from schemas.transport import Cluster
from schemas.vocabulary import DeliveryKind
from signaalbrug.commands.source import Exit, app
from signaalbrug.local.servers import Servers
from streams.trail import ddl
from tests.integration.intake.support import RunningIntake, books_url, connect, running_intake
from tests.support.deliveries import CONNECTORS, NUMBERS, Door, Stopped, arrears, ddas_file
from tests.support.runs import events_of
from tests.support.stories import named
from tests.support.trail_database import told_trail
from tests.support.vault_process import RunningVault, running_vault

pytestmark = pytest.mark.integration
DEBT = "debt_services"


def run(*words: str | Path, **settings: str) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200", **settings})


@pytest.fixture(scope="module")
def vault(servers: Servers) -> Iterator[RunningVault]:
    with running_vault(servers) as running:
        yield running


@pytest.fixture
def intake(servers: Servers, cluster: Cluster, vault: RunningVault, tmp_path: Path) -> Iterator[RunningIntake]:
    with running_intake(servers, cluster, vault, tmp_path) as prepared:
        prepared.start()
        yield prepared


def test_deliver_prints_the_receipt_that_intake_published(
    intake: RunningIntake, cluster: Cluster, tmp_path: Path
) -> None:
    good, mixed = tmp_path / "goed.json", tmp_path / "deels.json"
    good.write_bytes(ddas_file(arrears("A"), arrears("B", NUMBERS[1])))
    mixed.write_bytes(ddas_file(arrears("C", NUMBERS[2]), arrears("D", "123456789")))
    told = [run("deliver", DEBT, each, "--to", intake.drop, "--wait") for each in (good, mixed, good)]
    assert [each.exit_code for each in told] == [Exit.FINE, Exit.SOME_REFUSED, Exit.FINE], told[0].output
    receipts = [each.stdout.strip() for each in told]
    closed = {
        each.receipt: (each.rows, each.accepted, len(each.refused))
        for each in events_of(cluster, "delivery.v1")
        if isinstance(each, Delivery) and each.kind is DeliveryKind.CLOSED
    }
    assert closed == {receipts[0]: (2, 2, 0), receipts[1]: (2, 1, 1)}
    assert receipts[2] == receipts[0], "the same file has the same receipt"
    withdrawn = run("withdraw", DEBT, "A", "--from", good, "--output", tmp_path / "w.json")
    again = run("deliver", DEBT, tmp_path / "w.json", "--to", intake.drop, "--wait")
    assert (withdrawn.exit_code, again.exit_code) == (Exit.FINE, Exit.FINE)
    assert NUMBERS[0] not in intake.logs() and "goed" not in intake.logs()


@pytest.fixture
def trail(servers: Servers) -> str:
    """The way in of the reader of a trail."""
    return told_trail(servers)[ddl.READER]


@pytest.mark.parametrize("source", [DEBT, "school_attendance"])
def test_status_says_of_each_row_what_became_of_it_and_only_to_its_source(trail: str, source: str) -> None:
    setting = {"SIGNAALBRUG_TRAIL_READER_DATABASE": trail}
    receipt = named("receipt", source)
    told = run("status", source, receipt, "--json", **setting)
    assert told.exit_code == Exit.FINE and '"used": 1' in told.stdout
    for other in set(SOURCES) - {source}:
        refused = run("status", other, receipt, **setting)
        assert (refused.exit_code, "used" in refused.output) == (Exit.UNKNOWN, False)
    nobody = run("status", source, "0" * 32, **setting)
    assert (nobody.exit_code, nobody.output) == (Exit.UNKNOWN, refused.output)


def test_the_books_in_postgresql_keep_the_ceiling_of_a_person_as_those_in_memory(servers: Servers) -> None:
    told = []
    with connect(books_url(servers)) as connection:
        for books in (MemoryBooks(), PostgresBooks(connection)):
            door, limited = Door(books), replace(CONNECTORS[DEBT], most_per_person=2)

            def sent(*names: str, day: int, door: Door = door, limited: object = limited) -> object:
                rows = [arrears(name, NUMBERS[0], ontstaansdatum=None, bedrag=None) for name in names]
                content = ddas_file(*rows, stated=f"2026-04-{day:02d}T08:00:00Z")
                taken = take_in(limited, BytesIO(content), len(content), door.effects())  # type: ignore[arg-type]
                return taken.accepted, taken.refused

            door.log.dies_at = 2
            with pytest.raises(Stopped):
                sent("A", "B", "C", day=2)
            story = [sent("A", "B", "C", day=2), sent("D", day=3)]
            door.now += timedelta(days=1)
            told.append([*story, sent("D", day=4), sent("A", day=5)])
        assert told[0] == told[1] and told[0][1][0] == 0  # type: ignore[index]
        assert connection.execute("select count(*) from told").fetchone() == (3,)
        books.tidy(door.now + timedelta(days=1))  # type: ignore[union-attr]
        assert connection.execute("select count(*) from told").fetchone() == (1,)
        (person,) = connection.execute("select distinct person from told").fetchone() or ("",)
        books.forget(person)
        assert connection.execute("select count(*) from told").fetchone() == (0,)
