"""Every alert rule fires on a series that it must see and is silent on one that it must not."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from signaalbrug.local.state import CHECKOUT
from tests.unit.frontdoor.test_prometheus import promtool

FOLDER = CHECKOUT / "deploy" / "prometheus"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
TESTS = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]


def said_by(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool(), "test", "rules", "alerts_test.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_rules_do_what_their_tests_say() -> None:
    said = said_by(FOLDER)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_that_never_fires_or_always_does_is_found(rule: dict[str, str], tmp_path: Path) -> None:
    for spoiled in ("vector(0) > 1", "vector(1)"):
        shutil.copy(FOLDER / "alerts_test.yml", tmp_path)
        text = (FOLDER / "alerts.yml").read_text()
        (tmp_path / "alerts.yml").write_text(text.replace(f"expr: {rule['expr']}", f"expr: {spoiled}"))
        assert said_by(tmp_path).returncode != 0, spoiled


def test_every_rule_is_tested_both_ways_and_has_a_page() -> None:
    fires, silent = set(), set()
    for each in (case for test in TESTS for case in test["alert_rule_test"]):
        (fires if each["exp_alerts"] else silent).add(each["alertname"])
    names = {rule["alert"] for rule in RULES}
    assert len(names) == 9 and fires == silent == names
    for rule in RULES:
        page = CHECKOUT / rule["annotations"]["runbook"]
        assert page.read_text().startswith(f"# {rule['alert']}\n")


def test_prometheus_loads_the_rules() -> None:
    assert yaml.safe_load((FOLDER / "prometheus.yml").read_text())["rule_files"] == ["alerts.yml"]
