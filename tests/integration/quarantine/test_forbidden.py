"""A broker that forbids intake to write in quarantine: the file stays, and goes on when it is allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from schemas.transport import Cluster, create_topics
from signaalbrug.local.processes import Supervisor, wait_until
from signaalbrug.local.servers import Servers
from signaalbrug.local.state import State
from tests.integration.intake.support import running_intake
from tests.integration.quarantine.test_quarantine import DEBT, SIGNALS, TOPIC, books
from tests.support.deliveries import arrears, ddas_file
from tests.support.secured import USER, SecuredKafka
from tests.support.topics import count
from tests.support.vault_process import running_vault

pytestmark = pytest.mark.integration


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Cluster]:
    """A locked broker that asks of every write who may, with all topics."""
    state = State(tmp_path / "guarded")
    kafka = SecuredKafka(
        state.folder("guarded"),
        Supervisor(state),
        {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",  # the controller, over its own listener
            "allow.everyone.if.no.acl.found": "true",
        },
    )
    try:
        kafka.restart()
        cluster = Cluster(kafka.bootstrap, partitions=2, extra=kafka.settings())
        create_topics(cluster)
        yield cluster
    finally:
        kafka.remove()


@contextmanager
def forbidden(cluster: Cluster, topic: str) -> Iterator[None]:
    """Nobody writes in this topic."""
    whose = (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{USER}", "*")
    rule = (*whose, AclOperation.WRITE, AclPermissionType.DENY)
    admin = AdminClient(cluster.client("test-acl"))
    for made in admin.create_acls([AclBinding(*rule)]).values():
        made.result(30)
    try:
        yield
    finally:
        for gone in admin.delete_acls([AclBindingFilter(*rule)]).values():
            gone.result(30)


def test_nothing_is_ticked_off_while_the_quarantine_topic_is_forbidden(
    servers: Servers, guarded: Cluster, tmp_path: Path
) -> None:
    told = {f"SIGNAALBRUG_KAFKA__{name.upper().replace('.', '_')}": value for name, value in guarded.extra.items()}
    with running_vault(servers) as vault, running_intake(servers, guarded, vault, tmp_path, **told) as intake:
        with forbidden(guarded, TOPIC):
            intake.start()
            intake.send(DEBT, ddas_file(arrears("A", "123456789"), arrears("B")))
            assert wait_until(lambda: "TOPIC_AUTHORIZATION_FAILED" in intake.logs(), 60), intake.logs()
            assert not intake.ready() and books(intake) == [(-1, False)]
            assert len(intake.lying(DEBT, "in")) == 1 and not intake.lying(DEBT, "done")
        assert wait_until(lambda: len(intake.lying(DEBT, "done")) == 1, 60), intake.logs()
        assert books(intake) == [(2, True)]
        assert count(guarded, TOPIC) >= 1 and count(guarded, SIGNALS) >= 1
        assert "123456789" not in intake.logs()
