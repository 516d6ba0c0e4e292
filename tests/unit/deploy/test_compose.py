"""compose.yaml is valid, has every process with every setting, and knows as many partitions as the topics."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.catalogue import TOPICS
from signaalbrug.local.apicurio import LOCK as APICURIO_LOCK
from signaalbrug.local.jars import read_lock
from signaalbrug.local.kafka import LOCK as KAFKA_LOCK
from signaalbrug.local.state import CHECKOUT, State
from signaalbrug.secrets import secrets_of
from signaalbrug.wiring import DATABASE_MODULES, MODULES, PROCESSES, Places, processes

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "deploy/compose.yaml").read_text())
SCHEMA = json.loads((Path(__file__).parent / "compose_schema/compose_spec.json").read_text())
SERVERS = {"kafka", "registry", "main-postgres", "vault-postgres", "setup"}
#: settings that hold a caller's token stand in a file that is not committed
IN_ENV_FILE = {"SIGNAALBRUG_VAULT_TOKEN"}


def objections(compose: dict[str, Any]) -> list[str]:
    return [each.message for each in jsonschema.Draft7Validator(SCHEMA).iter_errors(compose)]


def test_it_is_a_compose_file() -> None:
    assert objections({key: value for key, value in COMPOSE.items() if key != "name"}) == []


@pytest.mark.parametrize("planted", [{"imagge": "x"}, {"command": 3}, {"depends_on": {"kafka": {}}}])
def test_a_mistake_that_is_planted_is_found(planted: dict[str, Any]) -> None:
    spoiled = copy.deepcopy({key: value for key, value in COMPOSE.items() if key != "name"})
    spoiled["services"]["trail"] |= planted
    assert objections(spoiled) != []


def test_it_runs_exactly_the_processes_there_are() -> None:
    assert set(COMPOSE["services"]) - SERVERS == {*PROCESSES, "receiving"}
    assert set(MODULES) - {"receiving"} <= set(PROCESSES)


def test_every_process_gets_the_settings_that_wiring_gives_it(tmp_path: Path) -> None:
    state = State(tmp_path)
    roles = {role: role for module in DATABASE_MODULES for role in __import__(module, fromlist=["ROLES"]).ROLES}
    nowhere = Places(tmp_path, tmp_path, tmp_path, tmp_path, 1)
    for process in processes("kafka:9092", roles, secrets_of(state), nowhere, state):
        service = COMPOSE["services"][process.name]
        assert service["command"] == list(process.argv[3:])
        missing = set(process.settings) - set(service["environment"]) - {"SIGNAALBRUG_TRANSACTIONAL_PREFIX"}
        assert (
            missing
            - (IN_ENV_FILE if "env_file" in service else set())
            - {
                "SIGNAALBRUG_STATE",
                "SIGNAALBRUG_PARTITIONS",
            }
            == set()
        ), process.name


def test_the_vault_has_a_server_and_settings_of_its_own() -> None:
    told = COMPOSE["services"]["vault"]["environment"]
    assert not any("main-postgres" in value for value in told.values())
    others = [service for name, service in COMPOSE["services"].items() if name not in {"vault", "setup"}]
    assert not any(
        "vault-postgres" in str(value) for each in others for value in each.get("environment", {}).values()
    )


def test_it_makes_as_many_partitions_as_the_topics_say() -> None:
    stated = {
        int(each["environment"]["SIGNAALBRUG_PARTITIONS"])
        for each in COMPOSE["services"].values()
        if "SIGNAALBRUG_PARTITIONS" in each.get("environment", {})
    }
    assert stated == {topic.partitions for topic in TOPICS.values()}


def test_every_secret_and_volume_that_is_used_is_declared() -> None:
    for name, service in COMPOSE["services"].items():
        used = {each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])}
        assert used <= set(COMPOSE["secrets"]), name
        assert {each.split(":")[0] for each in service.get("volumes", [])} <= set(COMPOSE["volumes"]), name


def test_no_password_stands_in_it() -> None:
    urls = [
        str(v) for s in COMPOSE["services"].values() for v in s.get("environment", {}).values() if "://" in str(v)
    ]
    assert not any(":" in url.split("://")[1].split("@")[0] for url in urls if "@" in url)


def test_the_servers_are_those_that_the_tests_run_on() -> None:
    kafka = {jar.version for jar in read_lock(KAFKA_LOCK) if jar.group == "org.apache.kafka"}
    (apicurio,) = read_lock(APICURIO_LOCK)
    assert COMPOSE["services"]["kafka"]["image"] == f"apache/kafka:{kafka.pop()}" and not kafka
    assert COMPOSE["services"]["registry"]["image"] == f"apicurio/apicurio-registry:{apicurio.version}"
