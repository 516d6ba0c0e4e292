"""A source asks from its own house what became of its rows: over HTTPS, of its own deliveries, by a narrow door."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from signaalbrug.commands.source import Exit, app
from signaalbrug.local.servers import Servers
from streams.trail import ddl
from tests.integration.intake.support import RunningIntake
from tests.integration.receiving.support import Front, levering, running_front
from tests.support.certificates import OIN, Pair
from tests.support.stories import named
from tests.support.trail_database import told_trail

pytestmark = pytest.mark.integration
DEBT, SCHOOL = "debt_services", "school_attendance"


@pytest.fixture(scope="module")
def trail(servers: Servers) -> Mapping[str, str]:
    return told_trail(servers)


@pytest.fixture(scope="module")
def telling(
    intake: RunningIntake, trail: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """A front that may look into the trail by its own door."""
    setting = {"SIGNAALBRUG_TRAIL_FRONT_DATABASE": trail[ddl.FRONT]}
    with running_front(intake, tmp_path_factory.mktemp("telling"), "", **setting) as running:
        yield running


def run(front: Front, pair: Pair, *words: str | Path) -> Result:
    settings = {
        "SIGNAALBRUG_DELIVER_TO": front.url.removesuffix("/v1/leveringen"),
        "SIGNAALBRUG_DELIVER_CERTIFICATE": str(pair[0]),
        "SIGNAALBRUG_DELIVER_KEY": str(pair[1]),
        "SIGNAALBRUG_DELIVER_AUTHORITY": str(front.ca.file),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, [str(word) for word in words], env=settings)


def status(front: Front, pair: Pair, source: str, receipt: str) -> Result:
    return run(front, pair, "status", source, receipt)


def test_the_kit_delivers_as_the_holder_of_a_certificate(front: Front, tmp_path: Path) -> None:
    file = tmp_path / "levering.json"
    file.write_bytes(levering())
    sent = run(front, front.ca.pair("partner", OIN), "deliver", DEBT, file)
    assert sent.exit_code == Exit.FINE and len(sent.stdout.strip()) == 32, sent.output
    no_key = run(front, (file, file), "deliver", DEBT, file)
    assert no_key.exit_code == Exit.UNAVAILABLE and "geen PEM" in no_key.output
    stranger = run(front, front.ca.pair("vreemd", "00000099000000009000"), "deliver", DEBT, file)
    assert stranger.exit_code == Exit.UNAVAILABLE and "403" in stranger.output


def test_a_source_hears_the_fate_of_each_row_of_its_own_deliveries_and_of_no_others(telling: Front) -> None:
    partner = telling.ca.pair("partner", OIN)
    own = status(telling, partner, DEBT, named("receipt", DEBT))
    assert own.exit_code == Exit.FINE and "1 rij: 1 gebruikt in een signalering" in own.output, own.output
    theirs = named("receipt", SCHOOL)
    assert status(telling, partner, DEBT, theirs).exit_code == Exit.UNKNOWN
    assert status(telling, partner, DEBT, "0" * 32).exit_code == Exit.UNKNOWN
    assert status(telling, partner, DEBT, "../../x").exit_code == Exit.UNKNOWN
    not_allowed = status(telling, partner, SCHOOL, theirs)
    assert not_allowed.exit_code == Exit.UNAVAILABLE and "niet namens deze bron" in not_allowed.output
    stranger = telling.client().get(f"{telling.url}/{DEBT}/{named('receipt', DEBT)}/rijen")
    assert stranger.status_code == 401


def test_a_front_without_a_door_to_the_trail_says_whom_to_ask(front: Front) -> None:
    told = status(front, front.ca.pair("partner", OIN), DEBT, named("receipt", DEBT))
    assert told.exit_code == Exit.UNAVAILABLE and "Vraag het de gemeente" in told.output


def test_while_the_trail_cannot_be_reached_one_is_told_to_come_back(intake: RunningIntake, tmp_path: Path) -> None:
    setting = {"SIGNAALBRUG_TRAIL_FRONT_DATABASE": "postgresql://127.0.0.1:9/trail"}
    with running_front(intake, tmp_path, "", **setting) as front:
        told = status(front, front.ca.pair("partner", OIN), DEBT, named("receipt", DEBT))
    assert told.exit_code == Exit.UNAVAILABLE and "Probeer het straks opnieuw" in told.output


def test_the_door_of_the_front_shows_no_alert_household_evidence_or_access(trail: Mapping[str, str]) -> None:
    with psycopg.connect(trail[ddl.READER], autocommit=True) as reader:
        everything = {row[0].partition("/")[0] for row in reader.execute("select node from record")}
    with psycopg.connect(trail[ddl.FRONT], autocommit=True) as door:
        seen = {row[0].partition("/")[0] for row in door.execute("select node from delivered")}
        assert seen and seen <= {"delivery", "signal", "consent", "outcome", "quarantine"}
        assert {"alert", "evidence", "access", "contribution"} <= everything - seen
        for table in ("record", "body", "edge", "concerns", "erasure", "gap", "follower_cursor"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                door.execute(f"select 1 from {table}")
        with pytest.raises(psycopg.Error):
            door.execute("delete from delivered")
