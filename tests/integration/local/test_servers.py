"""All three or none, and the next process finds them."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import psycopg
import pytest

from signaalbrug.local.errors import PortTaken
from signaalbrug.local.kafka_probe import knows_its_broker
from signaalbrug.local.ports import HOST, free_ports
from signaalbrug.local.processes import Supervisor
from signaalbrug.local.servers import KAFKA, Servers
from signaalbrug.local.state import State

pytestmark = pytest.mark.integration


def test_another_process_finds_the_running_servers_by_the_state_folder(servers: Servers) -> None:
    found = Servers.attach(State(servers.supervisor.state.root))

    assert knows_its_broker(HOST, found.kafka.ports.broker)
    for postgres in (found.main, found.vault):
        with psycopg.connect(postgres.superuser_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_when_one_server_cannot_start_the_others_are_stopped(tmp_path: Path) -> None:
    state = State(tmp_path)
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        ports = {"broker": listener.getsockname()[1], "controller": free_ports(1)[0]}
        (state.folder(KAFKA) / "ports.json").write_text(json.dumps(ports))
        try:
            with pytest.raises(PortTaken):
                Servers.start(state)
            assert Supervisor(state).running() == ()
        finally:
            Servers.attach(state).remove()


def test_down_stops_all_servers_by_the_list_alone_and_they_start_again_soon(tmp_path: Path) -> None:
    state = State(tmp_path)
    began = time.monotonic()
    first = Servers.start(state)
    try:
        took = time.monotonic() - began
        address = first.kafka.bootstrap
        assert len(first.supervisor.running()) == 3

        Supervisor(State(tmp_path)).stop_all()
        assert first.supervisor.running() == ()

        with Servers.start(state) as again:
            assert again.kafka.bootstrap == address
        assert Supervisor(state).running() == ()
        assert took < 60  # make demo has 120 s for everything
    finally:
        first.remove()
