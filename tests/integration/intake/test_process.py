"""Intake as a process: killed halfway, without a vault, with bad company in its folder."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from schemas.events.delivery import Delivery
from schemas.scrubbing import leaked_numbers
from schemas.transport import Cluster
from schemas.vocabulary import DeliveryKind
from signaalbrug.local.processes import wait_until
from signaalbrug.local.servers import Servers
from tests.integration.intake.support import RunningIntake, connect, running_intake
from tests.support.deliveries import NUMBERS, arrears, consent_file, ddas_file, duo_file, melding, number, statement
from tests.support.topics import count, everything
from tests.support.vault_process import RunningVault, program, running_vault

pytestmark = pytest.mark.integration
DEBT, SIGNALS = "debt_services", "signal.debt-services.v1"


@pytest.fixture(scope="module")
def vault(servers: Servers) -> Iterator[RunningVault]:
    with running_vault(servers) as running:
        yield running


@pytest.fixture(autouse=True)
def forgotten(vault: RunningVault) -> None:
    """The vault knows a content for ever; each test begins with one that knows nothing."""
    vault.empty()


@pytest.fixture
def intake(servers: Servers, cluster: Cluster, vault: RunningVault, tmp_path: Path) -> Iterator[RunningIntake]:
    with running_intake(servers, cluster, vault, tmp_path) as prepared:
        yield prepared


def done(intake: RunningIntake, source: str, files: int = 1, part: str = "done") -> bool:
    return wait_until(lambda: len(intake.lying(source, part)) == files, 60)


@contextmanager
def not_ticked_off(intake: RunningIntake, servers: Servers) -> Iterator[None]:
    """Meanwhile intake can plan and publish, but what was acknowledged cannot be ticked off."""
    url = intake.environment["SIGNAALBRUG_DATABASE"]
    with connect(url) as holder, connect(servers.main.superuser_url) as superuser, holder.transaction():
        holder.execute("select 1 from delivery for no key update")
        yield
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> %s",
            (holder.info.dbname, holder.info.backend_pid),
        )


def standstill(cluster: Cluster, beyond: int) -> None:
    """Wait until something was published, and then nothing more for a second."""
    seen, since = beyond, time.monotonic()

    def same() -> bool:
        nonlocal seen, since
        now = count(cluster, SIGNALS)
        if now != seen:
            seen, since = now, time.monotonic()
        return seen > beyond and time.monotonic() - since > 1

    assert wait_until(same, 30)


def test_a_kill_halfway_makes_nothing_new_and_loses_nothing(
    intake: RunningIntake, cluster: Cluster, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = 12_000
    bad = {7, 5_000, 11_999}
    content = ddas_file(*(arrears(f"VS-{n}", "123456789" if n in bad else number(n)) for n in range(1, rows + 1)))
    intake.start()
    intake.send(DEBT, content)
    kills = []
    for after in (500, None, 8_000):
        if after is None:
            with not_ticked_off(intake, servers):
                standstill(cluster, beyond=kills[-1])
                intake.kill()
        else:
            assert wait_until(lambda after=after: count(cluster, SIGNALS) > after, 60)
            intake.kill()
        kills.append(count(cluster, SIGNALS))
        assert kills[-1] < rows - len(bad), "the kill came too late to show anything"
        assert len(intake.lying(DEBT, "in")) == 1 and not intake.lying(DEBT, "done")
        intake.start(await_ready=False)
    assert done(intake, DEBT)
    found = everything(cluster, SIGNALS)
    events = [each.event for each in found]
    assert {event.row for event in events} == set(range(1, rows + 1)) - bad
    assert len({event.version for event in events}) == len({each.key for each in found}) == rows - len(bad)
    assert len({(each.key, each.value, tuple(each.headers)) for each in found}) == rows - len(bad)
    again = len(found) - rows + len(bad)
    assert again >= 400, "the kill between acknowledgement and books must have published a batch again"
    closed = [each.event for each in everything(cluster, "delivery.v1") if each.event.kind is DeliveryKind.CLOSED]
    assert all(isinstance(each, Delivery) and each == closed[0] for each in closed)
    assert (closed[0].rows, closed[0].accepted, len(closed[0].refused)) == (rows, rows - len(bad), len(bad))
    assert {each.event.row for each in everything(cluster, "quarantine.v1")} == bad
    with capsys.disabled():
        print(f"\nkilled at {kills} of {rows} rows; said again, to the byte: {again}")  # noqa: T201


def test_the_same_file_under_another_name_publishes_nothing_new(intake: RunningIntake, cluster: Cluster) -> None:
    content = ddas_file(arrears("VS-1", NUMBERS[0]))
    intake.start()
    intake.send(DEBT, content, "first.json")
    assert done(intake, DEBT)
    before = {topic: count(cluster, topic) for topic in (SIGNALS, "delivery.v1", "processing.v1", "quarantine.v1")}
    assert before == {SIGNALS: 1, "delivery.v1": 2, "processing.v1": 1, "quarantine.v1": 0}
    intake.send(DEBT, content, "second.json")
    assert wait_until(lambda: not intake.lying(DEBT, "in"), 30)
    assert {topic: count(cluster, topic) for topic in before} == before


def test_without_a_vault_the_files_stay_and_are_taken_when_it_is_back(
    servers: Servers, cluster: Cluster, tmp_path: Path
) -> None:
    with running_vault(servers) as own, running_intake(servers, cluster, own, tmp_path) as intake:
        intake.start()
        own.kill()
        assert wait_until(lambda: not intake.ready(), 30)
        intake.send(DEBT, ddas_file(arrears("VS-1", NUMBERS[0])))
        intake.send("school_attendance", duo_file(melding()))
        assert wait_until(lambda: 'signaalbrug_intake_outage{part="vault"} 1.0' in intake.metrics(), 30)
        assert count(cluster, SIGNALS) == 0 and len(intake.lying(DEBT, "in")) == 1
        own.start()
        assert done(intake, DEBT) and done(intake, "school_attendance")
        assert wait_until(intake.ready, 30)
        assert count(cluster, SIGNALS) == 1
        assert '"event": "outage"' in intake.logs()


def test_without_a_database_or_broker_the_files_stay_too(
    servers: Servers, cluster: Cluster, vault: RunningVault, tmp_path: Path
) -> None:
    with running_intake(
        servers, Cluster("127.0.0.1:9"), vault, tmp_path, SIGNAALBRUG_KAFKA__MESSAGE_TIMEOUT_MS="2000"
    ) as intake:
        intake.start(await_ready=False)
        intake.send(DEBT, ddas_file(arrears("VS-1", NUMBERS[0])))
        assert wait_until(lambda: 'signaalbrug_intake_outage{part="broker"} 1.0' in intake.metrics(), 60)
        assert len(intake.lying(DEBT, "in")) == 1 and not intake.ready()
        intake.stop()
        intake.environment.update(SIGNAALBRUG_BROKER=cluster.brokers)
        intake.start(await_ready=False)
        assert done(intake, DEBT) and count(cluster, SIGNALS) == 1


def test_a_good_file_comes_through_bad_company_within_five_seconds(intake: RunningIntake, cluster: Cluster) -> None:
    folder = intake.drop / DEBT / "in"
    (folder / f"J. Jansen {NUMBERS[0]}.json").write_bytes(b"\0\0")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    with (folder / "large").open("wb") as large:
        large.truncate(5_000_000_000)
    intake.start()
    assert wait_until(lambda: not intake.lying(DEBT, "in"), 30)
    assert len(intake.lying(DEBT, "refused")) == 5
    intake.send(DEBT, ddas_file(arrears("VS-1", NUMBERS[0])))
    assert wait_until(lambda: count(cluster, SIGNALS) == 1, 5)
    names = [path.name for path in intake.drop.rglob("*") if path.parent.name in ("done", "refused")]
    assert all(re.fullmatch(r"[0-9a-f]{32}(\.json)?", name) for name in names)
    metrics = intake.metrics()
    assert 'signaalbrug_quarantined_total{code="not_regular",stage="receive"} 3.0' in metrics
    assert 'signaalbrug_quarantined_total{code="size",stage="receive"} 1.0' in metrics


def test_nothing_of_a_person_is_in_logs_metrics_keys_or_headers(intake: RunningIntake, cluster: Cluster) -> None:
    canary = "kanarie-7f3a"
    intake.start()
    intake.send(
        DEBT, ddas_file(arrears(f"{canary}-{NUMBERS[3]}", NUMBERS[3]), arrears("2", canary)), f"{canary}.json"
    )
    intake.send(
        "school_attendance",
        duo_file(
            melding(NUMBERS[1], NUMBERS[1], extra=f"<Toelichting>{canary}</Toelichting>"), melding("1", canary)
        ),
        NUMBERS[2],
    )
    intake.send("consent_register", consent_file(statement(NUMBERS[0]), statement("TS-2", canary)))
    assert all(done(intake, source) for source in (DEBT, "school_attendance", "consent_register"))
    intake.stop()
    secrets = (canary, *NUMBERS)
    assert not [secret for secret in secrets if secret in intake.logs()] and '"delivery_taken"' in intake.logs()
    topics = (SIGNALS, "signal.school-attendance.v1", "consent.v1", "delivery.v1", "processing.v1", "quarantine.v1")
    found = [each for topic in topics for each in everything(cluster, topic)]
    assert len(found) == 3 + 6 + 3 + 3
    for each in found:
        texts = [
            each.key.decode(),
            *(value.decode() for _, value in each.headers),
            (each.value or b"").decode("latin-1"),
        ]
        assert not [secret for secret in secrets for text in texts if secret in text]
        assert not [leak for text in texts[:-1] for leak in leaked_numbers(text)]


def test_metrics_say_what_became_of_the_rows(intake: RunningIntake) -> None:
    intake.start()
    intake.send(DEBT, ddas_file(arrears("1", number(1)), arrears("1", number(1)), arrears("2", "123456789")))
    assert done(intake, DEBT)
    wanted = [
        f'signaalbrug_intake_rows_total{{outcome="{outcome}",source="debt_services"}} 1.0'
        for outcome in ("accepted", "duplicate", "refused")
    ]
    assert wait_until(lambda: all(line in intake.metrics() for line in wanted), 5)
    said = intake.metrics()
    assert 'signaalbrug_intake_last_success_timestamp_seconds{source="debt_services"}' in said
    never = [source for source in SOURCES if f'last_success_timestamp_seconds{{source="{source}"}}' not in said]
    assert never == [source for source in SOURCES if source != DEBT], "only one has delivered"
    assert all(f'source_expected_timestamp_seconds{{source="{source}"}} ' in said for source in SOURCES)


def test_a_stop_amid_a_file_is_orderly_and_the_file_is_taken_up_where_it_was(
    intake: RunningIntake, cluster: Cluster
) -> None:
    rows = 6_000
    intake.start()
    intake.send(DEBT, ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(rows))))
    assert wait_until(lambda: count(cluster, SIGNALS) > 500, 60)
    intake.stop()
    half = count(cluster, SIGNALS)
    assert '"event": "stopped"' in intake.logs() and half < rows and len(intake.lying(DEBT, "in")) == 1
    intake.start(await_ready=False)
    assert done(intake, DEBT)
    assert count(cluster, SIGNALS) == rows


def test_a_source_beyond_its_ceiling_waits_and_the_others_go_on(
    servers: Servers, cluster: Cluster, tmp_path: Path
) -> None:
    with (
        running_vault(servers, SIGNAALBRUG_VAULT_CEILINGS="debt_services=1") as own,
        running_intake(servers, cluster, own, tmp_path) as intake,
    ):
        intake.start()
        intake.send(DEBT, ddas_file(arrears("VS-1", NUMBERS[0]), arrears("VS-2", NUMBERS[1])))
        assert wait_until(lambda: '"code": "ceiling"' in intake.logs(), 30)
        intake.send("school_attendance", duo_file(melding()))
        assert done(intake, "school_attendance")
        assert len(intake.lying(DEBT, "in")) == 1 and count(cluster, SIGNALS) == 0


def test_an_erased_person_is_forgotten_and_their_consents_get_tombstones(
    intake: RunningIntake, cluster: Cluster
) -> None:
    from datetime import UTC, date, datetime

    from schemas.codec import Codec
    from schemas.events.register import PersonLifecycle
    from schemas.record import Recorder
    from schemas.trace import begun
    from schemas.transport import producer, send
    from schemas.vocabulary import LifecycleKind

    intake.start()
    intake.send("consent_register", consent_file(statement("TS-1", NUMBERS[6]), statement("TS-2", NUMBERS[7])))
    assert done(intake, "consent_register")
    first = everything(cluster, "consent.v1")[0]
    erased = PersonLifecycle(LifecycleKind.ERASED, first.event.person, None, date(2026, 5, 1), datetime.now(UTC))
    recorder = Recorder(Codec(), cluster.partitions)
    send(producer(cluster, "tests"), [recorder.record(erased, begun("tests", "1"), datetime.now(UTC))])
    assert wait_until(lambda: count(cluster, "consent.v1") == 3, 30)
    assert [each.key for each in everything(cluster, "consent.v1") if each.value is None] == [first.key]
    with connect(intake.environment["SIGNAALBRUG_DATABASE"]) as connection:
        left = lambda: connection.execute("select count(*) from version").fetchone()  # noqa: E731
        assert wait_until(lambda: left() == (1,), 10)


def test_intake_whose_books_do_not_fit_the_log_ends_with_six_and_names_the_repair(intake: RunningIntake) -> None:
    intake.start()
    with connect(intake.environment["SIGNAALBRUG_DATABASE"]) as connection:
        kept = lambda: connection.execute("select count(*) from follower_cursor").fetchone()  # noqa: E731
        assert wait_until(lambda: kept() != (0,), 30)
        intake.stop()
        connection.execute("update follower_cursor set committed_at = committed_at - interval '8 days'")
    ended = subprocess.run(
        program("connectors.intake_process"), env=intake.environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 6, ended.stdout
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    (told,) = [line for line in lines if line["event"] == "cannot_continue"]
    assert told["stage"] == "forgetting" and told["reason"].endswith("Herstel: signaalbrug rebuild intake")
