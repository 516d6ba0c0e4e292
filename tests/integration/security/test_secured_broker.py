"""Each delivery on a broker with SCRAM-SHA-512 and TLS on both sides; a wrong password gets nothing."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.transport import Cluster, create_topics
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import State
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.worker import DELIVERIES
from tests.support.certificates import Ca
from tests.support.runs import Sender, Worker, stop_all, wait_for
from tests.support.secured import SecuredKafka
from tests.support.stories import agreed, codec, day, policy

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """The locked broker with all topics, two partitions each, a day and a policy."""
    state = State(tmp_path_factory.mktemp("secured"))
    kafka = SecuredKafka(state.folder("secured"), Supervisor(state))
    try:
        kafka.restart()
        cluster = cluster_of(kafka)
        create_topics(cluster)
        publish_day(cluster, codec(), day(1))
        publish_policy(cluster, codec(), policy())
        yield kafka
    finally:
        kafka.remove()


def cluster_of(kafka: SecuredKafka, **changed: str) -> Cluster:
    extra = kafka.settings() | {name.replace("_", "."): value for name, value in changed.items()}
    return Cluster(kafka.bootstrap, partitions=2, extra=extra)


def worker(delivery: str, cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Told as an operator tells it: by the environment."""
    for name, value in cluster.extra.items():
        monkeypatch.setenv(f"SIGNAALBRUG_KAFKA__{name.upper().replace('.', '_')}", value)
    code = f"from streams.runtime.worker import serve; sys.exit(serve(os.environ, 'person', {delivery!r}))"
    return Worker("person", cluster, folder, code=code)


@pytest.mark.parametrize("delivery", sorted(DELIVERIES))
def test_a_step_works_behind_the_locked_door(
    delivery: str,
    secured: SecuredKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figures: Callable[[str], None],
) -> None:
    cluster = cluster_of(secured)
    running = worker(delivery, cluster, tmp_path, monkeypatch)
    try:
        wait_for(running.is_ready, 60, "the worker is ready")
        Sender(cluster).say(*(agreed(f"{delivery}-{i}") for i in range(20)))
        wait_for(lambda: running.metric("signaalbrug_step_records_total") >= 20, 30, "all is decided")
        assert running.leave() == 0, running.log.read_text()[-2000:]
        assert secured.settings()["sasl.password"] not in running.log.read_text()
        figures(f"{delivery}: 20 records over SASL_SSL, SCRAM-SHA-512, client certificate")
    finally:
        stop_all([running])


@pytest.mark.parametrize("delivery", sorted(DELIVERIES))
def test_a_wrong_password_gets_nothing(
    delivery: str, secured: SecuredKafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = worker(delivery, cluster_of(secured, sasl_password="fout"), tmp_path, monkeypatch)
    try:
        wait_for(lambda: "SASL authentication error" in running.log.read_text(), 30, "the broker said no")
        assert not running.is_ready()
    finally:
        stop_all([running])


def test_a_client_that_trusts_another_authority_does_not_connect(secured: SecuredKafka, tmp_path: Path) -> None:
    other = Ca(tmp_path / "other").file
    admin = AdminClient(cluster_of(secured, ssl_ca_location=str(other)).client("test"))
    with pytest.raises(KafkaException):
        admin.list_topics(timeout=3)


def test_a_client_without_a_certificate_does_not_connect(secured: SecuredKafka) -> None:
    extra = {k: v for k, v in secured.settings().items() if not k.startswith(("ssl.certificate", "ssl.key"))}
    admin = AdminClient(Cluster(secured.bootstrap, extra=extra).client("test"))
    with pytest.raises(KafkaException):
        admin.list_topics(timeout=3)


def test_the_topics_command_takes_the_same_settings(secured: SecuredKafka) -> None:
    environment = {
        f"SIGNAALBRUG_KAFKA__{name.upper().replace('.', '_')}": value for name, value in secured.settings().items()
    }
    words = (sys.executable, "-m", "signaalbrug", "--broker", secured.bootstrap, "topics", "apply")
    told = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stderr
    assert "all topics were there" in told.stdout
