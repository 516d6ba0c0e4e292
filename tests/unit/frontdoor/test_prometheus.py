"""The scrape configuration is one that Prometheus accepts and that finds what the demonstration wrote."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from signaalbrug.local.state import CHECKOUT
from signaalbrug.wiring import Process, write_targets

CONFIG = CHECKOUT / "deploy" / "prometheus" / "prometheus.yml"


def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is missing; apt-get install prometheus")
        pytest.skip("promtool is not on this machine; apt-get install prometheus")
    return found


def test_prometheus_accepts_the_configuration() -> None:
    said = subprocess.run(
        [promtool(), "check", "config", str(CONFIG)], capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_prometheus_refuses_a_configuration_that_is_none(tmp_path: Path) -> None:
    spoiled = tmp_path / "prometheus.yml"
    spoiled.write_text(CONFIG.read_text().replace("scrape_interval", "scrape_often"))
    said = subprocess.run(
        [promtool(), "check", "config", str(spoiled)], capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode != 0


def test_it_reads_the_targets_that_the_demonstration_writes() -> None:
    job = yaml.safe_load(CONFIG.read_text())["scrape_configs"][0]
    (file,) = job["file_sd_configs"][0]["files"]
    assert (CONFIG.parent / file).resolve() == CHECKOUT / ".state" / "prometheus" / "targets.json"


def test_a_target_is_a_port_and_a_name_from_a_closed_list(tmp_path: Path) -> None:
    file = tmp_path / "targets.json"
    write_targets([Process("vault", (), {"SIGNAALBRUG_VAULT_TOKEN": "geheim"}, 15_001)], file)
    assert json.loads(file.read_text()) == [{"targets": ["127.0.0.1:15001"], "labels": {"process": "vault"}}]
